"""Ed25519 signatures: the one door to the cryptography package, which `fuzzlab[ed25519]` brings along.

Source: RFC 8032. Signing takes some 50 µs there; in Python alone it would take a hundred times that, at every mutation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fuzzlab.errors import UserError
from fuzzlab.lazy import LazyModule

__all__ = ["SEED", "signing"]

SEED: Final = 32
"""Bytes of a private key."""

ed25519 = LazyModule("cryptography.hazmat.primitives.asymmetric.ed25519")


def signing(seed: bytes) -> Callable[[bytes], bytes]:
    """Give what signs with a private key of SEED bytes.

    Raises:
        UserError: the package that does it is not installed.
    """
    try:
        key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    except ImportError as error:
        raise UserError("Ed25519 signatures need cryptography: pip install 'fuzzlab[ed25519]'") from error
    sign: Callable[[bytes], bytes] = key.sign
    return sign
