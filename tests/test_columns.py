"""What fits into a number of columns."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fuzzlab.columns import fitted, squeezed, width

TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]))


def test_no_character_is_wider_than_said() -> None:
    """For every character that is printed, rich's tables give at most our width; letters of ASCII take one column."""
    printed = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isprintable()]
    assert len(printed) > 100_000
    assert [c for c in printed if cell_len(c) > width(c)] == []
    assert width("plain") == 5
    assert width("漢字") == 4


@given(TEXTS, st.integers(0, 30))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    """A text that fits is left as it is; one that does not gets an ellipsis, and fits."""
    for cut in (fitted, squeezed):
        short = cut(text, columns)
        assert width(short) <= columns
        if width(text) <= columns:
            assert short == text
        else:
            assert ("…" in short) == (columns > 0)


@pytest.mark.parametrize(
    ("columns", "head", "ends"),
    [(0, "", ""), (1, "…", "…"), (5, "webh…", "w…hub"), (8, "webhook…", "we…ithub"), (14, *["webhook.github"] * 2)],
)  # fmt: skip
def test_both_cuts(columns: int, head: str, ends: str) -> None:
    """One keeps the beginning, the other both ends."""
    assert fitted("webhook.github", columns) == head
    assert squeezed("webhook.github", columns) == ends


def test_a_wide_character_is_not_halved() -> None:
    """Where half of it would fit, it goes."""
    assert fitted("漢字漢字", 4) == "漢…"
    assert squeezed("漢字漢字", 7) == "漢…漢字"
