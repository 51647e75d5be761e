"""Encodings on the way out: UTF-8, strict JSON, JavaScript's numbers, msgpack."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from typing import Final
from uuid import UUID

from fuzzlab.sinks import lone_surrogate

__all__ = ["javascript", "json", "msgpack", "utf8"]

EXACT: Final = 2**53
"""ECMA-262, section 6.1.6.1: beyond it neighbouring integers are the same number."""

MSGPACK_LOWEST: Final = -(2**63)
MSGPACK_HIGHEST: Final = 2**64 - 1
"""The msgpack specification, "int format family": int 64 and uint 64 are the widest."""

_WRITTEN_AS_TEXT: Final = (
    date, datetime, time, timedelta, UUID, PurePath, IPv4Address, IPv6Address, Fraction, complex,
)  # fmt: skip


def utf8(leaf: object) -> str | None:
    """RFC 3629, section 3: surrogates (U+D800 to U+DFFF) have no UTF-8."""
    return lone_surrogate(leaf) if isinstance(leaf, str) else None


def json(leaf: object) -> str | None:
    """RFC 8259, section 6: no NaN, no infinity; section 8.1: the text is UTF-8."""
    if isinstance(leaf, str):
        return lone_surrogate(leaf)
    if isinstance(leaf, float) and not math.isfinite(leaf):
        return f"{leaf!r} is no JSON number"
    if isinstance(leaf, Decimal) and not leaf.is_finite():
        return f"{leaf!r} is no JSON number"
    if leaf is None or isinstance(leaf, (bool, int, float, Decimal, *_WRITTEN_AS_TEXT)):
        return None
    if isinstance(leaf, (bytes, bytearray, memoryview)):
        return "bytes are no JSON value"
    return None


def javascript(leaf: object) -> str | None:
    """Integers that JavaScript, and whoever reads JSON as it does (RFC 8259, section 6), changes silently."""
    if isinstance(leaf, int) and not -EXACT < leaf < EXACT:
        return f"an integer of {leaf.bit_length()} bits is no exact JavaScript number (2^53)"
    return json(leaf)


def msgpack(leaf: object) -> str | None:
    """Integers of more than 64 bits, and text without UTF-8."""
    if isinstance(leaf, int) and not MSGPACK_LOWEST <= leaf <= MSGPACK_HIGHEST:
        return f"an integer of {leaf.bit_length()} bits does not fit msgpack's 64"
    return utf8(leaf)
