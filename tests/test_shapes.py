"""Texts in the shape of a pattern: mostly matches, and the near misses that a pattern lets through or should not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab.shapes import MOST_CHARACTERS, bounds, shapes
from tests.formats import seeded

CODE = r"([A-Z]{2})-(\d{4,6})(?:@[a-z]+)?$"


def _made(pattern: str, flags: int = 0, count: int = 3_000) -> list[str]:
    (shape,) = shapes([(pattern, flags)])
    rng = seeded(1)
    return [shape(rng) for _ in range(count)]


@pytest.mark.parametrize(
    "pattern",
    [
        CODE,
        r"^(?P<y>\d{4})-(?P<m>[01]\d)$",
        r"(a|bc|d+)\.(?:x|y)\Z",
        r"(['\"])[^'\"]*\1",
        r"\s*\w+\s*=\s*\S+",
        r"(?i)select\b.*",
        r"[^\W\d_]+(?=!)!",
        r"(?>ab?)c",
        r"(x)?(?(1)y|z)",
    ],
)
def test_most_texts_match(pattern: str) -> None:
    """At least a quarter does, and they are not all one text."""
    matching = {text for text in _made(pattern) if re.search(pattern, text)}
    assert sum(bool(re.search(pattern, text)) for text in _made(pattern)) > 750
    assert len(matching) > 1


@pytest.mark.parametrize(
    "wanted",
    [
        r"[A-Z]{2}-\d{4}",
        r"[A-Z]{2}-\d{6}@[a-z]+",
        r"[A-Z]{2}-\d{3}",
        r"[A-Z]{2}-\d{7}",
        r"[A-Z]-\d{4,6}",
        r"[A-Z]{3}-\d{4,6}",
        r"[A-Z]{2}-\d{4,6}\n",
        r"[A-Z]{2}-\d*[\u0660-\uffff\U0001d7ce-\U0001d7ff]\d*",
        r"[A-Z]{2}-\d{4,6}@",
        r".*[@\[]-\d{4,6}",
    ],
)
def test_the_edges_are_met(wanted: str) -> None:
    """Bounds, one beside each, a line end behind `$`, another script's digits, a neighbour of a range."""
    assert any(re.fullmatch(wanted, text) for text in _made(CODE, count=20_000))


def test_plain_text_and_what_is_no_pattern_have_no_shape() -> None:
    """Nothing is made of them; the others keep their order, each once."""
    assert shapes([("plain", 0), ("(", 0), ("[z-a]", 0)]) == ()
    assert len(shapes([("a+", 0), ("plain", 0), ("b+", 0), ("a+", re.IGNORECASE)])) == 2


def test_bounds() -> None:
    """The numbers that repetitions name; 0, 1 and no end say nothing."""
    assert bounds(CODE) == {2, 4, 6}
    assert bounds(r"a*b+c?(d{3,}(e{64}){2,255})") == {3, 64, 2, 255}
    assert bounds("(") == frozenset()


@pytest.mark.parametrize(
    "pattern", [r"((a{300}){300}){300}", r"(((((a*)*)*)*)*)*", r"(.{0,65535}){1000}", r"(a+)\1{300}\1{300}"]
)
def test_no_text_is_endless(pattern: str) -> None:
    """Repetitions of repetitions end at a limit."""
    assert all(len(text) <= MOST_CHARACTERS for text in _made(pattern, count=20))


@given(st.text("ab01()[]{}|?*+.^$\\dwsSDWbB,-:=!<>P", max_size=20), st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_any_pattern_will_do(pattern: str, seed: int) -> None:
    """Whatever the code under test compiles, a text is made or there is no shape."""
    for shape in shapes([(pattern, 0), (pattern, re.VERBOSE | re.IGNORECASE)]):
        assert type(shape(seeded(seed))) is str
