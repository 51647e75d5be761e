"""Behind a valid signature, an event of one type is read for a key that it need not have."""

import hashlib
import hmac
import json

from fuzzlab import formats, target

SECRET = "planted"  # noqa: S105 - a test secret


class WebhookError(ValueError):
    """Declared."""


FORMAT = formats.http(body=formats.json(), signer=formats.signers.github(SECRET), path="/hook")
SEEDS = [
    FORMAT.encode(
        formats.signers.github(SECRET).sign(
            formats.HttpMessage("POST", "/hook", (("Content-Type", "application/json"),), body)
        )
    )
    for body in (
        b'{"event": "order.paid", "order": {"id": "o1", "amount": 12}}',
        b'{"event": "order.shipped", "order": {"id": "o2", "amount": 5, "parcel": "p"}}',
    )
]
SIGNATURE = "crash KeyError tests.planted.signed_keyerror:read_order"


@target(format=FORMAT, allow=WebhookError)
def signed_keyerror(message: formats.HttpMessage) -> str:
    sent = message.header("X-Hub-Signature-256") or ""
    wanted = "sha256=" + hmac.new(SECRET.encode(), message.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), wanted.encode()):
        raise WebhookError("signature")
    try:
        event = json.loads(message.body)
    except (ValueError, RecursionError) as error:
        raise WebhookError("body") from error
    if not isinstance(event, dict) or not isinstance(event.get("order"), dict):
        raise WebhookError("shape")
    return read_order(event["order"])


def read_order(order: dict[str, object]) -> str:
    return str(order["id"])
