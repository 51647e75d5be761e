"""What executions teach beyond branches: told apart where the code or the schema does, never where the input does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from fuzzlab.feedback import MOST_PLACES, MOST_SKIPPED, QUIET, SLOTS, Feedback
from fuzzlab.scope import Scope
from tests.parsers.order import Order

NAMES = ("order_id", "status", "currency", "amount", "lines", "sku", "quantity", "references", "refunded", "zone")

ORDER: dict[str, Any] = {
    "order_id": "a", "status": "paid", "currency": "EUR", "amount": "12.5",
    "lines": [{"sku": "x", "quantity": 2}], "references": {},
}  # fmt: skip

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}}, "required": ["a"]}


def new() -> Feedback:
    return Feedback(Scope(["tests"]), NAMES)


def refusal(function: Callable[..., object], *args: object) -> set[object]:
    try:
        function(*args)
    except Exception as error:  # noqa: BLE001 - any refusal
        return set(new().of_refusal(error))
    raise AssertionError("not refused")


def order(**changes: Any) -> bytes:
    return json.dumps({**ORDER, **changes}).encode()


def refused(data: bytes) -> set[object]:
    return refusal(Order.model_validate_json, data)


def test_a_schemas_errors_at_their_places() -> None:
    """Each type at each place of the schema is told apart; fewer errors are, too."""
    assert ("missing", "amount") in refused(b"{}")
    assert ("int_parsing", "lines", "*", "quantity") in refused(order(lines=[{"sku": "x", "quantity": "y"}]))
    assert ("pydantic", 1) in refused(order(amount=None))
    assert ("pydantic", 2) in refused(order(amount=None, status=None))


def test_the_senders_own_names_are_one() -> None:
    """Keys and positions that only the input knows make no difference; a million errors are not looked at."""
    one, other = (refused(order(references={key: 1})) for key in ("foo", "quux"))
    assert one == other
    lines = [{"sku": "x", "quantity": 1}] * 5
    first, last = (refused(order(lines=[*lines[:at], {"sku": "x"}, *lines[at:]])) for at in (0, 5))
    assert first == last
    assert refused(order(references={str(number): 1 for number in range(5_000)})) <= {
        *refused(order(references=dict.fromkeys("abc", 1))),
        ("pydantic", 32),
    }


def test_where_a_document_breaks() -> None:
    """The kind of a syntax error, and the magnitude of its position, in json and in pydantic."""
    near, far = (refusal(json.loads, "[" + "1," * size) for size in (1, 300))
    assert ("json", "Expecting value") in near & far
    assert near != far
    assert near == refusal(json.loads, "[7,")
    assert any(feature[0] == "json_invalid" for feature in refused(b'{"a') if isinstance(feature, tuple))


def test_a_keyword_and_its_path() -> None:
    """jsonschema: the failing keyword with its place in the schema."""
    validate = jsonschema.Draft202012Validator(SCHEMA).validate
    assert ("jsonschema", "required", "required") in refusal(validate, {})
    wrong = refusal(validate, {"a": "x"})
    assert ("jsonschema", "type", "properties", "a", "type") in wrong
    assert wrong == refusal(validate, {"a": "another"})


def read(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    return [*reader]


def test_how_far_csv_got() -> None:
    """The magnitude of the line at which a reader gave up."""
    early, late = (refusal(read, "a,b\n" * rows + '"x"y,') for rows in (1, 100))
    assert ("csv line", 2) in early
    assert ("csv line", 7) in late


def parse(text: str) -> int:
    return int(text)


def both(text: str) -> int:
    if text.startswith("a"):
        return parse(text)
    return parse(text + "x")


def test_class_and_place_of_a_refusal() -> None:
    """The same error from another caller, and another error, are told apart; another message is not."""
    one, other = refusal(both, "a"), refusal(both, "b")
    assert one != other
    assert one == refusal(both, "abc")
    assert len(one & other) == 1, "both break at the same place"


class Odd(ValueError):
    """Looks like nothing known."""


def wrapped(text: str) -> object:
    try:
        return Order.model_validate_json(text)
    except ValueError as error:
        raise Odd from error


def test_what_is_behind_a_refusal() -> None:
    """A library's error is seen through the parser's own, and one that looks like it but lies is no failure."""
    assert ("missing", "amount") in refusal(wrapped, "{}")
    liar = type("ValidationError", (ValueError,), {"__module__": "pydantic_core"})
    assert new().tell(new().of_refusal(liar()))


class Colour(Enum):
    RED = 1


@dataclass
class Plain:
    colour: Colour
    sizes: tuple[int, ...]


class Slotted:
    __slots__ = ("amount", "missing")

    def __init__(self) -> None:
        self.amount = Decimal("1.50")


class Model(BaseModel):
    text: str


DIFFERENT: list[tuple[Any, Any]] = [
    ("", "a"), ("0a", "1a"), ("a", "a" * 40), ("ab", "\xe9b"), (1, -1), (1, 1 << 40), (1, 1.0), (1.0, 1e300),
    (1.0, float("nan")),
    (Decimal(1), Decimal("1e30")), (Decimal(1), Decimal("NaN")), ([], [1]), ([1], ["a"]), ({}, {"a": 1}),
    (None, False), (True, False), (b"", b"abc"), (Plain(Colour.RED, ()), Plain(Colour.RED, (1,))),
    (Model(text=""), Model(text="x")), ("refundee", "refunded"), ({"sku": 1}, {"foo": 1}), (Slotted(), 1),
]  # fmt: skip

ALIKE: list[tuple[Any, Any]] = [
    ("abc", "xyz"), (5, 6), ({"foo": 1}, {"bar": 1}), ([1] * 5, [1] * 6), (b"abc", b"xyz"),
    (Model(text="ab"), Model(text="cd")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_shapes_are_told_apart(one: object, other: object) -> None:
    """Type, size, sign, magnitude, emptiness, first character, known values."""
    feedback = new()
    assert feedback.tell(feedback.of_result(one))
    assert feedback.tell(feedback.of_result(other))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_content_is_not(one: object, other: object) -> None:
    """What only the sender chose makes no difference."""
    feedback = new()
    assert feedback.tell(feedback.of_result(one))
    assert not feedback.tell(feedback.of_result(other))


class Hostile(dict[str, int]):
    def __iter__(self) -> Any:
        raise KeyError("no")


def test_a_result_that_fails() -> None:
    """A result whose own methods fail is no failure of ours; one that contains itself ends."""
    feedback = new()
    assert feedback.tell(feedback.of_result(Hostile(a=1)))
    endless: list[Any] = []
    endless.append(endless)
    assert feedback.tell(feedback.of_result(endless))


documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=20,
)


def test_documents_of_no_schema_are_bounded() -> None:
    """However many documents come: places are bounded, and features never exceed their slots."""
    feedback = new()

    @settings(max_examples=300, derandomize=True, database=None, deadline=None)
    @given(documents)
    def law(document: Any) -> None:
        feedback.tell(feedback.of_result(document))

    law()
    before = len(feedback)
    for number in range(4_000):
        feedback.tell(feedback.of_result({f"key{number}": {f"inner{number}": [number % 7]}}))
    assert 50 < len(feedback) < before + 40 < SLOTS
    assert len(feedback._places_of_results) <= MOST_PLACES
    before, slots = len(feedback), memoryview(bytearray(SLOTS))
    feedback.connect(slots)
    for number in range(2 * SLOTS):
        feedback.tell(iter([("flood", number)]))
    assert len(feedback) == SLOTS
    assert not feedback.tell(iter([("one more",)]))
    assert sum(slots) == SLOTS - before


def test_a_quiet_target_is_looked_at_less_often() -> None:
    """After a long quiet one execution in MOST_SKIPPED is looked at; something new ends that."""
    feedback = new()
    grown: list[int] = []
    looked = 0
    real = feedback.of_result

    def counting(result: object) -> Any:
        nonlocal looked
        looked += 1
        return real(result)

    feedback.of_result = counting  # type: ignore[method-assign]
    observe = feedback.observer(grown.append)
    for _ in range(QUIET):
        observe(None, 1)
    assert looked == QUIET
    assert feedback.taught
    for _ in range(QUIET * 2 * MOST_SKIPPED):
        observe(None, 1)
    looked = 0
    for _ in range(100 * MOST_SKIPPED):
        observe(None, 1)
    assert looked == 100
    feedback.taught = False
    for _ in range(MOST_SKIPPED):
        observe(None, "new")
    assert feedback.taught
    looked = 0
    for _ in range(10):
        observe(None, "new")
    assert looked == 10
    assert grown == sorted(grown)
    assert grown[-1] == len(feedback)
