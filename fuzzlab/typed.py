"""What is wrong with the text that people type, by name: each as the mutator that does this one and no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from fuzzlab import disguises, strings, unicode
from fuzzlab.injections import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["NAMED", "large", "limits"]

Mutator = Callable[[Random, str], str | None]

LONG_RUN: Final = 200
"""Zero-width joiners: longer than any name, and a parser that strips them has nothing left."""

DEEP: Final = 1_100
"""Brackets: beyond CPython's limit of 1,000 frames."""

REPEATED: Final = 100

PILED: Final = "([{<\"'`\\*_#&%/.:,=-\n 0a"
"""Signs of which an input may be nothing but a pile: brackets first, then quotes, then what separates and repeats."""

TELLING: Final = 3
"""Characters of a snippet that nobody takes for a separator."""


def _put(rng: Random, text: str, *, pieces: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(pieces) + text[at:]


def _always(change: Callable[[str], str]) -> Mutator:
    """Give a mutator that leaves nothing to chance."""
    return lambda _, text: change(text)


def _become(other: str) -> Mutator:
    return lambda _, __: other


def _pile(_: Random, __: str, *, sign: str, size: int) -> str:
    return sign * size  # when it is wanted: with a limit of ten megabytes the piles together have 230


def _other_digits(rng: Random, text: str) -> str | None:
    return strings.other_digits(rng, text) if any("0" <= character <= "9" for character in text) else None


def _sized(_: Random, text: str, *, size: int) -> str:
    return (text or "0") * (size // max(1, len(text))) + (text or "0")[: size % max(1, len(text))]


NAMED: Final[Mapping[str, Mutator]] = {
    "nothing": _always(lambda _: ""),
    "one character": _always(lambda text: text[:1]),
    "the last character missing": _always(lambda text: text[:-1]),
    "nothing but joiners": _always(lambda _: "\u200d" * LONG_RUN),
    "nothing but a joiner": _always(lambda _: "\u200d"),
    "nothing but a blank": _always(lambda _: " "),
    "blanks around": _always(lambda text: f" {text} "),
    "blanks of another kind around": _always(lambda text: f"\xa0{text}\u3000"),
    "a line end behind": _always(lambda text: f"{text}\n"),
    "quotes around": _always(lambda text: f'"{text}"'),
    "in capitals": _always(str.upper),
    "in the other case": _always(str.swapcase),
    "the other way round": _always(lambda text: text[::-1]),
    "twice": _always(lambda text: text * 2),
    "a hundred times": _always(lambda text: text * REPEATED),
    "deep in brackets": _always(lambda text: "(" * DEEP + text + ")" * DEEP),
    "digits of another script": _other_digits,
    "look-alikes": disguises.look_alike,
    "letters that fold to others": disguises.fold,
    "letters of another width": disguises.widen,
    "combining marks": disguises.combine,
    "another normal form": disguises.renormalise,
    **{f"of class {name.replace('_', '-')}": partial(_put, pieces=pieces) for name, pieces in unicode.CLASSES.items()},
    **{
        f"an injection: {name}": partial(_put, pieces=[piece for piece in pieces if len(piece) >= TELLING])
        for name, pieces in KINDS.items()
    },
    **{f"in its place: {token}": _become(token) for token in strings.TOKENS},
}
"""Name -> mutator, for all but what depends on the code."""


def large(max_size: int) -> Mapping[str, Mutator]:
    """Give those that are as long as may be: what opens and never ends, and what is scanned again and again."""
    return {f"nothing but {sign!r}": partial(_pile, sign=sign, size=max_size) for sign in PILED}


def limits(sizes: Sequence[int]) -> Mapping[str, Mutator]:
    """Give those of the lengths that the code compares with: one less, the length itself, and one more."""
    return {
        f"of {size + more} characters": partial(_sized, size=size + more)
        for size in sizes
        for more in (-1, 0, 1)
        if size + more > 0
    }
