"""Standard Webhooks (https://www.standardwebhooks.com), on the reference library.

`Webhook.verify` promises WebhookVerificationError. For a stranger's headers it also raises, in 1.1.0:

- ValueError: a signature without exactly one comma (`v1`), with other characters than ASCII (`v1,é`);
- binascii.Error: a signature that is no base64 (`v1,a`);
- UnicodeDecodeError: a body that is not UTF-8; UnicodeEncodeError: an id with a lone surrogate;
- json.JSONDecodeError and RecursionError from the signed body, which it parses unless told not to.

It accepts more than it should as well: a timestamp is any text that `float()` reads (`1_7e8`, other scripts' digits)
and is signed without its fraction; an id may hold the full stop that separates it from the timestamp, so that two
different messages have one signature. The wrapper settles all of this before and around the call, with one error.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from fuzzlab import formats, oracles, target
from targets import strict_json


class StandardWebhookError(ValueError):
    """The message is not from the sender, not fresh, or no event."""


class Event(BaseModel):
    """The recommended payload: what happened, when, and the details. `timestamp` is ISO 8601, as sent."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}(\.[A-Za-z0-9_]{1,64}){0,7}$")]
    timestamp: Annotated[str, Field(max_length=40, pattern=r"^[0-9TZ:.+-]{10,40}$")]
    data: dict[str, object]


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  the one of the specification's examples
NOW = 1_750_000_000
"""The target's clock stands still, so that a stored input means the same for ever."""


@target(
    format=formats.http(
        body=formats.json(Event),
        signer=formats.signers.standard_webhooks(SECRET, timestamp=NOW),
        path="/webhooks/standard",
    ),
    allow=StandardWebhookError,
    oracles=[oracles.storable("utf-8", "json")],
)
def webhook_standard(message: formats.HttpMessage) -> Event:
    """Read one webhook."""
    headers = {name: message.header(name) or "" for name in HEADERS}
    return parse_standard_webhook(message.body, headers, webhook=StoppedWebhook(SECRET, now=NOW))


class StoppedWebhook(Webhook):
    """The library's Webhook with a clock of its own; a service passes a plain `Webhook(secret)`.

    `verify` asks the system for the time in a private method and takes no other clock. Only that method is replaced,
    for this object only, and everything else that runs is the library's. Should a later version rename it, the real
    clock is asked, every stored message is five minutes old and refused, and the tests say so: it fails closed.
    """

    def __init__(self, secret: str, *, now: int) -> None:
        super().__init__(secret)
        self._now = now

    def _Webhook__verify_timestamp(self, timestamp_header: str) -> datetime:  # noqa: N802  as Python mangles it
        timestamp = int(timestamp_header)
        if abs(self._now - timestamp) > TOLERANCE:
            raise WebhookVerificationError("Message timestamp too old or too new")
        return datetime.fromtimestamp(timestamp, tz=UTC)


HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
TOLERANCE = 300
"""Seconds, either way; the library's own."""

MAX_SIGNATURES = 2048
"""Characters of the signature header: each signature in it costs a comparison."""

MESSAGE_ID = re.compile(r"[!-\-/-~]{1,256}")
"""Printable ASCII without the full stop, which separates the signed parts."""

TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")


def parse_standard_webhook(body: bytes, headers: dict[str, str], *, webhook: Webhook) -> Event:
    """Verify and read a webhook.

    Args:
        body: the body as received, before any parsing.
        headers: `webhook-id`, `webhook-timestamp` and `webhook-signature`, by these names.
        webhook: the library's object with the endpoint's secret.

    Returns:
        The event.

    Raises:
        StandardWebhookError: no valid signature, not fresh, or a signed body that is no event.
    """
    verify(body, headers, webhook=webhook)
    try:
        return Event.model_validate(strict_json.loads(body))
    except strict_json.StrictJSONError as error:
        raise StandardWebhookError(str(error)) from error
    except ValidationError as error:
        raise StandardWebhookError(f"signed, but no event: {error.error_count()} faults") from None


def verify(body: bytes, headers: dict[str, str], *, webhook: Webhook) -> None:
    """Check that a message comes from who has the secret, and that it is fresh.

    Raises:
        StandardWebhookError: it does not or is not, or the headers are malformed.
    """
    if not MESSAGE_ID.fullmatch(headers["webhook-id"]) or not TIMESTAMP.fullmatch(headers["webhook-timestamp"]):
        raise StandardWebhookError("no webhook-id or webhook-timestamp")
    if len(headers["webhook-signature"]) > MAX_SIGNATURES:
        raise StandardWebhookError("an endless webhook-signature")
    try:
        # json_parse=False: the library's parser has no limits. RecursionError cannot arise then.
        webhook.verify(body, headers, json_parse=False)
    except WebhookVerificationError as error:
        raise StandardWebhookError(str(error)) from error
    except ValueError as error:
        # Deliberate, and only around this call: the four that the module's docstring lists are all ValueErrors.
        raise StandardWebhookError("a malformed signature, or a body that is not UTF-8") from error
