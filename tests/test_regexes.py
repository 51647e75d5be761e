"""Strings for patterns: they match, whatever the pattern uses."""

from __future__ import annotations

import re

import pytest

from fuzzlab.regexes import readable, sampler
from tests.formats import seeded

PATTERNS = [
    "",
    r"^[A-Z0-9][A-Z0-9-]*$(?!\n)",
    r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$",
    r"^\d{4}-\d{2}$",
    r"a|bc?",
    r"^[^@]+@[^@]+$",
    r"^\S+$",
    r"^[^\d\s]+$",
    r"^(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,2})?$",
    r"[\d\-]{2,}",
    r"^.{300,400}$",
    r"\bfoo\b",
    r"(?i)abc",
    r"^(?>a+)b?$",
    r"^\W$",
    r"^[\u0400-\u04ff]+$",
    r"(?<=x)y",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_made_matches(pattern: str) -> None:
    """Every string is found by `re.search`, none is half a character."""
    make = sampler(pattern)
    if make is None:  # what stands before a look-behind is not seen ahead
        assert "(?<=" in pattern
        return
    rng = seeded(61)
    made = [make(rng) for _ in range(200)]
    assert all(re.search(pattern, text) for text in made)
    "".join(made).encode()


def test_strings_of_a_class_are_not_all_ascii() -> None:
    r"""`\d` is more than ten digits, and `.` more than letters."""
    for pattern in (r"^\d{8}$", "^.{8}$", r"^\w{8}$"):
        make, rng = sampler(pattern), seeded(62)
        assert make is not None
        texts = [make(rng) for _ in range(100)]
        assert 10 < sum(text.isascii() for text in texts) < 100


def test_lengths_are_kept() -> None:
    """Bounds beside the pattern hold; what cannot be is None."""
    make, rng = sampler("^[a-z]+$", least=4, most=6), seeded(63)
    assert make is not None
    assert {len(make(rng)) for _ in range(200)} == {4, 5, 6}
    assert sampler("^[a-z]{3}$", least=4) is None


@pytest.mark.parametrize("pattern", [r"(a)\1", "(", "[", r"^(?=b)a", "a{99999999999999999999}"])
def test_what_cannot_be_read_backwards_is_left_to_others(pattern: str) -> None:
    """Back references, contradictions, and what is no pattern."""
    assert sampler(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "text"), [(r"^\p{L}+$", "abé"), (r"^[\p{Lu}_]+$", "AB_"), (r"^\P{L}$", "1"), (r"^\p{Nd}$", "7")]
)
def test_classes_of_ecma_262_become_their_nearest(pattern: str, text: str) -> None:
    r"""`re` has no `\p{…}`; a string of letters is better than none."""
    assert re.search(readable(pattern), text)
    make = sampler(pattern)
    assert make is not None
    assert make(seeded(64))
