"""An amount that came as text with a leading zero, in an otherwise valid order, is read as a number with a base."""

import json
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from fuzzlab import formats, target

SEEDS = [b'{"sku": "CARD-10", "quantity": 2, "amount": "10"}', b'{"sku": "CARD-25", "quantity": 1, "amount": 25}']
SIGNATURE = "crash ValueError tests.planted.leading_zero:leading_zero"


class OrderError(Exception):
    """Declared."""


class Order(BaseModel):
    sku: Annotated[str, Field(min_length=1, max_length=20)]
    quantity: Annotated[int, Field(ge=1, le=100)]
    amount: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]


@target(format=formats.json(Order), allow=OrderError)
def leading_zero(data: bytes) -> int:
    try:
        order = Order.model_validate(json.loads(data), strict=True)
    except (ValidationError, ValueError, RecursionError) as error:
        raise OrderError(str(error)) from error
    return int(order.amount, 0) if isinstance(order.amount, str) else order.amount
