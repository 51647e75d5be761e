"""Words learned from the code under test: which one a mutation takes, and where it puts it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, Final, TypeVar

__all__ = ["as_text", "pick", "placed"]

SEPARATORS: Final = b"-_@.:/ ,;|+=&#%\\\t\r\n\"'()[]{}<>"
"""What ends the part of an input that a word takes the place of."""

_SEPARATORS_OF_TEXT: Final = SEPARATORS.decode("ascii")

T = TypeVar("T", str, bytes)


def pick(rng: Random, words: Sequence[T]) -> T:
    """Draw a word, the first ones oftener: of n words the first comes with 1 / sqrt(n)."""
    return words[int(len(words) * rng.random() * rng.random())]


def as_text(words: Sequence[bytes]) -> tuple[str, ...]:
    """Give the words that are text."""
    return tuple(dict.fromkeys(word.decode("utf-8", "replace") for word in words if word))


def placed(rng: Random, whole: T, word: T) -> T:
    """Put a word before, behind, into or over a text or some bytes, over one part of it, or in its place."""
    what = rng.randrange(8)
    if what < 2 or not whole:
        return word
    if what == 2:
        return word + whole
    if what == 3:
        return whole + word
    at = rng.randrange(len(whole) + 1)
    if what == 4:
        return whole[:at] + word + whole[at:]
    if what == 5:
        return whole[:at] + word + whole[at + len(word) :]
    start, end = _part(whole, at)
    return whole[:start] + word + whole[end:]


def _part(whole: Any, at: int) -> tuple[int, int]:
    """Give the span around a place that no separator divides."""
    separators = _SEPARATORS_OF_TEXT if isinstance(whole, str) else SEPARATORS
    start = end = at
    while start > 0 and whole[start - 1] not in separators:
        start -= 1
    while end < len(whole) and whole[end] not in separators:
        end += 1
    return start, end
