"""How webhooks are signed: each door gives a `Signer`, which writes the headers that a receiver checks.

The clock does not move: a stored input must sign the same today and in a year, so the default time stamp is a constant,
and a receiver under test is given a clock that stands there too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac as stdlib_hmac
from dataclasses import dataclass
from string import Formatter
from typing import Final, Literal

from fuzzlab.errors import UserError, nearest
from fuzzlab.message import HttpMessage, Signer

__all__ = ["MESSAGE_ID", "TIMESTAMP", "Signer", "github", "hmac", "standard_webhooks", "stripe"]

TIMESTAMP: Final = 1_700_000_000
"""Unix seconds (2023-11-14T22:13:20Z): the moment at which messages are signed unless the caller says another."""

MESSAGE_ID: Final = "msg_fuzzlab0000000000000000"
"""The identity of a Standard Webhooks message unless the caller says another."""

PREFIX: Final = "whsec_"
FIELDS: Final = ("body", "method", "path", "timestamp")


@dataclass(frozen=True, slots=True)
class HmacSigner:
    """Signs `template`, filled from the message, with one key.

    The signature header's value is `value`, filled with the signature and the time stamp.
    """

    key: bytes
    header: str
    algorithm: str
    encoding: Literal["hex", "base64"]
    template: tuple[tuple[bytes, str | None], ...]
    value: str
    timestamp: int
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the headers that `sign` writes, the signature's own first."""
        return (self.header, *(name for name, _ in self.fixed))

    def sign(self, message: HttpMessage) -> HttpMessage:
        """Give `message` with the signature of its body, and the headers that the signature covers."""
        for name, value in self.fixed:
            message = message.with_header(name, value)
        digest = stdlib_hmac.digest(self.key, self._signed(message), self.algorithm)
        signature = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        value = self.value.replace("{timestamp}", str(self.timestamp)).replace("{signature}", signature)
        return message.with_header(self.header, value)

    def _signed(self, message: HttpMessage) -> bytes:
        parts: list[bytes] = []
        for literal, field in self.template:
            parts.append(literal)
            if field == "body":
                parts.append(message.body)
            elif field == "timestamp":
                parts.append(str(self.timestamp).encode())
            elif field is not None:
                parts.append((message.method if field == "method" else message.path).encode("latin-1", "replace"))
        return b"".join(parts)


def _key(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _template(template: str) -> tuple[tuple[bytes, str | None], ...]:
    try:
        pieces = [(literal.encode(), field) for literal, field, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise UserError(f"signers.hmac(template={template!r}): {error}") from error
    for _, field in pieces:
        if field is not None and field not in FIELDS:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UserError(
                f"signers.hmac(template={template!r}): {{{field}}} is none of {known}{nearest(field, FIELDS)}"
            )
    return tuple(pieces)


def github(secret: str | bytes) -> Signer:
    """GitHub's scheme: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`.

    Source: GitHub Docs, "Validating webhook deliveries".
    """
    return hmac(secret, header="X-Hub-Signature-256", prefix="sha256=")


def stripe(secret: str | bytes, *, timestamp: int = TIMESTAMP) -> Signer:
    """Stripe's scheme: `Stripe-Signature: t=<time>,v1=<hex HMAC-SHA256 of "<time>.<body>">`.

    Source: Stripe's documentation, "Verify webhook signatures manually". The key is the whole secret, `whsec_`
    included.

    Args:
        secret: the endpoint's signing secret.
        timestamp: Unix seconds of the signature.
    """
    return HmacSigner(
        key=_key(secret),
        header="Stripe-Signature",
        algorithm="sha256",
        encoding="hex",
        template=_template("{timestamp}.{body}"),
        value="t={timestamp},v1={signature}",
        timestamp=timestamp,
    )


def standard_webhooks(secret: str | bytes, *, timestamp: int = TIMESTAMP, msg_id: str = MESSAGE_ID) -> Signer:
    """The Standard Webhooks scheme, symmetric (`v1`): `webhook-id`, `webhook-timestamp`, `webhook-signature`.

    Source: the Standard Webhooks specification, "Signature scheme": base64 HMAC-SHA256 of "<id>.<time>.<body>".

    Args:
        secret: `whsec_` and the key in base64, padded or not, or the key itself as bytes.
        timestamp: Unix seconds of the signature.
        msg_id: the identity of the message.

    Raises:
        UserError: the secret is empty or not base64.
    """
    key = secret if isinstance(secret, bytes) else b""
    if isinstance(secret, str):
        encoded = secret.removeprefix(PREFIX)
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(f"signers.standard_webhooks: the secret is not {PREFIX!r} and base64: {error}") from error
    if not key:
        raise UserError("signers.standard_webhooks: the secret is empty")
    return HmacSigner(
        key=key,
        header="webhook-signature",
        algorithm="sha256",
        encoding="base64",
        template=((msg_id.encode() + b".", "timestamp"), (b".", "body")),
        value="v1,{signature}",
        timestamp=timestamp,
        fixed=(("webhook-id", msg_id), ("webhook-timestamp", str(timestamp))),
    )


def hmac(
    secret: str | bytes,
    *,
    header: str,
    algorithm: str = "sha256",
    encoding: Literal["hex", "base64"] = "hex",
    template: str = "{body}",
    prefix: str = "",
    timestamp: int = TIMESTAMP,
) -> Signer:
    """An HMAC of one's own scheme.

    Args:
        secret: the key.
        header: the name of the header for the signature.
        algorithm: a name that `hashlib.new` knows.
        encoding: how the signature is written.
        template: what is signed; `{body}`, `{method}`, `{path}` and `{timestamp}` stand for the message's own.
        prefix: what stands before the signature in its header.
        timestamp: Unix seconds, for `{timestamp}` in the template or in the prefix.

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
    return HmacSigner(
        key=_key(secret),
        header=header,
        algorithm=algorithm,
        encoding=encoding,
        template=_template(template),
        value=prefix + "{signature}",
        timestamp=timestamp,
    )
