"""Signers, against the vectors and libraries of those whose schemes they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from fuzzlab.errors import UserError
from fuzzlab.formats import HttpMessage, signers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the documented example, no secret
BODY = b'{"test": 2432232314}'


def _message(body: bytes) -> HttpMessage:
    return HttpMessage("POST", "/hook", (("Host", "a"),), body)


@pytest.mark.parametrize("secret", ["It's a Secret to Everybody", b"It's a Secret to Everybody"])
def test_github_s_own_vector(secret: str | bytes) -> None:
    """The example of GitHub's documentation, "Validating webhook deliveries"."""
    signed = signers.github(secret).sign(_message(b"Hello, World!"))
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signed.headers == (("Host", "a"), ("X-Hub-Signature-256", expected))
    assert signed.body == b"Hello, World!"


def test_stripe_s_scheme() -> None:
    """Stripe-Signature holds t and v1, the hex HMAC-SHA256 of "<t>.<body>" under the whole secret."""
    signed = signers.stripe("whsec_test", timestamp=1492774577).sign(_message(BODY))
    value = signed.header("stripe-signature")
    assert value is not None
    found = re.fullmatch(r"t=1492774577,v1=([0-9a-f]{64})", value)
    assert found is not None
    assert found[1] == hmac.new(b"whsec_test", b"1492774577." + BODY, hashlib.sha256).hexdigest()


def test_standard_webhooks_own_vector() -> None:
    """The example of the specification's reference libraries."""
    signer = signers.standard_webhooks(SECRET, timestamp=1614265330, msg_id="msg_p5jXN8AQM9LWM0D4loKWxJek")
    signed = signer.sign(_message(BODY))
    assert signed.header("webhook-signature") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_"), "whsec_YWI", b"any bytes"])
@pytest.mark.parametrize("body", [b"{}", '{"a": "é"}'.encode(), b'"' + b"x" * 5000 + b'"'])
def test_standard_webhooks_library_verifies(secret: str | bytes, body: bytes) -> None:
    """The standardwebhooks library accepts what is signed now, and refuses it with another body."""
    signed = signers.standard_webhooks(secret, timestamp=int(time.time())).sign(_message(body))
    Webhook(secret).verify(signed.body, dict(signed.headers))
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(signed.body + b" ", dict(signed.headers))


def test_hmac_of_one_s_own() -> None:
    """Algorithm, encoding, prefix and template are the caller's."""
    signer = signers.hmac(
        "key",
        header="X-Sig",
        algorithm="sha512",
        encoding="base64",
        template="{method}:{path}:{timestamp}:{body}",
        prefix="v0=",
        timestamp=7,
    )
    digest = hmac.new(b"key", b"POST:/hook:7:" + BODY, hashlib.sha512).digest()
    assert signer.sign(_message(BODY)).header("x-sig") == "v0=" + base64.b64encode(digest).decode()


def test_a_prefix_may_hold_the_time() -> None:
    """`{timestamp}` in the prefix is filled in as well."""
    signer = signers.hmac("key", header="S", template="{timestamp}", prefix="t={timestamp} ", timestamp=9)
    value = signer.sign(_message(b"")).header("S")
    assert value is not None
    assert value.startswith("t=9 ")


ALL = [
    signers.github("s"),
    signers.stripe("s"),
    signers.standard_webhooks(SECRET),
    signers.hmac("s", header="X-Sig"),
]


@pytest.mark.parametrize("signer", ALL, ids=["github", "stripe", "standard", "hmac"])
def test_to_sign_twice_is_to_sign_once(signer: signers.Signer) -> None:
    """A signature replaces the one before it, in its place, and only the signer's headers change."""
    once = signer.sign(_message(BODY))
    assert signer.sign(once) == once
    assert [name for name, _ in once.headers] == [
        "Host",
        *sorted(signer.headers, key=[n for n, _ in once.headers].index),
    ]
    other = signer.sign(once.with_body(b"other"))
    assert other.header(signer.headers[0]) != once.header(signer.headers[0])
    assert [name for name, _ in other.headers] == [name for name, _ in once.headers]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"algorithm": "sha265"}, "did you mean 'sha256'"),
        ({"encoding": "hexx"}, "did you mean 'hex'"),
        ({"template": "{bdy}"}, "did you mean 'body'"),
        ({"template": "{"}, "template='{'"),
        ({"template": "{}"}, "is none of"),
    ],
)
def test_an_impossible_scheme_is_the_user_s_mistake(options: dict[str, Any], message: str) -> None:
    """The door names what is wrong, and the nearest right thing."""
    with pytest.raises(UserError, match=re.escape(message)):
        signers.hmac("s", header="X", **options)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", b""])
def test_an_impossible_secret_is_the_user_s_mistake(secret: str | bytes) -> None:
    """An empty secret, or one that is not base64, is refused."""
    with pytest.raises(UserError, match="the secret is"):
        signers.standard_webhooks(secret)
