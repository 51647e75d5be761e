"""Text that looks the same, or counts the same, and is not: mutators of letters and digits by their kin in Unicode.

A check that compares, folds or counts before another step normalises lets these through, or two names become one.
Sources: UTS #39 (confusables), UAX #15 (normalisation), Unicode's SpecialCasing.txt (case folds that grow).
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal

from fuzzlab import unicode

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

__all__ = ["MUTATORS", "combine", "fold", "look_alike", "renormalise", "widen"]

LOOKALIKES: Final = {
    "a": "\u0430\u0251", "c": "\u0441\u03f2", "e": "\u0435", "i": "\u0456\u0131", "j": "\u0458",
    "o": "\u043e\u03bf\u0585", "p": "\u0440", "s": "\u0455", "x": "\u0445", "y": "\u0443", "l": "\u04cf\u217c1",
    "g": "\u0261", "d": "\u0501", "h": "\u04bb", "A": "\u0410\u0391", "B": "\u0412\u0392", "E": "\u0415\u0395",
    "H": "\u041d\u0397", "I": "\u0406l", "K": "\u041a\u212a", "M": "\u041c\u039c", "O": "\u041e\u039f0",
    "P": "\u0420\u03a1", "T": "\u0422\u03a4", "X": "\u0425", "0": "O\u041e", "1": "l\u217c", "3": "\u0417",
    "-": "\u2010\u2013\u2212", "/": "\u2044\u2215", ".": "\uff0e\u2024", "@": "\uff20\ufe6b", ":": "\ua789\u2236",
    ",": "\u201a", "'": "\u2019\u02bc", '"': "\u201c\u2033", "_": "\u203f", " ": "\xa0\u2003",
}  # fmt: skip
"""ASCII -> what a reader takes for it."""

FOLDING: Final = {
    "ss": "\xdf", "SS": "\u1e9e", "s": "\u017f", "k": "\u212a", "K": "\u212a", "i": "\u0130", "I": "\u0131",
    "fi": "\ufb01", "ff": "\ufb00", "st": "\ufb06", "n": "\u0149", "j": "\u01f0", "h": "\u1e96", "w": "\u1e98",
    "y": "\u1e99",
}  # fmt: skip
"""What comes back as, or longer than, these after lower(), upper(), casefold() or NFKC."""

WIDE: Final = 0xFEE0
"""From an ASCII character to its full-width form."""

ALPHABETS: Final = (0x1D400, 0x1D5D4, 0x1D670, 0x24B6)
"""Capital A of alphabets that NFKC maps to ASCII: bold, sans-serif bold, monospace, circled; small a is 26 further."""

MARKS: Final = (1, 2, 3, 8, 16, 31, 64, 255)
"""Combining marks on one letter. Unicode's Stream-Safe Text Format ends at 30; people's names have one or two."""

FORMS: Final[tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...]] = ("NFC", "NFD", "NFKC", "NFKD")


def _some(rng: Random, text: str, change: Callable[[str], str]) -> str:
    """Change all characters, or one."""
    if rng.random() < 0.5:
        return "".join(map(change, text))
    at = rng.randrange(len(text))
    return text[:at] + change(text[at]) + text[at + 1 :]


def look_alike(rng: Random, text: str) -> str | None:
    """Write one or all characters with letters of another script that look the same."""
    return _some(rng, text, lambda c: rng.choice(LOOKALIKES.get(c, c))) if text else None


def fold(rng: Random, text: str) -> str | None:
    """Write letters as others that fold to them, and at times grow by it."""
    found = [written for written in FOLDING if written in text]
    if not found:
        return None
    written = rng.choice(found)
    return text.replace(written, FOLDING[written], rng.choice((1, -1)))


def widen(rng: Random, text: str) -> str | None:
    """Write ASCII in full width, or its letters in another alphabet that NFKC takes back."""
    if not text:
        return None
    if rng.random() < 0.5:
        return _some(rng, text, lambda c: chr(ord(c) + WIDE) if "!" <= c <= "~" else c)
    first = rng.choice(ALPHABETS)

    def other(character: str) -> str:
        if "A" <= character <= "Z":
            return chr(first + ord(character) - 65)
        return chr(first + 26 + ord(character) - 97) if "a" <= character <= "z" else character

    return _some(rng, text, other)


def combine(rng: Random, text: str) -> str | None:
    """Put a run of combining marks, the same or different ones, behind a character."""
    if not text:
        return None
    count = rng.choice(MARKS)
    marks = unicode.CLASSES["combining"]
    run = "".join(rng.choices(marks, k=count)) if rng.random() < 0.5 else rng.choice(marks) * count
    at = rng.randrange(len(text)) + 1
    return text[:at] + run + text[at:]


def renormalise(rng: Random, text: str) -> str | None:
    """Write the text in another normal form; an accent more, where none would change it."""
    form = rng.choice(FORMS)
    if text.isascii():
        if not text:
            return None
        at = rng.randrange(len(text)) + 1
        text = text[:at] + "\u0301" + text[at:]
    changed = unicodedata.normalize(form, text)
    return changed if len(changed) <= 2 * len(text) + 100 else None


MUTATORS: Final = (look_alike, fold, widen, combine, renormalise)
