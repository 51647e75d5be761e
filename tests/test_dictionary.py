"""Words mined from the code under test."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import strings
from fuzzlab.dictionary import LONGEST, MOST, MOST_MINED, as_libfuzzer, for_libfuzzer, harmless, mine
from fuzzlab.finder import adhoc
from fuzzlab.scope import Scope, packages

KNOWN = (
    "tbl-key-1", "tbl-key-2", "outer-a", "inner-b", "deep-c", "deep-d", "set-member", "RX-ONE/000",
    "RX-TWO/000", "plan-gold", "7001", "GOLD", "kind-a", "kind-b", "column_name", "orderNumber", "ORD-", "ORD-00",
    "mode-x", "equals-1", "in-tuple", "in-tuple-2", "in-set", "in-set-2", "prefix-", "found-", "display-key",
    "inline-", "inline-0", "matched-word", "73193", "fstring-", "far-away",
)  # fmt: skip

UNKNOWN = ("docstring-word", "raised-word", "printed-word")


def mined(spec: str) -> tuple[bytes, ...]:
    target = adhoc(spec)
    return mine(target, Scope(packages(target))).words


def test_what_the_code_compares_with() -> None:
    """Constants of the target's own module are words; docstrings and long messages are not."""
    words = mined("tests.parsers.planted:magic")
    assert words[0] == b"fz:"
    assert b"!" in words
    assert b"missing" in words
    assert not any(b"Fail for an empty tail" in word for word in words)
    assert all(0 < len(word) <= LONGEST for word in words)
    assert len(words) == len(set(words)) <= MOST_MINED


@pytest.mark.parametrize("word", KNOWN)
def test_every_way_to_know_a_word(word: str) -> None:
    """Comparisons, members, keys, prefixes, patterns, enumerations, Literals, fields of models, integers."""
    assert word.encode() in mined("tests.parsers.vocabulary:every_way")


def test_integers_of_a_binary_format() -> None:
    """Where a function unpacks bytes, an integer is a word in either byte order."""
    words = mined("tests.parsers.vocabulary:every_way")
    assert b"\xca\xfe\xd0\x0d" in words
    assert b"\x0d\xd0\xfe\xca" in words


@pytest.mark.parametrize("word", UNKNOWN)
def test_what_people_are_told_is_no_word(word: str) -> None:
    """Docstrings, messages of exceptions and what is printed are not what an input is compared with."""
    assert not any(word.encode() in mined_word for mined_word in mined("tests.parsers.vocabulary:every_way"))


def test_nothing_of_the_harness() -> None:
    """A table imported from fuzzlab gives no word, and neither does what `@target` was told."""
    words = mined("tests.parsers.vocabulary:every_way")
    assert not {token.encode() for token in strings.TOKENS} & set(words)
    assert b"max_size" not in mined("tests.planted.magic_platform:magic_platform")


def test_patterns_are_mined_too() -> None:
    """Compiled ones, with their flags, and those that stand as strings where they are used; what is none is not."""
    target = adhoc("tests.parsers.vocabulary:every_way")
    patterns = dict(mine(target, Scope(packages(target))).patterns)
    assert patterns
    assert all(re.compile(pattern, flags) for pattern, flags in patterns.items())
    assert any("RX-ONE" in pattern for pattern in patterns)


def test_the_nearest_first() -> None:
    """What the target's own function compares with comes before what it calls, and that before what it never names."""
    words = mined("tests.parsers.vocabulary:every_way")
    assert words.index(b"equals-1") < words.index(b"RX-ONE/000") < words.index(b"far-away")


@pytest.mark.parametrize("spec", ["toml:loads", "dateutil.parser:parse", "json:loads", "targets.phone:phone"])
def test_real_parsers(spec: str) -> None:
    """Large packages give many words, never more than the bound, and leave room for the format's own."""
    target = adhoc(spec)
    words = mine(target, Scope(packages(target))).words
    assert 50 < len(words) <= MOST_MINED
    assert all(0 < len(word) <= LONGEST for word in words)
    together = for_libfuzzer(target, words)
    assert together[: len(words)] == words
    assert len(words) < len(together) == len(set(together)) <= MOST
    telling = {"toml": b"true", "dateutil": b"Monday", "json": b"NaN", "targets": b"+"}
    assert telling[re.split("[.:]", spec)[0]] in words


def test_what_ends_workers_is_not_placed() -> None:
    """A word in every lethal input is left out, from the second one on; others stay."""
    words = (b"!", b"word", b"other")
    assert harmless(words, []) == words
    assert harmless(words, [b"!word"]) == words
    assert harmless(words, [b"!word", b"a!"]) == (b"word", b"other")
    assert harmless(words, [b"!word", b"a!", b"elsewhere"]) == words


@given(st.lists(st.binary(min_size=1, max_size=20)))
def test_a_dictionary_file(words: list[bytes]) -> None:
    """Every line is one quoted word that reads back to its bytes, whatever they are."""
    lines = as_libfuzzer(words).splitlines()
    assert len(lines) == len(words)
    for line, word in zip(lines, words, strict=True):
        assert line.isascii()
        assert line.isprintable()
        assert line[0] == line[-1] == '"'
        read = re.sub(rb"\\x(..)", lambda m: bytes([int(m[1], 16)]), line[1:-1].encode())
        assert read == word
