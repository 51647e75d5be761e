r"""Regular expressions read backwards: strings that match a pattern, some microseconds each.

The standard library parses the pattern, and the parse becomes nested functions. What such a function cannot see ahead
(look-around, back references, anchors in the middle) is left out and made good by trying: a string that does not match
is made again.

Source: the syntax of Python's `re`; `\p{…}`, which JSON Schema's ECMA 262 has and `re` lacks, by its nearest class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from fuzzlab import unicode
from fuzzlab.regextree import parsed

__all__ = ["readable", "sampler"]

Maker = Callable[[Random], str]

TRIES: Final = 40
"""Strings made before a pattern is given up. Most patterns need one; a Decimal's, with its look-aheads, two."""

TRIALS: Final = 24
LEAST_HITS: Final = 6
"""Of TRIALS strings so many must match, or another generator has to serve the pattern."""

SPREAD: Final = 6
"""Times that an unbounded repetition goes beyond its least, at the most in the ordinary case."""

RARE: Final = 1 / 16
"""Share of repetitions at their bound, and of characters from outside ASCII where a class has some."""

MOST_REPEATS: Final = 300
"""Of one repetition, whatever its bound allows: the mutators make the long runs."""

MOST_OF_A_RANGE: Final = 256
"""Characters taken from one range of a class."""

_PLAIN: Final = "".join(map(chr, range(32, 127)))
_STRANGE: Final = "".join(
    piece
    for piece in dict.fromkeys((*(kind[0] for kind in unicode.CLASSES.values()), "\u00e9", "\u4e2d", "\U0001f600"))
    if len(piece) == 1 and piece >= "\x80" and not "\ud800" <= piece <= "\udfff"
)
"""One character of each strange class; no half of a pair, which is no text."""

_DIGITS: Final = ("0123456789", "\u0661\u0967\uff11")
_WORDS: Final = ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", "\u00e9\u00df\u0130\u4e2d\u0451")
_SPACES: Final = (" \t\n\r\x0b\x0c", "\u00a0\u2003\u3000")

