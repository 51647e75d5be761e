"""The last run as one HTML file."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from fuzzlab.document import run_document
from fuzzlab.errors import UserError
from fuzzlab.events import TargetResult
from fuzzlab.reports.html import write_html
from fuzzlab.verdict import Finding, Frame, Outcome, Verdict

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=1>&\x1b[31m\ud800"
FINDING = Finding(
    HOSTILE, Verdict(Outcome.CRASH, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (Frame(HOSTILE, HOSTILE, HOSTILE, 1),)),
    HOSTILE.encode("utf-8", "surrogatepass"), path=HOSTILE, reason=HOSTILE,
)  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_nothing_hostile_is_markup(tmp_path: Path) -> None:
    """No script, no image, no handler, no address of another host; the bytes are UTF-8 without controls."""
    path = tmp_path / "report.html"
    run = run_document([TargetResult(name=HOSTILE, findings=(FINDING,))], exit_code=1, seconds=1.0)
    write_html(path, run, [FINDING])
    text = path.read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(text)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "iframe", "object", "link"}
    assert not [name for _, attrs in tags.seen for name in attrs if name.startswith("on")]
    assert not [v for _, attrs in tags.seen for v in attrs.values() if v and ("//" in v or "javascript:" in v)]
    assert "\x1b" not in text


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """That is the user's mistake, with the path."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="cannot write"):
        write_html(tmp_path / "file" / "report.html", run_document([], exit_code=0, seconds=0.0), [])
