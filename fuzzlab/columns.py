"""How many columns of a terminal a text takes, and what of it fits.

Terminals disagree about emoji, symbols and combining marks, so the answer is an upper bound: a text that fits by it
fits everywhere, and a table may be loose where somebody writes in marks.
"""

from __future__ import annotations

import unicodedata

__all__ = ["fitted", "squeezed", "width"]

ELLIPSIS = "…"

HEAD_PART = 3
"""A squeezed name keeps one in so many of its columns at its beginning, the rest at its end: that tells names apart."""


def width(text: str) -> int:
    """Give the columns that a printable text takes at the most."""
    return len(text) if text.isascii() else sum(map(_width, text))


def fitted(text: str, columns: int) -> str:
    """Give the beginning of `text`, in at most so many columns."""
    if width(text) <= columns:
        return text
    return _head(text, columns - 1) + ELLIPSIS if columns > 0 else ""


def squeezed(text: str, columns: int) -> str:
    """Give both ends of `text`, in at most so many columns."""
    if width(text) <= columns:
        return text
    head = _head(text, (columns - 1) // HEAD_PART)
    tail = _head(text[::-1], columns - 1 - width(head))[::-1]
    return head + ELLIPSIS + tail if columns > 0 else ""


def _head(text: str, columns: int) -> str:
    taken = 0
    for index, c in enumerate(text):
        taken += _width(c)
        if taken > columns:
            return text[:index]
    return text


def _width(c: str) -> int:
    # Symbols (So), and what lies beyond the first plane, become wide from one version of Unicode to the next.
    is_wide = c > "\uffff" or unicodedata.east_asian_width(c) in "WF" or unicodedata.category(c) == "So"
    return 2 if is_wide else 1
