"""An order as a partner sends it, checked by pydantic, with four bugs in the code that trusts what was checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from fuzzlab import formats, target

SHELVES = ["a1", "a2", "b1"]
ZONES = {"1": "north", "2": "south"}
CENT = Decimal("0.01")


class Line(BaseModel):
    sku: str
    quantity: int


class Order(BaseModel):
    order_id: str
    status: Literal["pending", "paid", "refunded"]
    currency: Literal["EUR", "USD"]
    amount: Decimal
    lines: list[Line]
    references: dict[str, str] = {}


@target(format=formats.json(Order))
def partner_order(data: bytes) -> str:
    order = Order.model_validate_json(data)
    if order.status == "refunded":
        _refunded(order)
    for line in order.lines:
        if line.sku.startswith("GC-"):
            _reserve(line)
    if "zone" in order.references:
        _zone(order.references["zone"])
    return str(_rounded(order.amount))


def _refunded(order: Order) -> str:
    return order.lines[0].sku


def _reserve(line: Line) -> str:
    return SHELVES[min(line.quantity, 2)] if line.quantity >= 0 else SHELVES[line.quantity - 3]


def _zone(value: str) -> str:
    return ZONES["1"] if not value.startswith("0") else ZONES[value[:1]]


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)
