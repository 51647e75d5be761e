"""Signatures that are nearly right: what a receiver's check meets when somebody tries.

A check that strips, lower-cases, pads or splits before it compares accepts what it should not; one that does not expect
another scheme, a second signature or a letter beyond ASCII (`hmac.compare_digest` raises TypeError) falls over.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from fuzzlab import strings
from fuzzlab.heads import byte_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

__all__ = ["every", "other"]

SCHEMES: Final = (
    "v0=",
    "v1=",
    "v2=",
    "v1,",
    "v1a,",
    "v2,",
    "sha1=",
    "sha256=",
    "sha512=",
    "hmac-sha256 ",
    "Bearer ",
    "",
)
"""What stands before a signature in the schemes of Stripe, Slack, Standard Webhooks, GitHub and others."""

_SIGNATURE: Final = re.compile(r"[0-9A-Za-z+/_-]{20,}=*")
"""The signature itself, in hex or base64, within its header."""


def other(rng: Random, value: str) -> str:
    """Give another value for the header of a signature."""
    found = list(_SIGNATURE.finditer(value))
    if not found or rng.random() < 0.125:
        return byte_text(strings.mutated(rng, value))
    start, end = rng.choice(found).span()
    before, signature, behind = value[:start], value[start:end], value[end:]
    what = rng.randrange(4)
    if what == 0:
        return before + rng.choice(_respelled(signature)) + behind
    if what == 1:
        return rng.choice(SCHEMES) + signature + behind
    return rng.choice(_several(value, before, signature) if what == 2 else _rewritten(value, before, signature))


def every(value: str) -> Iterator[str]:
    """Yield each value that `other` gives for this one, but for what it leaves to chance; of the first signature in it.

    A value that holds none has none of these.
    """
    if (found := _SIGNATURE.search(value)) is not None:
        before, signature, behind = value[: found.start()], found[0], value[found.end() :]
        yield from dict.fromkeys(
            (
                *(before + spelled + behind for spelled in _respelled(signature)),
                *(scheme + signature + behind for scheme in SCHEMES),
                *_several(value, before, signature),
                *_rewritten(value, before, signature),
            )
        )


def _rewritten(value: str, before: str, signature: str) -> tuple[str, ...]:
    """Write the whole header otherwise."""
    return (
        "", " ", before, signature, value.upper(), value.swapcase(), value[::-1], f"{value} ", f" {value}",
        f"{value},", f",{value}", value.replace(",", ";"), value.replace("=", ":"), f'"{value}"',
        value.replace(",", ", "),
    )  # fmt: skip


def _respelled(signature: str) -> tuple[str, ...]:
    """Write one signature otherwise: case, padding, alphabet, encoding, length, a character that it cannot have."""
    return (
        signature.upper(), signature.swapcase(), signature + "=", signature + "==", signature.rstrip("="),
        signature.replace("+", "-").replace("/", "_"), signature[:-1], signature[: len(signature) // 2], "",
        signature + "\xe9", "\xe9" * len(signature), "\xff", "0" * len(signature), "zz" + signature[2:],
        "A" * len(signature), f" {signature}", signature * 2, _other_encoding(signature), "0x" + signature,
        signature[:-1] + ("0" if signature[-1] != "0" else "1"), signature + "\x00", "%" + signature,
    )  # fmt: skip


def _several(value: str, before: str, signature: str) -> tuple[str, ...]:
    """Give several signatures: the right one first, last, twice, or among a thousand."""
    scheme = re.split(r"[ ,](?=[^ ,]+$)", before)[-1]
    wrong = "0" * len(signature)
    return (
        f"{value},{value}", f"{value} {value}", f"{value},{scheme}{wrong}", f"{value} {scheme}{wrong}",
        f"{before}{wrong},{scheme}{signature}", f"{before}{wrong} {scheme}{signature}", f"{value},{scheme}",
        ",".join([value] * 100), " ".join([value] * 1000), f"{before}{signature}{signature}",
    )  # fmt: skip


def _other_encoding(signature: str) -> str:
    """Write hex in base64, and base64 in hex."""
    try:
        return base64.b64encode(bytes.fromhex(signature)).decode()
    except ValueError:
        pass
    try:
        return base64.b64decode(signature, validate=True).hex()
    except (binascii.Error, ValueError):
        return signature[::-1]
