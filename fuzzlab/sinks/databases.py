"""Databases: SQLite as it is in this interpreter, PostgreSQL by its rules."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from functools import cache
from typing import Final

from fuzzlab.sinks import lone_surrogate

__all__ = ["postgresql", "sqlite"]

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63 - 1
"""PostgreSQL's bigint (documentation, table 8.2) and SQLite's INTEGER ("Datatypes in SQLite", section 2)."""

WHOLE_DIGITS: Final = 131_072
FRACTION_DIGITS: Final = 16_383
"""PostgreSQL's numeric: digits before and after the point (documentation, table 8.2)."""

_PASSES: Final = (int, float, str, bytes)


@cache
def _connection() -> sqlite3.Connection:
    """Open the one database of this process, in memory."""
    return sqlite3.connect(":memory:", check_same_thread=False)


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
    """Text has no NUL (documentation, section 8.3) and no surrogate; an integer is a bigint, a Decimal a numeric."""
    if isinstance(leaf, str):
        return "PostgreSQL's text has no NUL" if "\x00" in leaf else lone_surrogate(leaf)
    if isinstance(leaf, int):
        return None if LOWEST <= leaf <= HIGHEST else f"an integer of {leaf.bit_length()} bits is out of bigint's range"
    if isinstance(leaf, Decimal) and leaf.is_finite():
        exponent = leaf.as_tuple().exponent
        assert isinstance(exponent, int)  # noqa: S101 - of a finite one
        if leaf and (leaf.adjusted() >= WHOLE_DIGITS or exponent < -FRACTION_DIGITS):
            return "a number of so many digits is out of numeric's range"
    return None
