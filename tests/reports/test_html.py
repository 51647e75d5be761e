"""The page about a run as HTML: self-contained, strict, readable, and inert whatever it shows."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fuzzlab.account import Account, account
from fuzzlab.page import Line, Page, Reached, SourceFile, page_of
from fuzzlab.reports.html import render, sections
from tests.reports.runs import HOSTILE, events, hostile_run, run
from tests.reports.test_inert import ATTACKS

VOID = {"meta", "br", "input", "rect", "path", "polygon", "polyline", "line"}


KINDS = ("reached", "missed", "finding", "")


class _Document(HTMLParser):
    """Elements with their attributes and ids, text by element; complains of what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open[-1:]:
            self.texts[tag] = self.texts.get(tag, "") + data

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def _page(of: Account, tmp_path: Path, text: str = "x = 1") -> Page:
    lines = [
        Line(number=number, text=text, kind=kind) for number, kind in enumerate(("reached", "missed", "finding"), 1)
    ]
    file = SourceFile(path=text, code=3, reached=2, by_finding=1, lines=lines)
    return page_of(of, tmp_path, Reached(note=text, files=[file]))


def test_what_it_says(tmp_path: Path) -> None:
    """Each part of a run has its place: findings, curves, errors that were never seen, slow inputs, source lines."""
    text = render(_page(run(), tmp_path))
    for part in (
        "string index out of range", "minimised from 96", "fuzzlab replay pin --input", "2025-09-01  fixed",
        "not reproducible", "only from our own tools", "coverage <strong>14</strong>", "1,234 executions", "shop.Never",
        "<strong class=\"known\">never</strong>", "250 ms", "caused by KeyError", "000000  ff 00 fe",
        "On record, and no longer failing", "corpus/pin/seeds/x is no ordinary file", "worker replaced: crash SIGSEGV",
    ):  # fmt: skip
        assert part in text, part


def test_the_model_is_json(tmp_path: Path) -> None:
    """A page written down and read again gives the same HTML: whoever has the model needs nothing else."""
    page = _page(run(), tmp_path)
    assert render(Page.model_validate_json(page.model_dump_json())) == render(page)


def test_parts_are_those_of_the_page(tmp_path: Path) -> None:
    """A live page replaces elements by their ids, with what the whole page would hold."""
    page = _page(run(), tmp_path)
    text, parts = render(page), sections(page)
    assert set(parts) == {"head", "summary", "findings", "target-1", "target-2", "target-3"}
    for name, part in parts.items():
        assert part in text
        assert f' id="{name}"' in part.partition(">")[0]


@pytest.mark.parametrize("text", [HOSTILE, *ATTACKS.values(), "</style><style>*{}", "x</script><script>alert(1)"])
def test_nothing_hostile_acts(tmp_path: Path, text: str) -> None:
    """No element, attribute or address is anybody else's; no control, no bidirectional character is in the bytes."""
    ordinary = _Document(render(_page(run(), tmp_path)))
    made = render(_page(hostile_run(text=text), tmp_path, text="ordinary"))
    document = _Document(made)
    known = {(tag, name) for tag, attributes in ordinary.elements for name in attributes}
    allowed = known | {("dd", "id"), ("strong", "class"), ("span", "class"), ("pre", "tabindex"), ("a", "href")}
    assert {(tag, name) for tag, attributes in document.elements for name in attributes} <= allowed
    assert [tag for tag, _ in document.elements].count("script") == 1
    assert {value for value in document.values("href") if not value.startswith("#")} == set()
    assert not document.values("src")
    assert all(line.isprintable() for line in made.split("\n")), [
        ascii(x) for x in made.split("\n") if not x.isprintable()
    ]


def test_it_fetches_nothing_and_runs_its_own(tmp_path: Path) -> None:
    """The policy allows the one style and the one script that are there, by their hashes, and nothing else."""
    text = render(_page(run(), tmp_path))
    document = _Document(text)
    policy = next(a["content"] for tag, a in document.elements if a.get("http-equiv") == "Content-Security-Policy")
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(document.texts[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    names = {tag for tag, _ in document.elements}
    assert not names & {"img", "iframe", "object", "embed", "link", "base", "form", "video", "audio", "image", "use"}
    assert not [
        name for _, attributes in document.elements for name in attributes if name.startswith("on") or name == "style"
    ]
    assert not re.search(r"url\(|@import|https?:", text)


def test_it_can_be_read_by_ear(tmp_path: Path) -> None:
    """Landmarks, one h1, headings without a gap, named tables and pictures, links that lead somewhere, unique ids."""
    document = _Document(render(_page(run(), tmp_path)))
    tags = [tag for tag, _ in document.elements]
    assert (tags.count("main"), tags.count("h1"), tags.count("nav")) == (1, 1, 1)
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = document.values("id")
    assert len(ids) == len(set(ids)) > 10
    references = [v.removeprefix("#") for v in document.values("href")] + document.values("aria-labelledby")
    assert set(references) <= set(ids)
    for tag, attributes in document.elements:
        if attributes.get("role") in ("img", "region"):
            assert attributes["aria-label"]
        if tag == "svg":
            assert attributes.get("role") == "img" or attributes["aria-hidden"] == "true"
        if "scroll" in attributes.get("class", "").split():
            assert attributes["tabindex"] == "0"
        if tag == "th":
            assert attributes["scope"] in ("row", "col")
    captions = tags.count("caption") + sum("aria-labelledby" in a for tag, a in document.elements if tag == "table")
    assert captions == tags.count("table") > 3


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast(tmp_path: Path) -> None:
    """Every colour of text on every ground has 4.5 to 1 (WCAG 2.2, 1.4.3), in the light and in the dark."""
    style = _Document(render(_page(run(), tmp_path))).texts["style"]
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})\b", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(schemes) == 2
    for scheme in schemes:
        for text in ("text", "quiet", "accent", "alarm", "warn", "good"):
            for ground in ("back", "card", "soft"):
                a, b = sorted((_luminance(scheme[text]), _luminance(scheme[ground])))
                assert (b + 0.05) / (a + 0.05) >= 4.5, (text, ground)


def test_nothing_was_found(tmp_path: Path) -> None:
    """A run without targets, and one without findings, have a page too."""
    assert "<p>None.</p>" in render(page_of(account([]), tmp_path))
    quiet = [event for event in events() if type(event).__name__ in ("RunStarted", "TargetStarted")]
    text = render(page_of(account(quiet), tmp_path))
    assert "not begun" in text
    assert "Still running, or killed" in text
