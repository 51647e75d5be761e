"""What a result may measure and must look like."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from fuzzlab import oracles
from fuzzlab.errors import UserError
from fuzzlab.oracles import shape


@dataclass
class _Page:
    items: list[str]


def _laughs(levels: int) -> Any:
    value: Any = "ha"
    for _ in range(levels):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    "result",
    ["x" * 101, b"x" * 101, [0] * 101, {"a": ["x" * 50, "y" * 60]}, _Page(["x" * 60, "y" * 60]), _laughs(6), 10**1000],
    ids=lambda result: type(result).__name__,
)
def test_too_large(result: object) -> None:
    """Text, bytes, elements, nested; what is shared counts each time."""
    complaint = oracles.bounded(100).check(id, "in", result)
    assert complaint is not None
    assert "more than 100" in complaint


@pytest.mark.parametrize("result", ["x" * 100, [0] * 50, {"a": "b"}, None, 5, _laughs(3), [], "é" * 100], ids=ascii)
def test_not_too_large(result: object) -> None:
    """At the bound and below."""
    assert oracles.bounded(100).check(id, "in", result) is None


def test_a_large_input_may_have_a_large_result() -> None:
    """`ratio` allows more where there was more."""
    assert oracles.bounded(100, ratio=2).check(id, "x" * 100, "y" * 200) is None
    assert oracles.bounded(100, ratio=2).check(id, "x" * 100, "y" * 201) is not None
    assert oracles.bounded(100, ratio=2).check(id, "x", "y" * 100) is None


def test_one_that_holds_itself() -> None:
    """A cycle has no size."""
    value: list[Any] = []
    value.append([value])
    complaint = oracles.bounded(10**9).check(id, "in", value)
    assert complaint is not None
    assert "holds itself" in complaint


def test_billion_laughs_are_counted_without_laughing() -> None:
    """2^100 leaves are known in no time, and 100,000 levels need no recursion."""
    script = (
        "from fuzzlab.oracles.shape import written_size\n"
        "value = 'ha'\nfor _ in range(100): value = [value, value]\nassert written_size(value) > 2**100\n"
        "value = []\nfor _ in range(100_000): value = [value]\nassert written_size(value) == 100_000\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


class _Order(BaseModel):
    sku: str
    amount: Decimal
    lines: list[int] = []


SCHEMA = {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string", "minLength": 1}}}


@pytest.mark.parametrize(
    ("model", "result"),
    [
        (_Order, {"sku": "a"}),
        (_Order, None),
        (_Order, _Order.model_construct(sku=5, amount=Decimal(1))),
        (_Order, _Order.model_construct(sku="a", amount=Decimal(1), lines="12")),
        (int, "5"),
        (int, True),
        (list[int], [1, "2"]),
        (str | None, 5),
        (SCHEMA, {}),
        (SCHEMA, {"sku": ""}),
        (SCHEMA, []),
    ],
    ids=str,
)
def test_it_does_not_match(model: Any, result: object) -> None:
    """Without conversion, and with the fields of an instance that nobody validated."""
    complaint = oracles.matches(model).check(id, "in", result)
    assert complaint is not None
    assert "\n" not in complaint


@pytest.mark.parametrize(
    ("model", "result"),
    [
        (_Order, _Order(sku="a", amount=Decimal("1.10"), lines=[1])),
        (int, 5),
        (list[int], [1, 2]),
        (str | None, None),
        (SCHEMA, {"sku": "a", "more": 1}),
    ],
    ids=str,
)
def test_it_matches(model: Any, result: object) -> None:
    """What was promised."""
    assert oracles.matches(model).check(id, "in", result) is None


def test_doors() -> None:
    """Names for signatures; mistakes are the user's."""
    assert oracles.bounded(10).name == "bounded(10)"
    assert oracles.matches(_Order).name == "matches(_Order)"
    assert oracles.matches(SCHEMA).name == "matches(schema)"
    with pytest.raises(UserError, match="at least 1"):
        oracles.bounded(0)
    with pytest.raises(UserError, match="no JSON Schema"):
        oracles.matches({"type": "objekt"})
    with pytest.raises(UserError, match="neither a model"):
        oracles.matches(5)


@pytest.mark.parametrize(
    "result",
    [{"a": [1, -300, 2.5, None, True, b"xy", ("z",)], "": {"b": 2**70}}, [], "abc", [[["a"] * 3] * 3] * 3, 10**30, {}],
    ids=repr,
)
def test_the_short_way(result: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain values are counted as all others are, only sooner."""
    short = shape.written_size(result)
    monkeypatch.setattr(shape, "PLAIN_VALUES", 0)
    assert shape.written_size(result) == short
