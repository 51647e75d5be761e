"""Percent-encoding that gives back what it was given: queries, forms, cookies (RFC 3986, section 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote

__all__ = ["quoted", "through", "unquoted"]


def quoted(text: str) -> str:
    """Encode all that a URL does not hold as it is."""
    return quote(text, safe="", errors="surrogateescape")


def unquoted(text: str) -> str:
    """Decode, as in a form: a plus is a blank."""
    return unquote(text.replace("+", " "), errors="surrogateescape")


def through(text: str, change: Callable[[str], str]) -> str:
    """Change what a percent-encoded text stands for; where nothing changes, it keeps its spelling."""
    plain = unquoted(text)
    new = change(plain)
    if new == plain:
        return text
    as_they_were = "".join(sorted({c for c in text if c.isascii() and not c.isalnum() and c not in "%+"}))
    spaced = quote(new, safe=as_they_were, errors="surrogateescape")
    return spaced.replace("%20", "+") if "+" in text else spaced
