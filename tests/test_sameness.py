"""Two results of the same input are the same result, whatever they are made of; two that differ are not."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from argparse import Namespace
from collections import OrderedDict, deque
from configparser import ConfigParser
from dataclasses import dataclass, field
from decimal import Decimal
from email import message_from_string
from email.message import Message
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from fuzzlab import oracles
from fuzzlab.sameness import same


class _Token:
    """As most classes are: equal to itself alone."""

    def __init__(self, kind: str, value: object) -> None:
        self.kind = kind
        self.value = value


class _Slotted:
    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: object) -> None:
        self.kind = kind
        self.value = value


class _Child(_Slotted):
    __slots__ = ("more",)


class _Mixed(_Slotted):
    """Has a dictionary beside the slots."""


@dataclass
class _Tree:
    token: object
    children: list[Any] = field(default_factory=list)


@dataclass(eq=False)
class _Identity:
    value: object


class _Model(BaseModel):
    value: Any


class _Vague:
    """Cannot say whether it is equal, as arrays cannot."""

    def __init__(self, value: object) -> None:
        self.value = value

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    def __repr__(self) -> str:
        return f"_Vague({self.value!r})"


def _cycle(value: object) -> list[object]:
    ring: list[object] = [value]
    ring.append(ring)
    return ring


def _deep(value: object) -> object:
    for _ in range(5_000):
        value = [value]
    return value


def _parsed(text: str) -> Message:
    return message_from_string(f"Subject: {text}\n\nbody")


SHAPES: dict[str, Any] = {
    "plain": lambda value: _Token("name", value),
    "slots": lambda value: _Slotted("name", value),
    "inherited slots": lambda value: _Child("name", value),
    "slots and more": lambda value: _Mixed("name", value),
    "inside of a list": lambda value: [1, _Token("name", value)],
    "inside of a key": lambda value: {"a": {"b": _Token("name", value)}},
    "inside of a dataclass": lambda value: _Tree(_Token("name", value), [_Tree(_Token("x", value))]),
    "a dataclass without equality": lambda value: _Identity([value]),
    "inside of a model": lambda value: _Model(value=_Token("name", value)),
    "a namespace": lambda value: Namespace(value=_Token("name", value)),
    "tuple": lambda value: (_Token("name", value),),
    "deque": lambda value: deque([_Token("name", value)]),
    "ordered": lambda value: OrderedDict(a=_Token("name", value)),
    "element": lambda value: ET.fromstring(f"<a><b c='{value}'>{value}</b></a>"),  # noqa: S314 - our own
    "message": lambda value: _parsed(str(value)),
    "vague": lambda value: [_Vague(value)],
    "a ring": _cycle,
    "a ring of tokens": lambda value: _cycle(_Token("name", value)),
    "deep": lambda value: _deep(_Token("name", value)),
    "not a number": lambda value: [float("nan"), Decimal("NaN"), Decimal("sNaN"), value],
    "not a number in a set": lambda value: {float("nan"), value},
    "tokens in a set": lambda value: {_Slotted("a", value), _Slotted("b", 1)},
    "not a number beside a token": lambda value: {"a": float("nan"), "b": _Token("name", value)},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_made_twice_it_is_the_same(shape: str) -> None:
    """A parser that makes its result anew each time is deterministic."""
    make = SHAPES[shape]
    assert same(make(5), make(5))
    assert oracles.deterministic().check(lambda _: make(5), "in", make(5)) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_with_another_value_it_is_not(shape: str) -> None:
    """Somewhere inside there is another number: nothing is the same for lack of an equality."""
    make = SHAPES[shape]
    assert not same(make(5), make(6))
    assert not same(make(5), None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_Token("a", 1), _Slotted("a", 1)),
        (_Token("a", 1), _Identity(1)),
        ([_Token("a", 1)], [_Token("a", 1), _Token("a", 1)]),
        ([_Token("a", 1)], (_Token("a", 1),)),
        ({"a": _Token("a", 1)}, {"b": _Token("a", 1)}),
        ({"a": _Token("a", 1)}, {"a": _Token("a", 1), "b": 1}),
        (_Token, _Slotted),
        (len, max),
        (ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris")),
        ({_Slotted("a", 1)}, {_Slotted("a", 1), _Slotted("b", 1)}),
        (float("nan"), 1.0),
        (float("nan"), Decimal("NaN")),
        ("nan", "NaN"),
        ([float("nan"), 1], [float("nan"), 2]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_of_another_kind_it_is_not(first: object, second: object) -> None:
    """Types, lengths and keys count."""
    assert not same(first, second)
    assert not same(second, first)


def test_order_of_keys_does_not_count() -> None:
    """A dictionary is one whatever the order, also where its values have no equality."""
    assert same({"a": _Token("a", 1), "b": float("nan")}, {"b": float("nan"), "a": _Token("a", 1)})


def test_what_shows_no_state_is_not_told_apart() -> None:
    """Of two generators or sentinels nobody can say how they differ; a false alarm would be worse than silence."""
    assert same(object(), object())
    assert same((x for x in "a"), (x for x in "a"))
    assert not same(object(), (x for x in "a"))


def _configuration(value: object) -> ConfigParser:
    parser = ConfigParser()
    parser.read_string(f"[a]\nb = {value}\nc = %")
    return parser


def test_what_cannot_be_looked_at_is_no_difference() -> None:
    """A mapping whose values fail to be read (here: `%` is no interpolation) is given up on."""
    assert same(_configuration(5), _configuration(5))
    assert oracles.deterministic().check(lambda _: _configuration(5), "in", _configuration(5)) is None


class _Endless:
    """Holds, whenever it is asked, another one of its kind."""

    def __getstate__(self) -> dict[str, object]:
        return {"inner": _Endless()}


def test_it_ends() -> None:
    """An object that makes up its state is given up on, and no alarm."""
    assert same(_Endless(), _Endless())


def test_a_large_result_is_told_apart_at_its_first_difference() -> None:
    """Ends are compared as they come and not kept for later."""
    numbers = list(range(500_000))
    assert not same([*numbers, 1], [*numbers, 2])
    assert same([*numbers, _Token("a", 1)], [*numbers, _Token("a", 1)])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats() | st.decimals(allow_nan=True),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(_Token, st.text(max_size=2), inner)
        | st.builds(_Tree, inner, st.lists(inner, max_size=2))
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_copy_is_the_same(value: object) -> None:
    """On any result."""
    assert same(value, copy.deepcopy(value))


@given(VALUES, VALUES)
def test_it_is_symmetrical_and_follows_equality(first: object, second: object) -> None:
    """What is equal is the same; the order of the two does not matter."""
    assert same(first, second) == same(second, first)
    if repr(first).count("sNaN") == repr(second).count("sNaN") == 0 and first == second:
        assert same(first, second)
