"""A card vendor's answer to an order: JSON, when the vendor's gateway has a good day.

On a bad one, `<html>504 Gateway Time-out` arrives with status 200; amounts come as a number from one version of the
vendor's interface and as a string from the next. Whatever comes, the caller gets an order or a VendorOrderError, on
which it asks again: an order that crashes half-way is a card paid for and never delivered.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator

from fuzzlab import formats, oracles, target
from targets import strict_json


class VendorOrderError(ValueError):
    """The answer holds no order; its message repeats nothing of the answer but the names of our own fields."""


MAX_AMOUNT = Decimal(100_000)
"""In the order's currency. The largest card is 2,000; this only keeps nonsense out of the books."""

CENT = Decimal("0.01")
AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,2})?")
"""An amount as a string: no sign, no exponent, no leading zero, no thousands separator, no digits but ASCII's."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""`date.fromisoformat` reads more of ISO 8601 since Python 3.11 ("2026-W01-1") than the vendor may mean."""

MAX_SHOWN = 5
"""Faults named in one message: a list of 1,000 broken cards is one fault of the vendor."""


def _amount(value: object) -> Decimal:
    """Read an amount that is a number or a string.

    Raises:
        ValueError: neither, out of bounds, or more precise than a cent.
    """
    written = isinstance(value, str) and AMOUNT.fullmatch(value)
    counted = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if not written and not counted:
        raise ValueError("must be a number, or a string such as '25.00'")
    amount = Decimal(str(value))
    # The bounds come first: quantize() raises InvalidOperation for 1e30 and comparing raises it for a signalling NaN.
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT:
        raise ValueError(f"must be above 0 and at most {MAX_AMOUNT}")
    cents = amount.quantize(CENT)
    if cents != amount:
        raise ValueError("must have at most two decimal places")
    return cents


def _day(value: object) -> date:
    """Read a calendar day.

    Raises:
        ValueError: not YYYY-MM-DD, or no such day.
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("must be a day such as 2027-03-31")
    return date.fromisoformat(value)


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    # Stated by hand: pydantic's own schema for Decimal allows what _amount refuses.
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": int(MAX_AMOUNT)},
                {"type": "string", "pattern": rf"^{AMOUNT.pattern}$"},
            ]
        }
    ),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": rf"^{DAY.pattern}$"})]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Strict(BaseModel):
    """Types are not coerced, and what the vendor adds next month is ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Card(_Strict):
    """One card of an order. The code is in the vendor's own notation."""

    code: Identifier
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")] | None = None
    expires: Day | None = None


class Order(_Strict):
    """An order as the vendor sees it. `amount` is the whole price, exact to the cent, in `currency` (ISO 4217)."""

    order_id: Identifier
    status: Literal["pending", "delivered", "failed"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    amount: Amount
    cards: Annotated[list[Card], Field(max_length=1000)] = []

    @model_validator(mode="after")
    def _cards_fit_status(self) -> Self:
        if self.status == "delivered" and not self.cards:
            raise ValueError("a delivered order without a card")
        if self.status == "failed" and self.cards:
            raise ValueError("a failed order with cards")
        return self


def render_order(order: Order) -> bytes:
    """Write an order as the vendor would."""
    return order.model_dump_json().encode()


@target(
    format=formats.json(Order),
    allow=VendorOrderError,
    oracles=[oracles.round_trip(render_order), oracles.storable("utf-8", "json")],
)
def vendor_order(data: bytes) -> Order:
    """Read one answer."""
    return parse_order(data)


def parse_order(data: bytes) -> Order:
    """Read the body of a vendor's answer.

    Args:
        data: the body as received, whatever its status and content type were.

    Returns:
        The order, all of its fields checked.

    Raises:
        VendorOrderError: no JSON object of that shape.
    """
    if data.lstrip()[:1] == b"<":
        raise VendorOrderError("a web page in place of an order; the vendor's gateway is down")
    try:
        return Order.model_validate(strict_json.loads(data))
    except strict_json.StrictJSONError as error:
        raise VendorOrderError(str(error)) from error
    except ValidationError as error:
        raise VendorOrderError(describe(error)) from None


def describe(error: ValidationError) -> str:
    """Say what pydantic found, without repeating the input: codes and PINs are money, and logs are read by many."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(map(str, fault['loc'])) or 'order'}: {fault['msg']}" for fault in faults[:MAX_SHOWN]]
    return "; ".join(shown)
