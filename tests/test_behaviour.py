"""What an execution did, taken apart so that two processes can compare it."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.behaviour import Behaviour, difference, spelt, tree

Point = namedtuple("Point", "x y")  # noqa: PYI024 - what old parsers return

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.binary() | st.decimals() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1
    BLUE = 2


@dataclass
class Order:
    """A record."""

    items: list[Any]
    total: Decimal


class Model(pydantic.BaseModel):
    """A model."""

    name: str
    when: dt.date | None = None


class Plain:
    """An object with attributes, and a cache that no user sees."""

    def __init__(self, shown: object) -> None:
        self.shown = shown
        self._cache = object()


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("left", "right")

    def __init__(self, left: object) -> None:
        self.left = left


class Bare:
    """Nothing is known of it but its repr, which has its address."""

    __slots__ = ()


class Hostile:
    """Nothing of it answers."""

    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError("no")


@given(plain)
def test_a_tree_is_json(value: object) -> None:
    """It survives a message, also with lone surrogates and long numbers, and is the same each time."""
    made = tree(value)
    assert json.loads(json.dumps(made)) == made
    assert tree(value) == made
    assert isinstance(spelt(made), str)


@given(plain, plain)
def test_a_difference_is_told(one: object, other: object) -> None:
    """Whatever two trees are, the difference of unlike ones is said, and that of equal ones never asked."""
    before, after = tree([one, 1]), tree([other, 1])
    if before != after:
        assert "->" in difference(before, after) or "another" in difference(before, after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0), (1, True), ([1], (1,)), (Decimal("1.0"), Decimal("1.00")), ("1", 1), (b"a", "a"), (0.0, -0.0),
        (Colour.RED, Colour.BLUE), (Model(name="a"), {"name": "a", "when": None}), (10**80, 10**80 + 1),
        ({1: 2}, {1: 3}),
        ("x" * 999 + "a", "x" * 999 + "b"), (Plain(1), Plain(2)), (Slotted(1), Slotted(2)), (Point(1, 2), (1, 2)),
        (dt.date(2020, 1, 1), dt.date(2020, 1, 2)), ([], [None]), (frozenset({1}), {1}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_differs(one: object, other: object) -> None:
    """What a reader of the result could tell apart is another value."""
    assert tree(one) != tree(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({3, 1, 2}, {2, 1, 3}), (Plain([1]), Plain([1])), (Bare(), Bare()),
        (float("nan"), float("nan")), (Hostile(), Hostile()),
        (Order([Point(1, 2)], Decimal(1)), Order([Point(1, 2)], Decimal(1))),
        (Model(name="a"), Model(name="a")), (object(), object()),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_does_not(one: object, other: object) -> None:
    """Order where there is none, addresses and private attributes are no difference."""
    assert tree(one) == tree(other)


def test_what_has_no_end() -> None:
    """Cycles, depth and size are bounded."""
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    for value in (cycle, deep, list(range(1_000_000)), "x" * 10_000_000):
        assert len(json.dumps(tree(value))) < 1_000_000


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Order([1, 2], Decimal(1)), Order([1, "2"], Decimal(1)), ".items[]: int -> str"),
        ({"a": {"b": 1}}, {"a": {}}, ".a.b: int -> nothing"),
        ({}, {"new": None}, ".new: nothing -> None"),
        ([1], [1, 2], "[]: nothing -> int"),
        ([1, 2], [1], "[]: int -> nothing"),
        (Model(name="a"), Model(name="b"), ".name: another str"),
        (OrderedDict(a=1), {"a": 1}, "OrderedDict -> dict"),
        ("a", "b", "another str"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_place_of_a_difference(before: object, after: object, expected: str) -> None:
    """A path into the value, without positions, and the types."""
    assert difference(tree(before), tree(after)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Order([1, "a"], Decimal("1.0")), "Order(items=[1, 'a'], total=Decimal('1.0'))"),
        ({"k": (1, 1.5)}, "{'k': tuple(1, 1.5)}"),
        (Colour.RED, "Colour('RED')"),
        ([], "[]"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_how_it_is_spelt(value: object, expected: str) -> None:
    """As a person would write it, nearly."""
    assert spelt(tree(value)) == expected


@pytest.mark.parametrize(
    "message",
    [{}, {"kind": "danced", "what": "", "where": "", "message": "", "value": None},
     {"kind": "refused", "what": 1, "where": "", "message": "", "value": None}],
)  # fmt: skip
def test_a_message_that_is_none(message: dict[str, Any]) -> None:
    """The code under test may have written it."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Behaviour.from_json(message)


def test_what_counts_as_the_same() -> None:
    """A user sees the kind, the error's type and the value; words and places may change."""
    refused = Behaviour("refused", "ValueError", "shop:a", "no")
    assert refused.same_as(Behaviour("refused", "ValueError", "shop:b", "never"))
    assert not refused.same_as(Behaviour("refused", "KeyError", "shop:a", "no"))
    assert Behaviour.from_json(refused.to_json()) == refused
