"""Signers, against the vectors and libraries of those whose schemes they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook

from fuzzlab import ed25519
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


SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""RFC 8032, section 7.1, test 1: a private key and its public one."""


def test_ed25519_s_own_vector() -> None:
    """The first test of RFC 8032: the signature of nothing."""
    assert ed25519.signing(SEED)(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


@pytest.mark.parametrize("key", [SEED, SEED + PUBLIC])
@pytest.mark.parametrize("padding", ["", "="])
def test_standard_webhooks_with_a_private_key(key: bytes, padding: str) -> None:
    """`whsk_` signs by v1a, over the same text as v1, so that the public key verifies; with or without padding."""
    encoded = base64.b64encode(key).decode().rstrip("=")
    signer = signers.standard_webhooks("whsk_" + encoded + padding * (-len(encoded) % 4), timestamp=7, msg_id="msg_1")
    signed = signer.sign(_message(BODY))
    scheme, _, signature = str(signed.header("webhook-signature")).partition(",")
    assert (scheme, signed.header("webhook-id"), signed.header("webhook-timestamp")) == ("v1a", "msg_1", "7")
    public = Ed25519PublicKey.from_public_bytes(PUBLIC)
    public.verify(base64.b64decode(signature), b"msg_1.7." + BODY)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), b"msg_1.8." + BODY)


@pytest.mark.parametrize("secret", ["whsk_", "whsk_!!", "whsk_YWI="])
def test_an_impossible_private_key_is_the_user_s_mistake(secret: str) -> None:
    """Neither base64 nor 32 or 64 bytes."""
    with pytest.raises(UserError, match=r"the private key has|the secret is not 'whsk_'"):
        signers.standard_webhooks(secret)


@pytest.mark.parametrize("time", ["1", "-1", "1_7", "1700000000.5", "", "\xef\xbc\x91"])
def test_another_time_is_signed_as_it_is_written(time: str) -> None:
    """at() gives the right signature of another time stamp, whatever it is, in the header and under the signature."""
    signed = signers.stripe("s").at(time).sign(_message(BODY))
    digest = hmac.new(b"s", time.encode("latin-1") + b"." + BODY, hashlib.sha256).hexdigest()
    assert signed.header("Stripe-Signature") == f"t={time},v1={digest}"
    standard = signers.standard_webhooks(SECRET).at(time).sign(_message(BODY))
    assert standard.header("webhook-timestamp") == time
    assert standard.header("webhook-signature") != signers.standard_webhooks(SECRET).sign(_message(BODY)).header(
        "webhook-signature"
    )


def test_who_signs_a_time() -> None:
    """GitHub does not."""
    assert [signer.is_timed for signer in ALL] == [False, True, True, False, True]


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
    signers.standard_webhooks("whsk_" + base64.b64encode(SEED).decode()),
]


@pytest.mark.parametrize("signer", ALL, ids=["github", "stripe", "standard", "hmac", "private"])
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
