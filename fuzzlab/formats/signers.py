"""How webhooks are signed: each door gives a `Signer`, which writes the headers that a receiver checks.

The clock does not move: a stored input must sign the same today and in a year, so the default time stamp is a constant,
and a receiver under test is given a clock that stands there too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac as stdlib_hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import index
from string import Formatter
from typing import Final, Literal, SupportsIndex

from fuzzlab import ed25519
from fuzzlab.errors import UserError, nearest
from fuzzlab.message import HttpMessage, Signer, TimedSigner

__all__ = ["MESSAGE_ID", "TIMESTAMP", "Signer", "github", "hmac", "standard_webhooks", "stripe"]

TIMESTAMP: Final = 1_700_000_000
"""Unix seconds (2023-11-14T22:13:20Z): the moment at which messages are signed unless the caller says another."""

MESSAGE_ID: Final = "msg_fuzzlab0000000000000000"
"""The identity of a Standard Webhooks message unless the caller says another."""

PREFIX: Final = "whsec_"
PRIVATE: Final = "whsk_"
FIELDS: Final = ("body", "method", "path", "timestamp")


@dataclass(frozen=True, slots=True)
class SchemeSigner:
    """Signs `template`, filled from the message, and writes the headers of one scheme.

    The signature header's value is `value`, filled with the signature and the time stamp, as the values of the fixed
    headers are.
    """

    digest: Callable[[bytes], bytes] = field(repr=False)
    header: str
    encoding: Literal["hex", "base64"]
    template: tuple[tuple[bytes, str | None], ...]
    value: str
    time: str
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the headers that `sign` writes, the signature's own first."""
        return (self.header, *(name for name, _ in self.fixed))

    @property
    def is_timed(self) -> bool:
        """Whether a time stamp is signed."""
        return any(name == "timestamp" for _, name in self.template)

    def at(self, time: str) -> SchemeSigner:
        """Give the same signer at another time, written in whatever way: it signs what stands in the header."""
        return replace(self, time=time)

    def sign(self, message: HttpMessage) -> HttpMessage:
        """Give `message` with the signature of its body, and the headers that the signature covers."""
        for name, value in self.fixed:
            message = message.with_header(name, value.replace("{timestamp}", self.time))
        digest = self.digest(self._signed(message))
        signature = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        value = self.value.replace("{timestamp}", self.time).replace("{signature}", signature)
        return message.with_header(self.header, value)

    def _signed(self, message: HttpMessage) -> bytes:
        parts: list[bytes] = []
        for literal, name in self.template:
            parts.append(literal)
            if name == "body":
                parts.append(message.body)
            elif name is not None:
                text = {"timestamp": self.time, "method": message.method, "path": message.path}[name]
                parts.append(text.encode("latin-1", "replace"))
        return b"".join(parts)


def _hmac(key: bytes, algorithm: str) -> Callable[[bytes], bytes]:
    return lambda data: stdlib_hmac.digest(key, data, algorithm)


