r"""Text in the shape of a regular expression that the code under test reads its input with, and not always a match.

What a pattern lets through by mistake lies at its edges: one repetition more or fewer than it says, a digit or letter
of another script (`\d`, `\w`), a line end behind `$`, the other case, a part that it calls optional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from re import _constants  # what its trees are made of
from typing import Any, Final

from fuzzlab import unicode
from fuzzlab.regextree import REPEATS, inside, parsed

__all__ = ["Shape", "bounds", "shapes"]

Shape = Callable[[Random], str]

MOST_COPIES: Final = 300
"""Of one part, whatever the pattern allows; a part in a part gets there by both."""

MOST_CHARACTERS: Final = 8_192
"""Of one text: repetitions inside repetitions end here."""

MOST_SHAPES: Final = 64
"""Patterns of one target; a table of a thousand telephone numbers drowns the others."""

USUAL: Final = 6
"""Copies beyond the least, mostly."""

ODD: Final = 1 / 8
"""Share of the repetitions at or beside a bound, and of characters that only Unicode's classes have: a text of several
parts then has one odd part, mostly."""

_LOOKS: Final = {_constants.ASSERT, _constants.ASSERT_NOT}
"""What takes no text of its own."""

_OF_CATEGORY: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "DIGIT": ("0123456789", unicode.CLASSES["digit"]),
    "WORD": ("abzABZ059_", (*unicode.CLASSES["letter"], *unicode.CLASSES["digit"])),
    "SPACE": (" \t\n", unicode.CLASSES["space"]),
}
_PLAIN: Final = "aZ0-_ .,:@/+\n\u00e9"


def shapes(patterns: Iterable[tuple[str, int]]) -> tuple[Shape, ...]:
    """Give one maker of texts for each pattern (its source and flags), in their order; none for what is plain text."""
    made: dict[str, Shape] = {}
    for source, flags in patterns:
        if source not in made and (shape := _shape(source, flags)) is not None:
            made[source] = shape
        if len(made) >= MOST_SHAPES:
            break
    return tuple(made.values())


def bounds(pattern: str, flags: int = 0) -> frozenset[int]:
    """Give the numbers of repetitions that a pattern names: `[a-z]{3,64}` gives 3 and 64."""
    found: set[int] = set()

    def look(tree: Any) -> None:
        for operator, argument in tree:
            if operator in REPEATS:
                found.update(int(n) for n in argument[:2] if 1 < int(n) < int(_constants.MAXREPEAT))
            for inner in () if operator in _LOOKS else inside(operator, argument):
                look(inner)

    look(parsed(pattern, flags) or ())
    return frozenset(found)


def _shape(pattern: str, flags: int) -> Shape | None:
    tree = parsed(pattern, flags)
    if tree is None or all(operator is _constants.LITERAL for operator, _ in tree):
        return None

    def shape(rng: Random) -> str:
        out: list[str] = []
        _write(tree, rng, out, {}, MOST_CHARACTERS)
        return "".join(out)

    return shape


def _write(tree: Any, rng: Random, out: list[str], groups: dict[int, str], room: int) -> int:  # noqa: C901, PLR0912 - a table
    """Write a text for `tree`; give the room that is left."""
    for operator, argument in tree:
        if room <= 0:
            return 0
        if operator is _constants.LITERAL:
            character = chr(argument)
            out.append(character.swapcase() if rng.random() < ODD / 8 else character)
            room -= 1
        elif operator in REPEATS:
            for _ in range(_copies(rng, int(argument[0]), argument[1])):
                room = _write(argument[2], rng, out, groups, room)
                if room <= 0:
                    break
        elif operator is _constants.SUBPATTERN:
            start = len(out)
            room = _write(argument[3], rng, out, groups, room)
            if argument[0] is not None:
                groups[argument[0]] = "".join(out[start:])
        elif operator is _constants.GROUPREF:
            out.append(groups.get(argument, "")[:room])
            room -= len(out[-1])
        elif operator is _constants.AT:
            if argument is _constants.AT_END and rng.random() < ODD:
                out.append("\n")  # `$` matches before it
        elif operator not in _LOOKS and (inner := inside(operator, argument)):
            room = _write(rng.choice(inner), rng, out, groups, room)
        elif operator in (_constants.ANY, _constants.NOT_LITERAL, _constants.IN):
            out.append(_character(rng, argument if operator is _constants.IN else ()))
            room -= 1
    return room


def _copies(rng: Random, least: int, most: Any) -> int:
    bound = None if most is _constants.MAXREPEAT else int(most)
    if rng.random() < ODD:
        edges = [least - 1, least, least + 1] if bound is None else [least - 1, least, bound, bound + 1]
        return max(0, min(rng.choice(edges), MOST_COPIES))
    usual = least + USUAL if bound is None else min(bound, least + USUAL)
    return min(rng.randint(least, usual), MOST_COPIES)


def _character(rng: Random, items: Any) -> str:
    """Give a character of a class, or one beside it; of a class that says what is not in it, anything."""
    if not items or items[0][0] is _constants.NEGATE:
        chosen = rng.choice(_PLAIN)
        while rng.random() >= ODD and any(_holds(item, chosen) for item in items[1:]):
            chosen = rng.choice(_PLAIN)
        return chosen
    operator, argument = rng.choice(items)
    if operator is _constants.LITERAL:
        return chr(argument)
    if operator is _constants.RANGE:
        low, high = argument
        if rng.random() < ODD:
            return chr(max(0, min(rng.choice((low - 1, low, high, high + 1)), 0x10FFFF)))
        return chr(rng.randint(low, high))
    name = str(argument).removeprefix("CATEGORY_")
    if name not in _OF_CATEGORY:
        return rng.choice(_PLAIN)
    usual, odd = _OF_CATEGORY[name]
    return rng.choice(odd) if rng.random() < ODD else rng.choice(usual)


def _holds(item: Any, character: str) -> bool:
    """Whether one item of a class has a character."""
    operator, argument = item
    if operator is _constants.LITERAL:
        return chr(argument) == character
    if operator is _constants.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    name = str(argument).removeprefix("CATEGORY_")
    kind = name.removeprefix("NOT_")
    in_word = character.isalnum() or character == "_"
    found = {"DIGIT": character.isdigit(), "SPACE": character.isspace()}.get(kind, in_word)
    return found != name.startswith("NOT_")
