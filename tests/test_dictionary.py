"""Words mined from the code under test."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.dictionary import LONGEST, MOST, as_libfuzzer, mine
from fuzzlab.finder import adhoc
from fuzzlab.scope import Scope, packages


def test_what_the_code_compares_with() -> None:
    """Constants of the target's own module are words; docstrings and long messages are not."""
    target = adhoc("tests.parsers.planted:magic")
    words = mine(target, Scope(packages(target)))
    assert b"fz:" in words
    assert b"!" in words
    assert b"missing" in words
    assert not any(b"Fail for an empty tail" in word for word in words)
    assert all(0 < len(word) <= LONGEST for word in words)
    assert len(words) == len(set(words)) <= MOST


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
