"""GitHub's webhooks: `X-Hub-Signature-256: sha256=757107ea…` over the body.

The rules are those of https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries. There is no
timestamp: a replay is recognised by the delivery's id, which the caller must remember.
"""

import hashlib
import hmac
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fuzzlab import formats, oracles, target
from targets import strict_json


class GithubWebhookError(ValueError):
    """The message is not from GitHub, or no delivery."""


class Repository(BaseModel):
    """Where it happened. Names are ASCII on GitHub."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Annotated[int, Field(ge=1, lt=2**63)]
    full_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$")]
    private: bool = False


class Sender(BaseModel):
    """Who did it; applications have `[bot]` in their names."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Annotated[int, Field(ge=1, lt=2**63)]
    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}(\[bot\])?$")]


class GithubPayload(BaseModel):
    """What all events of a repository have in common; the rest is ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    action: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")] | None = None
    repository: Repository
    sender: Sender


class GithubDelivery(BaseModel):
    """One delivery: its id, the name of its event, its payload."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: str
    event: str
    payload: GithubPayload


SECRET = "It's a Secret to Everybody"  # noqa: S105  the one of GitHub's documentation


@target(
    format=formats.http(
        body=formats.json(GithubPayload),
        signer=formats.signers.github(SECRET),
        path="/webhooks/github",
        headers=[("X-GitHub-Event", "issues"), ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")],
    ),
    allow=GithubWebhookError,
    oracles=[oracles.storable("utf-8", "json")],
)
def webhook_github(message: formats.HttpMessage) -> GithubDelivery:
    """Read one webhook."""
    verify_github_signature(message.body, message.header("X-Hub-Signature-256"), secret=SECRET)
    return parse_github_delivery(message.body, message.header("X-GitHub-Event"), message.header("X-GitHub-Delivery"))


SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
EVENT = re.compile(r"[a-z_]{1,64}")
DELIVERY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def verify_github_signature(body: bytes, signature: str | None, *, secret: str) -> None:
    """Check that a body comes from GitHub.

    Args:
        body: the body as received, before any parsing.
        signature: the value of `X-Hub-Signature-256`, None if it was not sent.
        secret: the webhook's secret.

    Raises:
        GithubWebhookError: missing, malformed (the older `sha1=` among others), or of another body or secret.
    """
    # The shape first: compare_digest raises TypeError for a string that is not ASCII, and headers come in Latin-1.
    shape = SIGNATURE.fullmatch(signature or "")
    if shape is None:
        raise GithubWebhookError("no X-Hub-Signature-256 of the form sha256=…")
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, shape[1]):
        raise GithubWebhookError("the signature does not fit the body")


def parse_github_delivery(body: bytes, event: str | None, delivery: str | None) -> GithubDelivery:
    """Read a delivery whose signature has been verified.

    Args:
        body: a JSON document; the webhook's content type must be set to `application/json`.
        event: the value of `X-GitHub-Event`. It is not signed, so it only ever chooses among harmless handlers.
        delivery: the value of `X-GitHub-Delivery`, a GUID, not signed either.

    Returns:
        The delivery.

    Raises:
        GithubWebhookError: the headers or the body are not of that shape.
    """
    if not EVENT.fullmatch(event or "") or not DELIVERY.fullmatch(delivery or ""):
        raise GithubWebhookError("no X-GitHub-Event or X-GitHub-Delivery")
    try:
        payload = GithubPayload.model_validate(strict_json.loads(body))
        return GithubDelivery(id=str(delivery), event=str(event), payload=payload)
    except strict_json.StrictJSONError as error:
        raise GithubWebhookError(str(error)) from error
    except ValidationError as error:
        raise GithubWebhookError(f"signed, but no delivery: {error.error_count()} faults") from None
