"""Secrets that were met before, wherever they stand now: in a text, percent-encoded, or as a word of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fuzzlab.percent import quoted
from fuzzlab.sensitive import Kind

__all__ = ["Known", "is_machine_made"]

LOOKED_UP: Final = 6
"""Characters by which a known secret is looked up; a shorter one is only replaced where its name stands."""

UNBOUNDED: Final = 12
"""Characters from which a known secret is replaced inside longer words too."""

LONG: Final = 16
"""Characters from which anything is taken for something that no person wrote."""


class Known:
    """What was told to be a secret, by its first characters."""

    def __init__(self, fake_of: Callable[[str], str]) -> None:
        """Know none yet; `fake_of` gives what stands for one."""
        self._fake_of = fake_of
        self._by_beginning: dict[str, list[str]] = {}
        """The longest first."""
        self._quoted: dict[str, str] = {}
        """What is known in percent-encoding, with what it stands for."""

    def add(self, secret: str, kind: Kind) -> None:
        """Remember a secret, if it can be told from ordinary words."""
        if _is_searched(secret, kind):
            self._remember(secret)
            if (encoded := quoted(secret)) != secret:
                self._quoted.setdefault(encoded, secret)
                self._remember(encoded)

    def _remember(self, secret: str) -> None:
        bucket = self._by_beginning.setdefault(secret[:LOOKED_UP], [])
        if secret not in bucket:
            bucket.append(secret)
            bucket.sort(key=len, reverse=True)

    def replaced(self, text: str) -> tuple[str, int]:
        """Give a text with fakes for all that is known, and how many of them are new to it."""
        if not self._by_beginning or len(text) < LOOKED_UP:
            return text, 0
        known = self._by_beginning
        hits = [i for i in range(len(text) - LOOKED_UP + 1) if text[i : i + LOOKED_UP] in known]
        parts: list[str] = []
        end = count = 0
        for start in hits:
            secret = next((s for s in known[text[start : start + LOOKED_UP]] if _stands_at(text, start, s)), None)
            if secret is None or start < end:
                continue
            plain = self._quoted.get(secret)
            fake = self._fake_of(secret) if plain is None else quoted(self._fake_of(plain))
            parts += (text[end:start], fake)
            end = start + len(secret)
            count += fake != secret
        return "".join((*parts, text[end:])), count


def is_machine_made(text: str) -> bool:
    """Whether a word is none of a language: a digit in it, a capital inside it, or very long."""
    return len(text) >= LONG or any(c.isdigit() for c in text) or any(c.isupper() for c in text[1:])


def _is_searched(secret: str, kind: Kind) -> bool:
    """Whether a secret is told from ordinary words well enough to be replaced wherever it stands."""
    if len(secret) < LOOKED_UP:
        return False
    if secret.isdecimal():
        return len(secret) >= UNBOUNDED
    if kind is Kind.COOKIE:  # anything stands in cookies: a language, a date, yes
        return len(secret) >= UNBOUNDED and is_machine_made(secret)
    return is_machine_made(secret) or (len(secret) > LOOKED_UP + 1 and " " not in secret)


def _stands_at(text: str, start: int, secret: str) -> bool:
    """Whether a secret stands there, a short one as a word of its own."""
    if not text.startswith(secret, start):
        return False
    end = start + len(secret)
    if len(secret) >= UNBOUNDED:
        return True
    return not text[max(0, start - 1) : start].isalnum() and not text[end : end + 1].isalnum()
