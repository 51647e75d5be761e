"""What the first inputs teach about their language: its parts by kind, and how to say something else with them.

Nobody describes the grammar. Parts are found by brackets, quotes and lines (`tokens.py`); a new sentence is an old one
whose names, numbers and groups are exchanged for others at once, for a call of another function with the old arguments
is refused where any wrong call is, and teaches nothing on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from fuzzlab import tokens
from fuzzlab.boundaries import NUMBER_SPELLINGS, TELLING_NUMBERS

__all__ = ["Grammar"]

MOST_PARTS: Final = 1024
"""Parts kept of all texts: more would make each of them rare."""

EXCHANGED: Final = 0.5
"""Chance of a name, a number or a group in a sentence to be another one."""

LEARNED: Final = 0.75
"""Chance of another name to be a word of the code under test, if there are any; else one of other texts."""

WHOLE: Final = 0.5
"""Chance of a new sentence to be all there is, and not a part of the text."""

WORST: Final = ("1e400", "NaN", "9" * 20, "-1")
"""Numbers that stand for all that arithmetic does not hold for."""

_NAME: Final = re.compile(r"[^\W\d][\w-]*")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMPOSITE: Final = re.compile(r"[^\W\d]?[\w-]*[\[({<\"'`].|.*\n|.*[=:,;]", re.DOTALL)


def _kind(part: str) -> str:
    """Sort a part by how it begins, and by whether its quotes hold a number: parts of a kind can change places."""
    first = part[0]
    if first.isdecimal():
        return "0"
    if not (first.isalpha() or first == "_"):
        return first + ("0" if part[1:2].isdecimal() else "")
    return "a(" if part[-1] in ")]}>" else "a" if _NAME.fullmatch(part) else "a "


class Grammar:
    """Parts of texts by their kind; falsy where there are none."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = dict.fromkeys(part for text in texts for part in tokens.parts(text))
        self._parts = list(found)[:MOST_PARTS]
        self._kinds: dict[str, list[str]] = {}
        for part in self._parts:
            if part.isalnum() or len(part) > 1:  # no sign by itself: those are everywhere
                self._kinds.setdefault(_kind(part), []).append(part)
        self._names = self._kinds.get("a", [])
        self._sentences = [part for part in self._parts if len(part) > 1 and _COMPOSITE.match(part)]

    def __bool__(self) -> bool:
        """Whether there is something to say."""
        return bool(self._parts)

    def atoms(self) -> list[str]:
        """Give one part of each kind, the first that was met; of a number also what it may be at its worst."""
        first = [parts[0] for parts in self._kinds.values()]
        numbers = [part for kind, part in zip(self._kinds, first, strict=True) if kind.endswith("0")]
        return [*first, *(_NUMBER.sub(worst, part, count=1) for worst in WORST for part in numbers)]

    def spliced(self, rng: Random, text: str) -> str | None:
        """Put a part of another text into this one."""
        return tokens.spliced(rng, text, rng.choice(self._parts)) if self._parts else None

    def said(self, rng: Random, text: str, words: Sequence[str] = ()) -> str | None:
        """Say a sentence that nobody said, instead of the text or within it.

        Args:
            rng: of the choices.
            text: what was said before.
            words: of the code under test, of which the names in a sentence may be.
        """
        if not self._sentences:
            return None
        sentence = rng.choice(self._sentences)
        new = "".join(self._exchanged(rng, sentence, words))
        return new if rng.random() < WHOLE else tokens.spliced(rng, text, new)

    def _exchanged(self, rng: Random, sentence: str, words: Sequence[str]) -> Iterable[str]:
        """Yield a sentence's pieces; a group inside it is one piece, the sentence's own brackets are none."""
        spans = tokens.tokens(sentence)
        skipped = 0
        for at, (start, end) in enumerate(spans):
            if start < skipped:
                continue
            piece = sentence[start:end]
            inner = tokens.group_end(sentence, start) if at else None
            if inner is not None and inner < len(sentence) and rng.random() < EXCHANGED:
                skipped = inner
                yield self._atom(rng, words)
            elif piece[0].isalpha() and rng.random() < EXCHANGED:
                called = sentence[end : end + 1] in ("(", ":", "=", " ")
                yield self._name(rng, words) if called else self._atom(rng, words)
            elif piece[0].isdecimal() and rng.random() < EXCHANGED:
                yield rng.choice(NUMBER_SPELLINGS) if rng.random() < EXCHANGED else self._atom(rng, words)
            else:
                yield piece

    def _name(self, rng: Random, words: Sequence[str]) -> str:
        if words and (not self._names or rng.random() < LEARNED):
            return words[int(len(words) * rng.random())]
        return rng.choice(self._names) if self._names else ""

    def _atom(self, rng: Random, words: Sequence[str]) -> str:
        """Draw a part: first its kind, then which."""
        kinds = list(self._kinds)
        kind = kinds[rng.randrange(len(kinds))]
        if kind == "a":
            return self._name(rng, words)
        part = rng.choice(self._kinds[kind])
        if kind.endswith("0") and rng.random() < EXCHANGED:  # a number, in quotes perhaps
            return _NUMBER.sub(lambda _: rng.choice(TELLING_NUMBERS), part, count=1)
        return part
