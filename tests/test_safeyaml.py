"""YAML from strangers: plain values, whatever is asked for."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import safeyaml
from fuzzlab.errors import UserError
from fuzzlab.lazy import LazyModule
from fuzzlab.safeyaml import Broken, load

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=10) | st.binary(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


@given(plain, st.booleans(), st.sampled_from([None, False, True]))
def test_plain_values_are_read(value: Any, unicode: bool, flow: bool | None) -> None:
    """What PyYAML writes of strings, bytes, integers, truths, lists and mappings is read as it was."""
    text = yaml.safe_dump(value, allow_unicode=unicode, default_flow_style=flow)
    assert load(text) == safeyaml.Loaded(yaml.safe_load(text), None)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@,? \n\t0é\x00\ud800"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Nothing is raised."""
    load(text)


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system", "!!python/object:os.path", "!!python/name:os.system", "!secret", "!!binary"],
)
@pytest.mark.parametrize("rest", ["[echo]", "{a: 1}", "'%%'"])
def test_tags_construct_nothing(tag: str, rest: str) -> None:
    """A tag that asks for an object gives Broken in its place, and its neighbours stay."""
    loaded = load(f"- 1\n- {tag} {rest}\n- x: 2\n")
    assert loaded.error is None
    assert isinstance(loaded.value[1], Broken)
    assert (loaded.value[0], loaded.value[2]) == (1, {"x": 2})


def test_a_billion_laughs_is_ten_lists() -> None:
    """Aliases refer to what is there."""
    lines = ["a0: &a0 [ha, ha]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    value = load("\n".join(lines)).value
    assert value["a39"][0] is value["a39"][8] is value["a38"]


def test_what_contains_itself_is_refused() -> None:
    """An alias inside its own anchor, and one of nothing."""
    value = load("a: &x [1, *x]\n").value
    assert isinstance(value["a"][1], Broken)
    assert isinstance(load("- *nothing\n").value[0], Broken)


def test_depth_is_bounded() -> None:
    """A document of 100,000 levels is left where it gets too deep."""
    assert "deeper than" in str(load("[" * 100_000).error)


def test_what_came_before_a_break_is_kept() -> None:
    """The error gives the line and none of its content."""
    loaded = load("a: 1\nlist:\n- one\n- 'hunter2\n")
    assert loaded.value["list"] == ["one"]
    assert loaded.error is not None
    assert "hunter2" not in loaded.error
    assert "line" in loaded.error


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the package is told its name."""
    monkeypatch.setattr(safeyaml, "yaml", LazyModule("yaml"))
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UserError, match="fuzzlab\\[yaml\\]"):
        load("a: 1")
