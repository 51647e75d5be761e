"""Stripe's webhooks: `Stripe-Signature: t=1719500000,v1=5257a8…`, several v1 while a secret is being rolled.

The rules are those of https://docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 with the endpoint's secret over the
timestamp, a full stop and the body as it was sent, byte by byte; any one v1 that fits is enough; other schemes are
ignored; a message older than five minutes is a replay.
"""

import hashlib
import hmac
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fuzzlab import formats, oracles, target
from targets import strict_json


class StripeWebhookError(ValueError):
    """The message is not from Stripe, not fresh, or no event."""


class StripeObject(BaseModel):
    """What the event is about: `object` in the version of the interface that the endpoint is pinned to."""

    model_config = ConfigDict(frozen=True, strict=True)

    object: dict[str, object]


class StripeEvent(BaseModel):
    """An event. `created` is in seconds since 1970."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Annotated[str, Field(pattern=r"^evt_[A-Za-z0-9_]{1,64}$")]
    type: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}(\.[a-z0-9_]{1,64}){1,5}$")]
    created: Annotated[int, Field(ge=0, le=2**40)]
    livemode: bool
    data: StripeObject


SECRET = "whsec_fuzzlab_reference_target"  # noqa: S105  it signs nothing but this target's own inputs
NOW = 1_750_000_000
"""The target's clock stands still, so that a stored input means the same for ever. A service passes time.time()."""


@target(
    format=formats.http(
        body=formats.json(StripeEvent),
        signer=formats.signers.stripe(SECRET, timestamp=NOW),
        path="/webhooks/stripe",
    ),
    allow=StripeWebhookError,
    oracles=[oracles.storable("utf-8", "json")],
)
def webhook_stripe(message: formats.HttpMessage) -> StripeEvent:
    """Read one webhook."""
    return parse_stripe_webhook(message.body, message.header("Stripe-Signature"), secret=SECRET, now=NOW)


TOLERANCE = 300
"""Seconds, either way: the default of Stripe's own libraries."""

MAX_HEADER = 2048
"""Characters. A header with two rolled secrets has 160; each candidate costs a comparison."""

TIMESTAMP = re.compile(r"[0-9]{1,12}")
HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


def parse_stripe_webhook(body: bytes, signature: str | None, *, secret: str, now: float) -> StripeEvent:
    """Verify and read a webhook.

    Args:
        body: the body as received, before any parsing.
        signature: the value of `Stripe-Signature`, None if it was not sent.
        secret: the endpoint's signing secret, `whsec_` included.
        now: seconds since 1970.

    Returns:
        The event.

    Raises:
        StripeWebhookError: no valid signature, not fresh, or a signed body that is no event.
    """
    timestamp, candidates = _read_header(signature)
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, candidate) for candidate in candidates):
        raise StripeWebhookError("no signature fits the body")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise StripeWebhookError(f"more than {TOLERANCE} seconds from now")
    try:
        return StripeEvent.model_validate(strict_json.loads(body))
    except strict_json.StrictJSONError as error:
        raise StripeWebhookError(str(error)) from error
    except ValidationError as error:
        raise StripeWebhookError(f"signed, but no event: {error.error_count()} faults") from None


def _read_header(signature: str | None) -> tuple[str, list[str]]:
    """Give the timestamp and the well-formed v1 signatures.

    A v1 of other characters than hex digits cannot fit, and compare_digest raises TypeError for a string that is not
    ASCII, which a header in Latin-1 may well hold.

    Raises:
        StripeWebhookError: the header is missing, too long, or without exactly one timestamp.
    """
    if signature is None or len(signature) > MAX_HEADER:
        raise StripeWebhookError("no Stripe-Signature, or an endless one")
    pairs = [item.partition("=") for item in signature.split(",")]
    timestamps = [value for key, _, value in pairs if key == "t"]
    if len(timestamps) != 1 or not TIMESTAMP.fullmatch(timestamps[0]):
        raise StripeWebhookError("Stripe-Signature needs one timestamp")
    return timestamps[0], [value for key, _, value in pairs if key == "v1" and HEX_DIGEST.fullmatch(value)]
