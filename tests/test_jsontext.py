"""Edits of a document's text: each nastiness can be made, everything else stays as it was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import jsontext
from fuzzlab.jsontext import MUTATORS, span_of_value
from tests.formats import seeded

ODD = b'{"id" : "7", "id":8,\t"lines":[{"sku":"\\u0041\\/b","price":1.10,"n":[1, 2 ,3]}, -0 ],"x":1e400 , "ok":true}'
"""Doubled keys, escapes, spellings and blanks that no dict would keep."""

MARKS = (b'"id" : "7", "id":8', b'"\\u0041\\/b"', b"1.10", b"[1, 2 ,3]", b"-0", b"1e400 ,", b"}, -0 ]")
NAMES = list(dict.fromkeys(MUTATORS))


def _made(mutator: Callable[..., bytes | None], data: bytes = ODD, times: int = 400) -> list[bytes]:
    rng = seeded(5)
    return [changed for _ in range(times) if (changed := mutator(rng, data)) is not None]


@pytest.mark.parametrize("mutator", NAMES, ids=lambda m: m.__name__)
def test_the_rest_stays_as_it_was_sent(mutator: Callable[..., bytes | None]) -> None:
    """Doubled keys, escapes, spellings and blanks survive an edit somewhere else, byte for byte."""
    made = _made(mutator)
    assert len(made) > 200
    kept = [sum(mark in changed for changed in made) / len(made) for mark in MARKS]
    assert min(kept) > 0.2
    assert sum(kept) > 0.7 * len(MARKS)


ORDER = b'{"id":"a1","lines":[{"sku":"x","n":12}],"gift":true,"note":null}'

NASTINESS: dict[str, tuple[str, str]] = {
    "a number that became a string": ("flip_type", r'"n":"12"'),
    "a string that became a number": ("flip_type", r'"id":2[,}]'),
    "a value in a list": ("flip_type", r'"id":\["a1"\]'),
    "a value in an envelope": ("flip_type", r'"id":\{"value":"a1"\}'),
    "a boolean that became null": ("flip_type", r'"gift":null'),
    "a null that became a string": ("flip_type", r'"note":"null"'),
    "a list that became its element": ("flip_type", r'"lines":\{"sku":"x","n":12\},'),
    "NaN": ("flip_type", r":NaN"),
    "infinity": ("flip_type", r":-Infinity"),
    "1e400": ("flip_type", r":1e400"),
    "a leading zero": ("leading_zero", r'"n":"012"'),
    "a member gone": ("drop_element", r'^\{"lines"'),
    "the last member gone, and its comma": ("drop_element", r'"gift":true\}$'),
    "a comma too many": ("drop_element", r",,|,\}|\{,|\[,"),
    "an element twice": ("double_element", r'\{"sku":"x","n":12\},\{"sku":"x","n":12\}'),
    "a thousand elements": ("double_element", r'(\{"sku":"x","n":12\},){800}'),
    "a key twice": ("double_key", r'("id":.*){2}'),
    "a key twice with the same value": ("double_element", r'"id":"a1","id":"a1"'),
    "a key in another case": ("rename_key", r'"SKU":"x"'),
    "a key in the plural": ("rename_key", r'"ids":"a1"'),
    "a key with an escape": ("rename_key", r'"\\u0069d":"a1"'),
    "a key without quotes": ("rename_key", r"\{id:"),
    "members the other way round": ("swap_members", r'"gift":true,"lines":\['),
    "one value in the place of another": ("splice", r'"id":\{"sku":"x","n":12\}'),
    "fifty levels": ("nest", r"\[{50}"),
    "a thousand levels": ("nest", r'(\{"a":){1000}'),
    "a bracket left open": ("nest", r"\["),
    "half a pair as an escape": ("escape", r"\\ud800"),
    "half a pair as bytes": ("escape", "\udced\udca0\udc80"),
    "an escape of another language": ("escape", r"\\x"),
    "a control character as it is": ("escape", "\x00"),
    "a zero-width joiner as an escape": ("escape", r"\\u200d"),
    "a comment": ("gap", r"/\*\*/"),
    "a byte-order mark inside": ("gap", "\ufeff"),
    "a blank of another kind": ("gap", "\xa0"),
    "a kilobyte of blanks": ("gap", r" {1000}"),
    "a trailing comma": ("trailing_comma", r",\}$"),
}


@pytest.mark.parametrize("name", NASTINESS)
def test_it_can_be_made(name: str) -> None:
    """Each named nastiness comes from one ordinary order, in one step."""
    mutator, pattern = NASTINESS[name]
    made = _made(getattr(jsontext, mutator), ORDER, 3_000)
    assert any(re.search(pattern, changed.decode("utf-8", "surrogateescape")) for changed in made), made[:5]


ANYTHING = st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ 0ae1.\n', max_size=80).map(str.encode)


@given(ANYTHING, st.integers(0, 2**32))
@settings(max_examples=400)
def test_it_takes_any_bytes(data: bytes, seed: int) -> None:
    """Broken documents are edited as well as they can be; nothing raises, nothing explodes."""
    for mutator in NAMES:
        changed = mutator(seeded(seed), data)
        assert changed is None or (type(changed) is bytes and len(changed) <= len(data) * 2 + (1 << 16))


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 50_000, b'"' * 100_000, b"\\" * 100_000, b" " * 100_000])
def test_hostile_documents_cost_little(data: bytes) -> None:
    """No search is quadratic: the scan for an end is bounded."""
    for mutator in NAMES:
        for seed in range(3):
            mutator(seeded(seed), data)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=3), v, max_size=4))


@given(VALUES)
def test_the_end_of_a_value(value: Any) -> None:
    """Of every document, with anything behind it, exactly the document is the value."""
    data = json.dumps(value).encode()
    for rest in (b"", b",1", b"]", b" }", b":"):
        assert span_of_value(data + rest, 0) == len(data)