def _key(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _template(template: str) -> tuple[tuple[bytes, str | None], ...]:
    try:
        pieces = [(literal.encode(), field) for literal, field, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise UserError(f"signers.hmac(template={template!r}): {error}") from error
    for _, named in pieces:
        if named is not None and named not in FIELDS:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UserError(
                f"signers.hmac(template={template!r}): {{{named}}} is none of {known}{nearest(named, FIELDS)}"
            )
    return tuple(pieces)


def github(secret: str | bytes) -> TimedSigner:
    """GitHub's scheme: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`.

    Source: GitHub Docs, "Validating webhook deliveries".
    """
    return hmac(secret, header="X-Hub-Signature-256", prefix="sha256=")


def stripe(secret: str | bytes, *, timestamp: SupportsIndex = TIMESTAMP) -> TimedSigner:
    """Stripe's scheme: `Stripe-Signature: t=<time>,v1=<hex HMAC-SHA256 of "<time>.<body>">`.

    Source: Stripe's documentation, "Verify webhook signatures manually". The key is the whole secret, `whsec_`
    included.

    Args:
        secret: the endpoint's signing secret.
        timestamp: Unix seconds of the signature, or the target's `Clock`.
    """
    return SchemeSigner(
        digest=_hmac(_key(secret), "sha256"),
        header="Stripe-Signature",
        encoding="hex",
        template=_template("{timestamp}.{body}"),
        value="t={timestamp},v1={signature}",
        time=str(index(timestamp)),
    )


def standard_webhooks(
    secret: str | bytes, *, timestamp: SupportsIndex = TIMESTAMP, msg_id: str = MESSAGE_ID
) -> TimedSigner:
    """The Standard Webhooks scheme: `webhook-id`, `webhook-timestamp`, `webhook-signature`.

    Source: the Standard Webhooks specification, "Signature scheme": what is signed is "<id>.<time>.<body>", in base64,
    by HMAC-SHA256 (`v1`) or, with a private key, by Ed25519 (`v1a`), which needs `fuzzlab[ed25519]`.

    Args:
        secret: `whsec_` and the key in base64, padded or not, or the key itself as bytes; or `whsk_` and a private key
            in base64: 32 bytes, or 64 with the public key behind.
        timestamp: Unix seconds of the signature, or the target's `Clock`.
        msg_id: the identity of the message.

    Raises:
        UserError: the secret is empty, not base64, or no private key; or `fuzzlab[ed25519]` is missing.
    """
    if isinstance(secret, str) and secret.startswith(PRIVATE):
        seed = _decoded(secret, PRIVATE)
        if len(seed) not in (ed25519.SEED, 2 * ed25519.SEED):
            raise UserError(f"signers.standard_webhooks: the private key has {len(seed)} bytes, neither 32 nor 64")
        digest, scheme = ed25519.signing(seed[: ed25519.SEED]), "v1a"
    else:
        key = _decoded(secret, PREFIX) if isinstance(secret, str) else secret
        if not key:
            raise UserError("signers.standard_webhooks: the secret is empty")
        digest, scheme = _hmac(key, "sha256"), "v1"
    return SchemeSigner(
        digest=digest,
        header="webhook-signature",
        encoding="base64",
        template=((msg_id.encode() + b".", "timestamp"), (b".", "body")),
        value=f"{scheme},{{signature}}",
        time=str(index(timestamp)),
        fixed=(("webhook-id", msg_id), ("webhook-timestamp", "{timestamp}")),
    )


def _decoded(secret: str, prefix: str) -> bytes:
    encoded = secret.removeprefix(prefix)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError(f"signers.standard_webhooks: the secret is not {prefix!r} and base64: {error}") from error


def hmac(
    secret: str | bytes,
    *,
    header: str,
    algorithm: str = "sha256",
    encoding: Literal["hex", "base64"] = "hex",
    template: str = "{body}",
    prefix: str = "",
    timestamp: SupportsIndex = TIMESTAMP,
) -> TimedSigner:
    """An HMAC of one's own scheme.

    Args:
        secret: the key.
        header: the name of the header for the signature.
        algorithm: a name that `hashlib.new` knows.
        encoding: how the signature is written.
        template: what is signed; `{body}`, `{method}`, `{path}` and `{timestamp}` stand for the message's own.
        prefix: what stands before the signature in its header.
        timestamp: Unix seconds, or the target's `Clock`, for `{timestamp}` in the template or in the prefix.

    Raises:
        UserError: an unknown algorithm, encoding or field of the template.
    """
    if algorithm not in hashlib.algorithms_available:
        close = nearest(algorithm, hashlib.algorithms_available)
        raise UserError(f"signers.hmac(algorithm={algorithm!r}): unknown to hashlib{close}")
    if encoding not in ("hex", "base64"):
        raise UserError(
            f"signers.hmac(encoding={encoding!r}): neither 'hex' nor 'base64'{nearest(encoding, ('hex', 'base64'))}"
        )
    return SchemeSigner(
        digest=_hmac(_key(secret), algorithm),
        header=header,
        encoding=encoding,
        template=_template(template),
        value=prefix + "{signature}",
        time=str(index(timestamp)),
    )
