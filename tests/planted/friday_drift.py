"""The vendor's next version sends the moment of payment in seconds, and nobody asked whether it is still text."""

import datetime as dt
import json
from typing import Any

from fuzzlab import formats, target

SEEDS = [
    b'{"id": "7", "total": 12.5, "paid_at": "2026-03-31T10:20:30Z", "state": "paid"}',
    b'{"id": "8", "total": 3, "paid_at": null, "state": "open"}',
]
SIGNATURE = "crash TypeError tests.planted.friday_drift:friday_drift"


class PaymentError(Exception):
    """Declared."""


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "total", "paid_at", "state"],
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 20},
        "total": {"type": "number", "minimum": 0},
        "paid_at": {"type": ["string", "null"], "format": "date-time"},
        "state": {"enum": ["open", "paid"]},
    },
}


@target(format=formats.json(SCHEMA), allow=PaymentError)
def friday_drift(data: bytes) -> dt.datetime | None:
    try:
        payment = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PaymentError from error
    if not isinstance(payment, dict) or payment.get("state") not in ("open", "paid"):
        raise PaymentError("no payment")
    moment = payment.get("paid_at")
    if moment is None:
        return None
    if not isinstance(moment, (str, int)) or isinstance(moment, bool):
        raise PaymentError("a moment that is none")
    try:
        return dt.datetime.fromisoformat(moment)  # type: ignore[arg-type]  # the bug
    except ValueError as error:
        raise PaymentError from error
