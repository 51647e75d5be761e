"""Standard Webhooks: everything that the library raises is one declared error."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from fuzzlab import formats
from targets.webhook_standard import (
    NOW,
    SECRET,
    StandardWebhookError,
    StoppedWebhook,
    parse_standard_webhook,
    verify,
    webhook_standard,
)

BODY = b'{"type":"contact.created","timestamp":"2025-06-15T15:06:30Z","data":{"balance":12.5}}'
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))


def _headers(body: bytes = BODY, *, time: str = str(NOW), name: str = "msg_1", signature: str = "") -> dict[str, str]:
    digest = hmac.new(KEY, f"{name}.{time}.".encode("utf-8", "surrogatepass") + body, hashlib.sha256).digest()
    made = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": name, "webhook-timestamp": time, "webhook-signature": signature or made}


def _parse(body: bytes, headers: dict[str, str]) -> object:
    return parse_standard_webhook(body, headers, webhook=StoppedWebhook(SECRET, now=NOW))


def test_specified_example() -> None:
    """The example of the specification is accepted."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    verify(b'{"test": 2432232314}', headers, webhook=StoppedWebhook(SECRET, now=1614265330))


def test_accepts() -> None:
    """One signature that fits is enough, whatever other versions and secrets sign beside it."""
    headers = _headers()
    headers["webhook-signature"] = "v1a,x v1,AAAA " + headers["webhook-signature"]
    event = webhook_standard(formats.HttpMessage("POST", "/", tuple(headers.items()), BODY))
    assert (event.type, event.timestamp) == ("contact.created", "2025-06-15T15:06:30Z")


def test_a_service_passes_the_library_s_own_object() -> None:
    """With the real clock, a message signed now is accepted and the target's stored ones are stale."""
    webhook = Webhook(SECRET)
    now = datetime.now(tz=UTC).replace(microsecond=0)
    headers = _headers(time=str(int(now.timestamp())))
    assert headers["webhook-signature"] == webhook.sign("msg_1", now, BODY.decode())
    parse_standard_webhook(BODY, headers, webhook=webhook)
    with pytest.raises(StandardWebhookError, match="too old"):
        parse_standard_webhook(BODY, _headers(), webhook=webhook)


def test_what_the_library_raises() -> None:
    """The errors that the wrapper exists for are still raised; when one is mended, the docstring can be shortened."""
    webhook = StoppedWebhook(SECRET, now=NOW)
    with pytest.raises(ValueError, match="unpack"):
        webhook.verify(BODY, _headers(signature="v1"))
    with pytest.raises(ValueError, match="ASCII"):
        webhook.verify(BODY, _headers(signature="v1,\xe9"))
    with pytest.raises(binascii.Error):
        webhook.verify(BODY, _headers(signature="v1,a"))
    with pytest.raises(UnicodeDecodeError):
        webhook.verify(b"\xff", _headers(b"\xff"))
    with pytest.raises(UnicodeEncodeError):
        webhook.verify(BODY, _headers(name="\ud800"))
    deep = b"[" * 100_000
    with pytest.raises(RecursionError):
        webhook.verify(deep, _headers(deep))
    with pytest.raises(WebhookVerificationError):
        webhook.verify(BODY, {})


@pytest.mark.parametrize(
    "headers",
    [
        _headers(signature="v1"),
        _headers(signature="v1,a"),
        _headers(signature="v1,\xe9"),
        _headers(signature="v1,a,b"),
        _headers(signature="v2,AAAA"),
        _headers(signature="v1,AAAA"),
        _headers(signature=" "),
        _headers(signature="v1,A " * 10_000),
        _headers() | {"webhook-signature": ""},
        _headers(name=""),
        _headers(name="msg.1"),
        _headers(name="\ud800"),
        _headers(name="\xe9"),
        _headers(time=""),
        _headers(time="nan"),
        _headers(time="inf"),
        _headers(time="-1"),
        _headers(time="1_750_000_000"),
        _headers(time=f"{NOW}.5"),
        _headers(time="\u0661"),
        _headers(time="9" * 5000),
        _headers(time=str(NOW - 301)),
        _headers(time=str(NOW + 301)),
    ],
)
def test_refuses_headers(headers: dict[str, str]) -> None:
    """Headers that are missing, malformed, stale or of another message give the one declared error."""
    with pytest.raises(StandardWebhookError):
        _parse(BODY, headers)


def test_refuses_a_message_without_headers() -> None:
    """What was not sent is refused like what is empty."""
    with pytest.raises(StandardWebhookError):
        webhook_standard(formats.HttpMessage("POST", "/", (), BODY))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b"[" * 60_000,
        b"1" * 5000,
        BODY.replace(b"12.5", b"NaN"),
        BODY.replace(b"12.5", b'"\\udfff"'),
        BODY.replace(b"contact.created", b"contact..created"),
        BODY.replace(b"2025", b"\xd9\xa2025"),
        BODY.replace(b'{"balance":12.5}', b"null"),
    ],
)
def test_refuses_bodies_behind_a_valid_signature(body: bytes) -> None:
    """A signature says who wrote a body, not that it is an event."""
    with pytest.raises(StandardWebhookError):
        _parse(body, _headers(body))
