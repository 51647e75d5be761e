"""Numbers of things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fuzzlab
from fuzzlab.quantities import counted

PACKAGE = Path(fuzzlab.__file__).parent


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "input", "0 inputs"), (1, "input", "1 input"), (2, "input", "2 inputs"), (1234, "byte", "1,234 bytes"),
        (1, "entry", "1 entry"), (2, "entry", "2 entries"), (1, "stored input", "1 stored input"),
    ],
)  # fmt: skip
def test_one_is_no_plural(count: int, noun: str, said: str) -> None:
    """`1 executions` is how a program says that nobody has looked."""
    assert counted(count, noun) == said


def test_nobody_writes_the_plural_by_hand() -> None:
    """One place knows of it, so that none forgets."""
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    by_hand = re.compile(r"'' if \w+(?:\(.*?\))? == 1 else 's'")
    assert by_hand.search("{'' if count == 1 else 's'}")
    assert [path.name for path, text in sources.items() if by_hand.search(text)] == []
    numbers = re.compile(r"\{[^{}]*:,\} (?:executions|inputs|files|findings|targets)\b")
    assert numbers.search("{done:,} executions")
    assert [path.name for path, text in sources.items() if numbers.search(text)] == ["gaps.py"], "of at least ENOUGH"
