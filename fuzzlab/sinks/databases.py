"""Databases: SQLite as it is in this interpreter, PostgreSQL by its rules."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from ipaddress import IPv6Address
from typing import Final

from fuzzlab.sinks import lone_surrogate

__all__ = ["postgresql", "sqlite"]

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63 - 1
"""PostgreSQL's bigint (documentation, table 8.2) and SQLite's INTEGER ("Datatypes in SQLite", section 2)."""

WHOLE_DIGITS: Final = 131_072
FRACTION_DIGITS: Final = 16_383
"""PostgreSQL's numeric: digits before and after the point (documentation, table 8.2), also of a zero."""

LARGEST_EXPONENT: Final = 2**30 - 2
"""Of a number written with one (src/backend/utils/adt/numeric.c refuses INT_MAX / 2): matters for zeros only."""

FURTHEST_ZONE: Final = timedelta(hours=16)
"""Documentation, section 8.5: "time with time zone" ends before 16 hours (MAX_TZDISP_HOUR is 15)."""

_connect = sqlite3.connect
"""As it was before a worker looked at statements."""

_PASSES: Final = (int, float, str, bytes)


@cache
def _connection() -> sqlite3.Connection:
    """Open the one database of this process, in memory."""
    return _connect(":memory:", check_same_thread=False)


def sqlite(leaf: object) -> str | None:
    """Write it, read it, compare. ASCII without NUL always survives, so that the common case costs nothing."""
    if type(leaf) not in _PASSES and not isinstance(leaf, _PASSES):
        return None  # a driver asks for an adapter: nothing gets lost silently
    if isinstance(leaf, str):
        if leaf.isascii() and "\x00" not in leaf:
            return None
    elif isinstance(leaf, int):
        return None if LOWEST <= leaf <= HIGHEST else f"an integer of {leaf.bit_length()} bits does not fit SQLite's 64"
    try:
        (read, length), = _connection().execute("SELECT ?1, length(?1)", (leaf,))  # fmt: skip
    except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
        return f"SQLite does not take it ({type(error).__name__})"
    if read != leaf:
        return f"SQLite gives {read!r:.40} back for it"
    if isinstance(leaf, str) and length != len(leaf):
        return "SQLite's own functions see the text only up to its NUL"
    return None


def postgresql(leaf: object) -> str | None:
    """Text without NUL (documentation, section 8.3) and surrogates; bigint, numeric, times and addresses as they are.

    The columns are those that fit a type best, the session's time zone is UTC. What the driver turns into something
    else on the way (`bytes`, `UUID`, a float with all its digits) survives and passes.
    """
    if isinstance(leaf, str):
        return "PostgreSQL's text has no NUL" if "\x00" in leaf else lone_surrogate(leaf)
    if isinstance(leaf, int):
        return None if LOWEST <= leaf <= HIGHEST else f"an integer of {leaf.bit_length()} bits is out of bigint's range"
    if isinstance(leaf, Decimal):
        return _numeric(leaf)
    if isinstance(leaf, datetime):
        return _timestamp(leaf)
    if isinstance(leaf, time) and leaf.tzinfo is not None:
        offset = leaf.utcoffset()
        if offset is None:
            return "a time in a zone whose offset depends on the day has none"
        if abs(offset) >= FURTHEST_ZONE:
            return "its offset from UTC is out of time's range"
    if isinstance(leaf, IPv6Address) and leaf.scope_id is not None:
        return "PostgreSQL's inet has no zone of an interface"
    return None


def _numeric(leaf: Decimal) -> str | None:
    if not leaf.is_finite():
        # Infinity is one since version 14. There is one NaN, without a sign, a signal and digits of its own.
        return None if leaf.is_infinite() or str(leaf) == "NaN" else f"numeric has no {leaf!s:.40}"
    exponent = leaf.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - of a finite one
    if exponent < -FRACTION_DIGITS or exponent > LARGEST_EXPONENT or (leaf and leaf.adjusted() >= WHOLE_DIGITS):
        return "a number of so many digits is out of numeric's range"
    return None


def _timestamp(leaf: datetime) -> str | None:
    # A timestamp reaches further than the years 1 to 9999 of Python; it comes back in UTC, and must be in them there.
    if leaf.utcoffset() is None:
        return None
    try:
        leaf.astimezone(UTC)
    except OverflowError:
        return "in UTC it is out of the years 1 to 9999, and cannot be read back"
    return None
