"""The places an accepted value goes next, and what each of them refuses: the protocol of sinks.

A sink looks at one leaf of a result (a string, a number, bytes, a date) and says in one sentence why it cannot go there
as it is, or nothing. What is not its business passes: a number is no danger to a log line.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Sink", "character", "lone_surrogate"]

Sink = Callable[[object], str | None]
"""A leaf of the result -> what is wrong with it there."""

_NAMES = {0: "NUL", 9: "a tab", 10: "a line feed", 13: "a carriage return", 27: "an escape character"}


def character(text: str, at: int) -> str:
    """Name a character without writing it: the complaint goes to logs itself."""
    point = ord(text[at])
    name = _NAMES.get(point) or (repr(text[at]) if 32 < point < 127 else f"U+{point:04X}")
    return f"{name} at {at}"


def lone_surrogate(text: str) -> str | None:
    """Complain of a surrogate, which has no UTF-8 (RFC 3629, section 3)."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"U+{ord(text[error.start]):04X}, a lone surrogate, has no UTF-8"
    return None
