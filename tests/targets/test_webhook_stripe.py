"""Stripe's webhooks: the signature first, then the event."""

import hashlib
import hmac

import pytest

from fuzzlab import formats
from targets.webhook_stripe import NOW, SECRET, StripeWebhookError, parse_stripe_webhook, webhook_stripe

BODY = (
    b'{"id":"evt_1","type":"charge.succeeded","created":1749999990,"livemode":false,"data":{"object":{"amount":2.50}}}'
)


def _v1(body: bytes = BODY, *, time: int = NOW) -> str:
    return hmac.new(SECRET.encode(), b"%d." % time + body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "signature",
    [
        f"t={NOW},v1={_v1()}",
        f"v1={_v1()},t={NOW}",
        f"t={NOW},v1={'0' * 64},v1={_v1()},v0=\xe9,x",
        f"t={NOW - 300},v1={_v1(time=NOW - 300)}",
        f"t={NOW + 300},v1={_v1(time=NOW + 300)}",
    ],
)
def test_accepts(signature: str) -> None:
    """Any one v1 that fits is enough, within five minutes."""
    message = formats.HttpMessage("POST", "/", (("stripe-signature", signature),), BODY)
    event = webhook_stripe(message)
    assert (event.id, event.type, event.created) == ("evt_1", "charge.succeeded", 1749999990)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "t",
        "v1",
        f"v1={_v1()}",
        f"t={NOW}",
        f"t={NOW},v1=",
        f"t={NOW},v1=\xe9",
        f"t={NOW},v1={_v1().upper()}",
        f"t={NOW},v0={_v1()}",
        f"t={NOW},t={NOW},v1={_v1()}",
        f"t=\u0661,v1={_v1()}",
        f"t={'9' * 1000},v1={_v1()}",
        f"t={NOW}.5,v1={_v1()}",
        f"t={NOW - 301},v1={_v1(time=NOW - 301)}",
        f"t={NOW + 301},v1={_v1(time=NOW + 301)}",
        f"t={NOW},{'v1=0,' * 10_000}",
    ],
)
def test_refuses_signatures(signature: str | None) -> None:
    """A header that is missing, malformed, stale or of another message is refused."""
    with pytest.raises(StripeWebhookError):
        parse_stripe_webhook(BODY, signature, secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 60_000,
        b"\xff",
        BODY.replace(b"2.50", b"NaN"),
        BODY.replace(b"2.50", b'"\\ud800"'),
        BODY.replace(b"false", b"0"),
        BODY.replace(b"1749999990", b"1" * 5000),
        BODY.replace(b"1749999990", b'"1749999990"'),
        BODY.replace(b"evt_1", b"evt_1\\n"),
        BODY.replace(b'{"amount":2.50}', b"[]"),
    ],
)
def test_refuses_bodies_behind_a_valid_signature(body: bytes) -> None:
    """A signature says who wrote a body, not that it is an event."""
    with pytest.raises(StripeWebhookError):
        parse_stripe_webhook(body, f"t={NOW},v1={_v1(body)}", secret=SECRET, now=NOW)
