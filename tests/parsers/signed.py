"""One bug in what handles the body, behind the check of each scheme of signatures, made without fuzzlab's signers.

Each is registered twice: with the scheme's signer, and without, where a changed body is never signed again.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

from fuzzlab import Clock, formats, target
from fuzzlab.formats import HttpMessage, signers

__all__ = ["CLOCK", "SCHEMES", "SEEDS"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the documented example, no secret
SEED = bytes(range(32))
CLOCK = Clock(1_750_000_000, into=["standardwebhooks.webhooks:datetime", f"{__name__}:time"])
BODY = b'{"event": "order.paid", "order": {"id": "o1", "amount": 12}}'
TOLERANCE = 300


class RefusedError(ValueError):
    """Declared."""


def _order(body: bytes) -> str:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("body") from error
    if not isinstance(event, dict) or not isinstance(event.get("order"), dict):
        raise RefusedError("shape")
    return _number(event["order"])


def _number(order: dict[str, object]) -> str:
    return str(order["id"])


def _is_fresh(sent: str) -> bool:
    return sent.isascii() and sent.isdigit() and len(sent) < 12 and abs(time.time() - int(sent)) <= TOLERANCE


def github(message: HttpMessage) -> str:
    expected = "sha256=" + hmac.new(SECRET.encode(), message.body, hashlib.sha256).hexdigest()
    if message.header("X-Hub-Signature-256") != expected:
        raise RefusedError("signature")
    return _order(message.body)


def stripe(message: HttpMessage) -> str:
    pairs = [item.partition("=") for item in (message.header("Stripe-Signature") or "").split(",")]
    sent = "".join(value for key, _, value in pairs if key == "t")
    expected = hmac.new(SECRET.encode(), sent.encode() + b"." + message.body, hashlib.sha256).hexdigest()
    if expected not in [value for key, _, value in pairs if key == "v1"] or not _is_fresh(sent):
        raise RefusedError("signature")
    return _order(message.body)


def standard(message: HttpMessage) -> str:
    headers = {name: message.header(name) or "" for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(SECRET).verify(message.body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise RefusedError("signature") from error
    return _order(message.body)


def private(message: HttpMessage) -> str:
    sent = message.header("webhook-timestamp") or ""
    signed = f"{message.header('webhook-id')}.{sent}.".encode() + message.body
    try:
        scheme, _, signature = (message.header("webhook-signature") or "").partition(",")
        Ed25519PrivateKey.from_private_bytes(SEED).public_key().verify(base64.b64decode(signature), signed)
    except (InvalidSignature, ValueError) as error:
        raise RefusedError("signature") from error
    if scheme != "v1a" or not _is_fresh(sent):
        raise RefusedError("stale")
    return _order(message.body)


def own(message: HttpMessage) -> str:
    signed = f"{message.method} {message.path}\n".encode() + message.body
    expected = "v0 " + base64.b64encode(hmac.new(b"key", signed, hashlib.sha512).digest()).decode()
    if message.header("X-Signature") != expected:
        raise RefusedError("signature")
    return _order(message.body)


SCHEMES: dict[str, tuple[Callable[[HttpMessage], str], signers.Signer]] = {
    "github": (github, signers.github(SECRET)),
    "stripe": (stripe, signers.stripe(SECRET, timestamp=CLOCK)),
    "standard": (standard, signers.standard_webhooks(SECRET, timestamp=CLOCK)),
    "private": (
        private,
        signers.standard_webhooks("whsk_" + base64.b64encode(SEED).decode(), timestamp=CLOCK),
    ),
    "own": (
        own,
        signers.hmac(
            "key",
            header="X-Signature",
            algorithm="sha512",
            encoding="base64",
            template="{method} {path}\n{body}",
            prefix="v0 ",
        ),
    ),
}
SEEDS = {}

for _name, (_function, _signer) in SCHEMES.items():
    _form = formats.http(body=formats.json(), signer=_signer, path="/hook")
    SEEDS[_name] = _form.encode(_form.message(BODY))
    target(format=_form, allow=RefusedError, clock=CLOCK, name=f"signed_{_name}")(_function)
    target(
        format=formats.http(body=formats.json(), path="/hook"),
        allow=RefusedError,
        clock=CLOCK,
        name=f"unsigned_{_name}",
    )(_function)
