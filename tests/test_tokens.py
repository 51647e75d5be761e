"""Tokens: what each mutator reaches from ordinary texts, and that none costs more for a longer text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import strings, tokens
from tests.formats import seeded

CALL = "f(a, [1, 'x'])"
LINES = '[one]\nkey = 1\n\n[two]\nname = "h"\n'

REACHED: list[tuple[str, str, str]] = [
    ("drop_token", CALL, r"f\(a, \[1, 'x'\]"),
    ("copy_token", CALL, r"f\(a, \[1, '1'\]\)"),
    ("swap_tokens", CALL, r"a\(f, \[1, 'x'\]\)"),
    ("pump", CALL, r"f\(a, \[1, 'x{64,}"),
    ("pump", CALL, r"f\(a, \[{20,}."),
    ("pump_sign", CALL, r".*'(\\){30,}"),
    ("become_tokens", CALL, r"(f\(){100,}"),
    ("keep_piece", CALL, r"\[1, 'x'\]"),
    ("keep_piece", LINES, r"key = 1\n"),
    ("nest_part", CALL, r"f\(a, \[{1000,}1, 'x'\]{1000,}\)"),
    ("nest_part", CALL, r"(f\(){340,}a, \[1, 'x'\]\){340,}"),
    ("nest_part", LINES, r"\[\[one\]\]\n.*"),
    ("empty_group", CALL, r"f\(a, \[\]\)"),
    ("empty_group", CALL, r"f\(a, \[1, 'x\]\)"),
    ("rename_everywhere", "[^1]: note\n\nx[^1]\n", r"\[\^\\1\]: note\n\nx\[\^\\1\]\n"),
    ("move_line", LINES, r"key = 1\n\[one\]\n\n.*"),
    ("move_line", LINES, r"\[one\]\nkey = 1\n\n\[two\]\nname = \"h\"\n\[one\]\n"),
    ("repeat_line", "- a\n", r"- a\n  - a\n    - a\n.*"),
    ("repeat_line", LINES, r"(\[one\]\n){1000,}.*"),
]
"""A mutator, a text, and what it makes of it within TRIES."""

TRIES = 4000


def _mutator(name: str) -> Callable[..., str | None]:
    (found,) = {mutator for mutator in tokens.MUTATORS if mutator.__name__ == name}
    return found


@pytest.mark.parametrize(("name", "text", "wanted"), REACHED)
def test_what_a_mutator_reaches(name: str, text: str, wanted: str) -> None:
    """Each comes to what it is for from an ordinary text."""
    rng = seeded(1)
    mutator = _mutator(name)
    pattern = re.compile(wanted, re.DOTALL)
    assert any((changed := mutator(rng, text)) is not None and pattern.fullmatch(changed) for _ in range(TRIES))


def test_every_mutator_is_tested() -> None:
    """No mutator stands there without a row."""
    assert {mutator.__name__ for mutator in tokens.MUTATORS} == {name for name, _, _ in REACHED}


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab1 \n()[]{}'\"\\-_=,;é\ud800"), max_size=60), st.booleans())
def test_tokens_are_the_text(text: str, fine: bool) -> None:
    """The spans follow each other without gaps, whichever way words end, and are never empty."""
    spans = tokens.tokens(text, fine=fine)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab1 \n()[]'\"\\="), max_size=40), st.integers(0, 1000))
def test_growth_is_bounded(text: str, seed: int) -> None:
    """A mutation adds about MOST_GROWTH characters at most, and applies to the empty text without failing."""
    rng = seeded(seed)
    for mutator in tokens.MUTATORS:
        for source in (text, ""):
            changed = mutator(rng, source)
            assert changed is None or len(changed) <= len(source) + tokens.MOST_GROWTH + tokens.WINDOW


def test_parts_are_what_other_texts_may_hold() -> None:
    """Words, numbers, groups, calls and lines; no blanks, nothing twice."""
    found = tokens.parts(CALL)
    assert {"f", "a", "1", "x", "'x'", "[1, 'x']", "(a, [1, 'x'])", CALL} <= set(found)
    assert len(found) == len(set(found))
    assert not any(part.isspace() for part in found)
    assert "key = 1\n" in tokens.parts(LINES)
    assert tokens.parts("") == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("f(x)", True), ("a=1", True), ('"a"', True), ("one\ntwo", True), ("a b c", True), ("", False)]
    + [(name, False) for name in ("123456789", "user@platform", "a-b-c-1-2-3", "+44 20 7946", "2024-01-02")],
)
def test_names_are_no_language(text: str, is_one: bool) -> None:
    """Names, codes and addresses are left to the mutators of characters; brackets, quotes and lines are tokens'."""
    assert bool(tokens.LANGUAGE.search(text)) is is_one
    rng = seeded(1)
    assert any(strings.of_language(rng, text) is not None for _ in range(50)) is is_one