_PROPERTY: Final = re.compile(r"\\([pP])\{(?:\^)?([A-Za-z_=]+)\}")
_PROPERTIES: Final = {"L": "a-zA-Z\u00e9\u4e2d", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9"}


def sampler(pattern: str, *, least: int = 0, most: int | None = None) -> Maker | None:
    """Give a function that makes strings in which `re.search` finds `pattern`, of `least` to `most` characters.

    Returns:
        None where the pattern is none, or too few tries hit.
    """
    try:
        known = re.compile(readable(pattern))
        make = _sequence(list(parsed(readable(pattern), 0) or ()))
    except (re.error, OverflowError, RecursionError, _Unknown):
        return None
    search = known.search

    def fits(text: str) -> bool:
        return least <= len(text) and (most is None or len(text) <= most) and search(text) is not None

    rng = Random(0)  # noqa: S311 - a search, not a secret
    hits = sum(fits(make(rng)) for _ in range(TRIALS))
    if hits < LEAST_HITS:
        return None

    def checked(rng: Random) -> str:
        text = make(rng)
        for _ in range(TRIES):
            if fits(text):
                break
            text = make(rng)
        return text

    return checked


def readable(pattern: str) -> str:
    """Write a pattern of ECMA 262 so that `re` reads it."""
    return _PROPERTY.sub(_class, pattern) if "\\p" in pattern or "\\P" in pattern else pattern


def _class(found: re.Match[str]) -> str:
    letters = _PROPERTIES.get(found[2].rpartition("=")[2], "a-zA-Z0-9")
    before = found.string[: found.start()]
    inside = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
    return letters if inside else f"[{'^' if found[1] == 'P' else ''}{letters}]"


class _Unknown(Exception):
    """An operation that has no strings of its own."""


def _sequence(operations: list[tuple[Any, Any]]) -> Maker:
    makers = [made for op, argument in operations if (made := _one(str(op), argument)) is not None]
    if not makers:
        return lambda _: ""
    if len(makers) == 1:
        return makers[0]
    return lambda rng: "".join([make(rng) for make in makers])


def _one(op: str, argument: Any) -> Maker | None:
    if op == "LITERAL":
        character = chr(argument)
        return lambda _: character
    if op in ("ANY", "NOT_LITERAL", "IN"):
        return _letter(*_letters(op, argument))
    if op == "BRANCH":
        makers = [_sequence(list(branch)) for branch in argument[1]]
        return lambda rng: makers[int(rng.random() * len(makers))](rng)
    if op == "SUBPATTERN":
        return _sequence(list(argument[3]))
    if op == "ATOMIC_GROUP":
        return _sequence(list(argument))
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _repeated(argument[0], min(int(argument[1]), 1 << 20), _sequence(list(argument[2])))
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return None
    raise _Unknown(op)


def _repeated(least: int, most: int, make: Maker) -> Maker:
    bound = max(least, min(most, MOST_REPEATS))
    usual = min(most, least + SPREAD, bound)

    def repeated(rng: Random) -> str:
        chance = rng.random()
        if chance < RARE:
            times = bound if chance < RARE / 2 else least
        else:
            times = least + int(rng.random() * (usual - least + 1))
        if times == 1:
            return make(rng)
        return "".join([make(rng) for _ in range(times)])

    return repeated


def _letter(usual: str, strange: str) -> Maker:
    if not usual:
        usual, strange = strange, ""
    if not usual:
        raise _Unknown("an empty class")
    count = len(usual)
    if not strange:
        return lambda rng: usual[int(rng.random() * count)]

    def letter(rng: Random) -> str:
        chance = rng.random()
        if chance < RARE:
            return strange[int(chance / RARE * len(strange))]
        return usual[int(rng.random() * count)]

    return letter


def _letters(op: str, argument: Any) -> tuple[str, str]:
    """Give the characters of a class: from ASCII, and from beyond."""
    if op == "ANY":
        return _PLAIN, _STRANGE.replace("\n", "")
    if op == "NOT_LITERAL":
        return _PLAIN.replace(chr(argument), ""), _STRANGE.replace(chr(argument), "")
    negated = bool(argument) and str(argument[0][0]) == "NEGATE"
    members = "".join(_members(argument[negated:]))
    if negated:
        barred = set(members)
        barred.update(character for op_, kind in argument[1:] if str(op_) == "CATEGORY" for character in _beyond(kind))
        return (
            "".join(character for character in _PLAIN if character not in barred),
            "".join(character for character in _STRANGE if character not in barred),
        )
    return (
        "".join(dict.fromkeys(character for character in members if character < "\x80")),
        "".join(dict.fromkeys(character for character in members if character >= "\x80")),
    )


def _members(items: list[tuple[Any, Any]]) -> Iterator[str]:
    for op, argument in items:
        if str(op) == "LITERAL":
            yield chr(argument)
        elif str(op) == "RANGE":
            low, high = argument
            yield "".join(map(chr, range(low, min(high, low + MOST_OF_A_RANGE) + 1))) + chr(high)
        elif str(op) == "CATEGORY":
            yield "".join(_category(str(argument)))
        else:
            raise _Unknown(str(op))


def _category(name: str) -> tuple[str, str]:
    kinds = {"DIGIT": _DIGITS, "WORD": _WORDS, "SPACE": _SPACES}
    kind = name.rpartition("_")[2]
    if kind not in kinds:
        raise _Unknown(name)
    if "_NOT_" not in name:
        return kinds[kind]
    barred = set("".join(kinds[kind]))
    return (
        "".join(character for character in _PLAIN if character not in barred),
        "".join(character for character in _STRANGE if character not in barred and not _is(kind, character)),
    )


def _beyond(category: Any) -> Iterator[str]:
    """Yield the strange characters that a negated category would let in although it has them."""
    kind = str(category).rpartition("_")[2]
    if "_NOT_" not in str(category):
        yield from (character for character in _STRANGE if _is(kind, character))


def _is(kind: str, character: str) -> bool:
    if kind == "DIGIT":
        return character.isdecimal()
    return character.isspace() if kind == "SPACE" else character.isalnum()
