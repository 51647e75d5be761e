"""The page about a run as one HTML file: nothing is fetched, and nothing runs but one script of our own.

The template engine escapes all text. Behind it stands a Content-Security-Policy that allows exactly our style and our
script, by their hashes: what slipped through would do nothing all the same. A live page is the same with a script that
exchanges the sections that changed, and may fetch what has its own origin.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from fuzzlab.chart import plot, shown_number, shown_time
from fuzzlab.page import Page, TargetPage
from fuzzlab.quantities import counted

__all__ = ["Live", "live_policy", "render", "sections", "title"]

ROWS = 9
"""Of the table that says what the curves show."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("fuzzlab", "reports"), autoescape=True, undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Live:
    """What a page knows of its server: the revision that it shows, the run's state in words and its kind, its name."""

    revision: str
    state: str
    kind: str = "running"
    run: str = ""


def render(page: Page, live: Live | None = None) -> str:
    """Give the whole page; one that is served and goes on, or a report."""
    style, script = _style(is_live=live is not None), _script(is_live=live is not None)
    template = _TEMPLATES.get_template("report.html")
    return template.render(
        page=page, live=live, title=title(page), policy=_policy(is_live=live is not None), style=style, script=script
    )


def title(page: Page) -> str:
    """Give the page's title."""
    findings = counted(page.open_findings, "open finding") if page.open_findings else "no open findings"
    return f"{page.project or 'fuzzlab'}: {findings}"


def live_policy() -> str:
    """Give the policy of a live page as it stands in its headers: there it can forbid frames too.

    Trusted Types leave one place in which text becomes markup, that of our script's policy.
    """
    return _policy(is_live=True) + "; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types fuzzlab"


def sections(page: Page, before: Page | None = None) -> dict[str, str]:
    """Give the parts of the page that change while a run goes on, each an element by its id.

    Args:
        page: as it is.
        before: as it was: what stands there alike may be left out.
    """
    module = _TEMPLATES.get_template("sections.html").module
    made = {name: str(getattr(module, name)(page)) for name in ("head", "summary")}
    if before is None or _found(before) != _found(page):
        made["findings"] = str(module.findings(page))  # type: ignore[attr-defined]
    known = {target.anchor: target for target in before.targets} if before else {}
    changed = [target for target in page.targets if known.get(target.anchor) != target]
    return {**made, **{target.anchor: str(module.target(target)) for target in changed}}  # type: ignore[attr-defined]


def _found(page: Page) -> Any:
    return page.findings, page.passed, not page.findings and page.executions


def _policy(*, is_live: bool) -> str:
    style, script = _hash(_style(is_live=is_live)), _hash(_script(is_live=is_live))
    fetched = "; connect-src 'self'" if is_live else ""
    return f"default-src 'none'; style-src {style}; script-src {script}{fetched}; base-uri 'none'; form-action 'none'"


def _style(*, is_live: bool) -> str:
    return _asset("report.css") + (_asset("live.css") if is_live else "")


def _script(*, is_live: bool) -> str:
    return _asset("report.js") + (_asset("live.js") if is_live else "")


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _percent(part: float) -> str:
    """Give a part of a whole; what is not nothing, and not all, is never shown as that."""
    if 0 < part < 0.001 or 0.999 < part < 1:
        return "<0.1%" if part < 0.5 else ">99.9%"
    return f"{100 * part:.3g}%"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def _span(target: TargetPage) -> dict[str, float]:
    """Give the first moment after 0 and the last one, for all curves of a target alike."""
    times = [time for curve in target.curves for time in curve.times]
    return {"begin": min((time for time in times if time > 0), default=1.0), "end": max(times, default=0.0)}


def _rows(target: TargetPage) -> list[list[float]]:
    """Give what the curves are at a few moments, evenly apart."""
    end = max((curve.times[-1] for curve in target.curves if curve.times), default=0.0)
    moments = [end * number / (ROWS - 1) for number in range(ROWS)] if end else [0.0]
    return [
        [moment, *(c.values[max(0, bisect_right(c.times, moment) - 1)] for c in target.curves)] for moment in moments
    ]


_TEMPLATES.globals.update(
    plot=plot,
    short=shown_number,
    duration=shown_time,
    percent=_percent,
    milliseconds=_milliseconds,
    rows=_rows,
    span=_span,
)
_TEMPLATES.filters["number"] = lambda value: f"{value:g}"
