"""Nodes of ordinary documents exchanged: each, for each value that may stand there, once."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import formats, substitutes

KEY = {"kty": "oct", "n": [1, 2], "deep": {"at": 3}}


def made(*documents: Any, words: tuple[str, ...] = ()) -> list[Any]:
    """Give all."""
    return list(substitutes.substitutes(documents, words))


def test_each_node_is_left_out() -> None:
    """Keys and elements, wherever they are."""
    found = made(KEY)
    for wanted in (
        {"n": [1, 2], "deep": {"at": 3}},
        {"kty": "oct", "n": [2], "deep": {"at": 3}},
        {"kty": "oct", "n": [1, 2], "deep": {}},
    ):
        assert wanted in found


def test_each_node_becomes_each_value() -> None:
    """Of each type, and those that arithmetic does not hold for; the whole document too."""
    found = made(KEY)
    for value in substitutes.VALUES:
        if not (isinstance(value, float) and math.isnan(value)):
            assert value in found
            assert {**KEY, "deep": {"at": value}} in found
            assert {**KEY, "n": [1, value]} in found
    assert {**KEY, "n": ["1", 2]} in found
    assert {**KEY, "kty": ["oct"]} in found


def test_a_string_and_a_key_become_each_word_of_the_code() -> None:
    """An enumeration's other members are behind a comparison that a search by chance has to guess."""
    found = made(KEY, words=("RSA",))
    assert {**KEY, "kty": "RSA"} in found
    assert {"RSA": "oct", "n": [1, 2], "deep": {"at": 3}} in found
    assert {**KEY, "RSA": "oct"} in found


def test_the_format_writes_them_within_its_limit() -> None:
    """Lone surrogates and what is no number among them."""
    form = formats.json(max_size=60)
    form.learn([b"RSA"])
    data = list(form.exchanges([b'{"kty": "oct"}', b"no document"]))
    assert b'{"kty":"RSA"}' in data
    assert b'{"kty":NaN}' in data
    assert b'{"kty":"\\ud800"}' in data
    assert all(len(each) <= 60 for each in data)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=20))  # fmt: skip
def test_laws(document: Any) -> None:
    """The document stays as it was, each change is another document, and there is an end."""
    before = json.dumps(document)
    found = made(document, words=("word",))
    assert json.dumps(document) == before
    assert len(found) <= substitutes.MOST
    assert made("a" * 100_000)


def test_a_long_document_has_as_many_as_a_page() -> None:
    """What stands in a list stands in it often."""
    assert len(made([{"a": at} for at in range(10_000)], words=("word",) * 1000)) <= substitutes.MOST
