"""JSON as text: what is found agrees with what a parser reads."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.jsonleaves import elements, leaves, well_formed, written

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
styles = st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}])


def scalars(value: Any) -> list[Any]:
    """Give the keys and scalars of a document in the order in which they are written."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in (key, *scalars(inner))]
    if isinstance(value, list):
        return [found for inner in value for found in scalars(inner)]
    return [value]


@given(documents, styles)
def test_leaves_are_what_a_parser_reads(document: Any, style: dict[str, Any]) -> None:
    """Every key and every scalar is found, in order, with the value that json gives it."""
    text = json.dumps(document, **style)
    found = [text[leaf.start : leaf.end] for leaf in leaves(text)]
    assert json.dumps([json.loads(word) for word in found]) == json.dumps(scalars(json.loads(text)))
    assert well_formed(text)


@given(st.text(st.sampled_from('{}[]:," \\a1-é\n')))
def test_any_text_is_read(text: str) -> None:
    """What is no document raises nothing, its leaves lie in it and in order, and json reads nothing we refuse."""
    end = 0
    for leaf in leaves(text):
        assert end <= leaf.start < leaf.end <= len(text)
        leaf.value(text)
        leaf.path()
        end = leaf.end
    try:
        json.loads(text)
    except ValueError:
        return
    assert well_formed(text)


@given(st.lists(documents, max_size=6), styles, st.data())
def test_elements_are_the_list_s(items: list[Any], style: dict[str, Any], data: st.DataObject) -> None:
    """Elements are cut where they end; of a list cut short, all that were whole are still whole."""
    text = json.dumps(items, **style)
    whole = list(elements(text, 1))
    assert json.dumps([json.loads(part) for part, _ in whole]) == json.dumps(items)
    assert all(ended for _, ended in whole)
    cut = data.draw(st.integers(1, max(1, len(text) - 1)))
    kept = [part for part, ended in elements(text[:cut], 1) if ended]
    assert kept == [part for part, _ in whole][: len(kept)]


def test_paths_and_names() -> None:
    """A leaf knows its path, its key, and the name that stands beside it."""
    text = '{"a":{"b":[1,{"c":"x"}]},"h":[{"name":"Cookie","value":"y"}],"e":"z"}'
    found = {text[leaf.start : leaf.end]: (leaf.name, leaf.path()) for leaf in leaves(text) if not leaf.is_key}
    assert found["1"] == ("b", "$.a.b[0]")
    assert found['"x"'] == ("c", "$.a.b[1].c")
    assert found['"y"'] == ("Cookie", "$.h[0].value")
    assert found['"z"'] == ("e", "$.e")


def test_depth_costs_nothing() -> None:
    """100,000 levels and a string without an end are read, once."""
    deep = "[" * 100_000 + "1" + "]" * 100_000
    assert [leaf.value(deep) for leaf in leaves(deep)] == [1]
    assert well_formed(deep)
    endless = '"' + '\\"' * 100_000
    assert len(list(leaves(endless))) == 1
    assert not well_formed(endless)


def test_written_is_read() -> None:
    """A string is written as its neighbours are, and read as it was."""
    assert written("é") == '"\\u00e9"'
    assert written("é", like="ü") == '"é"'
    for text in ("\ud800", "\u2028", 'a"b\\', "\x00"):
        assert json.loads(written(text, like="ü")) == text
