"""The page about a run as one HTML file: nothing is fetched, and nothing runs but one script of our own.

The template engine escapes all text. Behind it stands a Content-Security-Policy that allows exactly our style and our
script, by their hashes: what slipped through would do nothing all the same.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_right
from pathlib import Path

import jinja2

from fuzzlab.chart import plot, shown_number, shown_time
from fuzzlab.page import Page, TargetPage

__all__ = ["render", "sections"]

ROWS = 9
"""Of the table that says what the curves show."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("fuzzlab", "reports"), autoescape=True, undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)  # fmt: skip


def render(page: Page) -> str:
    """Give the whole page."""
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    template = _TEMPLATES.get_template("report.html")
    return template.render(page=page, policy=policy, style=style, script=script)


def sections(page: Page) -> dict[str, str]:
    """Give the parts of the page that change while a run goes on, each an element by its id."""
    module = _TEMPLATES.get_template("sections.html").module
    parts = {"head": "head", "summary": "summary", "findings": "findings"}
    made = {name: str(getattr(module, macro)(page)) for name, macro in parts.items()}
    return {**made, **{target.anchor: str(module.target(target)) for target in page.targets}}  # type: ignore[attr-defined]


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
