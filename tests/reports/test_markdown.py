"""A run as Markdown for a CI summary."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fuzzlab.account import Account, account
from fuzzlab.events import FindingSeen
from fuzzlab.reports.markdown import LIMIT, markdown
from tests.reports.runs import BLANK, events, golden, hostile_run, run

FENCE = re.compile(r"(`{3,})text")


def test_golden(*, rewrite: bool) -> None:
    """A table of targets, a section for each finding that is open, a line for those accepted and fixed."""
    golden("summary.md", markdown(run()), rewrite=rewrite)


def _outside_code(text: str) -> str:
    """Take the code out, as CommonMark reads it: fenced blocks first, then spans of one backtick within a line."""
    kept, fence = [], ""
    for line in text.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif match := FENCE.fullmatch(line):
            fence = match[1]
        else:
            kept.append(re.sub(r"`[^`]+`", "", line))
    assert not fence
    return "\n".join(kept)


@pytest.mark.parametrize("name", ["pin", "a|b`c` @octocat <b>"])
def test_hostile_texts_are_code(name: str) -> None:
    """Outside of code stands nothing that somebody else wrote; a table keeps its columns."""
    text = markdown(hostile_run(name))
    left = _outside_code(text)
    for sign in ("`", "<", "@", "[", "](", "evil", "http", "www", "octocat", "alert", "::", "##[", "$", "~~~", "**b"):
        assert sign not in left, left
    assert all(line.isprintable() for line in text.split("\n"))
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert len(rows) == 3
    assert {row.count("|") for row in rows} == {8}
    assert sum(line.startswith("### ") for line in left.split("\n")) == 3


def test_a_fence_is_longer_than_what_it_holds() -> None:
    """An input of backticks ends no block."""
    data = b"\n`````\n# title"
    text = markdown(account([FindingSeen(replace(BLANK, data=data, path="a" + "`" * 9))]))
    assert "`" * 10 + "text" in text
    assert "title" not in _outside_code(text)


def _large(count: int) -> Account:
    findings = [
        replace(BLANK, data=b"%d" % number, verdict=replace(BLANK.verdict, clause=str(number)))
        for number in range(count)
    ]  # fmt: skip
    return account([*events(), *map(FindingSeen, findings)])


def test_at_most_so_many_bytes() -> None:
    """Whole findings go, and a line says how many; what is left is within GitHub's limit."""
    text = markdown(_large(5_000))
    assert LIMIT * 0.98 < len(text.encode()) <= LIMIT
    shown = text.count("### `")
    (line,) = re.findall(r"… and ([\d,]+) more findings: ", text)
    assert shown + int(line.replace(",", "")) == 5_002
    assert "1 accepted finding failed" in text
    assert text.count("```") == 2 * shown


@pytest.mark.parametrize("limit", [0, 10, 200, 1_000, 2_000])
def test_little_room(limit: int) -> None:
    """With next to no room the least is said, or nothing, but never half of it."""
    text = markdown(_large(10), limit)
    assert len(text.encode()) <= limit
    assert not text or (text.startswith("## fuzzlab fuzz: 12 findings\n") and "more findings" in text)
