"""A result fed back: what counts as equal, and what breaks on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from fuzzlab import oracles
from fuzzlab.oracles import Oracle


class _Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class _Point:
    x: float


class _Order(BaseModel):
    amount: float


class _Unprintable:
    def __repr__(self) -> str:
        raise ValueError("no repr")


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def _cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


NAN = float("nan")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1),
        ("a", "a"),
        (NAN, NAN),
        (NAN, float("nan")),
        (Decimal("NaN"), Decimal("NaN")),
        ([NAN], [float("nan")]),
        ([Decimal("NaN")], [Decimal("NaN")]),
        (Decimal("sNaN"), Decimal("sNaN")),
        ({"a": Decimal("sNaN1")}, {"a": Decimal("sNaN1")}),
        ({"a": NAN}, {"a": float("nan")}),
        (_Point(NAN), _Point(float("nan"))),
        (_Order(amount=NAN), _Order(amount=float("nan"))),
        (_Colour.RED, _Colour.RED),
        ({1, 2}, {2, 1}),
        ("\ud800", "\ud800"),
        (0.0, -0.0),
        (1, 1.0),
        (None, None),
    ],
    ids=repr,
)
def test_what_is_equal(first: object, second: object) -> None:
    """Equal results pass, and so does NaN, which equals nothing, at any depth."""
    assert oracles.idempotent().check(lambda _: second, "in", first) is None
    assert oracles.round_trip(str).check(lambda _: second, "in", first) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a", "A"),
        ("a", "a "),
        ("", None),
        ([1], [1, 1]),
        (NAN, 1.0),
        ([NAN, 1], [float("nan"), 2]),
        (_Point(1.0), _Point(2.0)),
        ("\ud800", "\ufffd"),
        ("nan", "NaN"),
        (Decimal("NaN"), NAN),
    ],
    ids=repr,
)
def test_what_is_not(first: object, second: object) -> None:
    """Different results are said in one short sentence that shows them both."""
    complaint = oracles.idempotent().check(lambda _: second, "in", first)
    assert complaint is not None
    assert repr(first) in complaint
    assert repr(second) in complaint


def test_a_round_trip_shows_what_differs() -> None:
    """The sentence has what was rendered, the first result and the second."""
    complaint = oracles.round_trip(lambda _: "shown").check(lambda _: "second", "in", "first")
    assert complaint is not None
    assert "shown" in complaint
    assert "first" in complaint
    assert "second" in complaint


def _raise(error: BaseException) -> Callable[[object], object]:
    def call(_: object) -> object:
        raise error

    return call


def test_its_own_result_refused() -> None:
    """A parser that refuses what it returned breaks the clause, however it refuses."""
    for error in (ValueError("no"), KeyError("k"), RecursionError()):
        complaint = oracles.idempotent().check(_raise(error), "in", "out")
        assert complaint is not None
        assert "is refused" in complaint
        assert type(error).__name__ in complaint


def test_what_kills_is_no_complaint() -> None:
    """SystemExit and KeyboardInterrupt of the second pass are not swallowed."""
    with pytest.raises(SystemExit):
        oracles.idempotent().check(_raise(SystemExit(1)), "in", "out")


def test_large_results_are_shown_short() -> None:
    """A complaint about a large result does not repeat it."""
    complaint = oracles.idempotent().check(lambda _: "y" * 100_000, "in", "x" * 100_000)
    assert complaint is not None
    assert len(complaint) < 500


@pytest.mark.parametrize("make", [lambda: _nested(10_000), _cyclic, _Unprintable], ids=["deep", "cyclic", "mute"])
def test_results_that_cannot_be_compared_or_shown(make: Callable[[], object]) -> None:
    """The same object twice is the same result, however deep or cyclic, and even if it cannot be shown."""
    value = make()
    assert oracles.idempotent().check(lambda _: value, "in", value) is None


def test_an_unprintable_result_that_differs() -> None:
    """A result whose `repr` fails still gets a sentence."""
    complaint = oracles.idempotent().check(lambda _: "other", "in", _Unprintable())
    assert complaint is not None


def test_doors() -> None:
    """Both are oracles, named as their clauses."""
    for oracle, name in ((oracles.idempotent(), "idempotent"), (oracles.round_trip(str), "round_trip")):
        assert isinstance(oracle, Oracle)
        assert oracle.name == name
