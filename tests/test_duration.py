"""Durations as people write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.duration import duration
from fuzzlab.errors import UserError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("60s", 60),
        ("10m", 600),
        ("1h30m", 5400),
        ("8h", 28_800),
        ("1d", 86_400),
        ("1d2h3m4s", 93_784),
        ("0.5s", 0.5),
        ("1.5h", 5400),
        (" 5s ", 5),
        ("1m30", 90),
        ("366d", 31_622_400),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    """Days, hours, minutes and seconds, in this order, each once."""
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "s", "5x", "-5s", "0", "0s", "0h0m", "5 s", "30m1h", "1s1s", "1e3", "nan", "inf", ".5s", "5.",
        "\u0663s", "\uff11s", "367d", "9" * 400, "9" * 400 + "d", "1_000", "0x10", "5s\x00", "5S", "five",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    """Everything else is refused in one line, whatever it is."""
    with pytest.raises(UserError) as caught:
        duration(text)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is a possible duration or the user's mistake."""
    with contextlib.suppress(UserError):
        assert 0 < duration(text) <= 366 * 86_400
