"""Regular expressions from inside: the text they spell out, and texts that they match."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from re import _constants  # what its trees are made of
from typing import Any, Final, NamedTuple

from fuzzlab.regextree import REPEATS, inside, parsed

__all__ = ["Pump", "looks_like_one", "pieces", "pumps", "samples"]

META: Final = re.compile(r"[\\\[(^$*+?{|]")
"""What a string must hold somewhere to be worth reading as a pattern."""

MOST_COPIES: Final = 64
"""Of one repeated part in a sample: a pattern may ask for a million."""

MOST_ALTERNATIVES: Final = 16
"""Of one pattern: a list of currencies or commands is worth reading, a country's telephone numbers are not."""

LONGEST_SAMPLE: Final = 256
"""Characters; more is no token, and what a hostile pattern takes to match grows with it."""

_BY_CATEGORY: Final = {
    "CATEGORY_DIGIT": "0",
    "CATEGORY_SPACE": " ",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_NOT_WORD": "-",
}
_CANDIDATES: Final = ["a", "0", "A", "-", " ", "\u00e9"]
"""Tried for a class of characters that says only what is not in it."""


def looks_like_one(text: str) -> bool:
    """Whether a string holds anything that makes it more than plain text to `re`."""
    return META.search(text) is not None


def pieces(pattern: str, flags: int = 0) -> Iterator[str]:
    """Yield the runs of literal characters in a pattern, in its order; nothing for what is no pattern."""
    tree = parsed(pattern, flags)
    if tree is not None:
        yield from _runs(tree)


def samples(pattern: str, flags: int = 0) -> tuple[str, ...]:
    """Give short texts that the pattern matches: one for each of its alternatives, as far as the obvious ones match."""
    tree = parsed(pattern, flags)
    if tree is None:
        return ()
    found: dict[str, None] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for chosen in range(MOST_ALTERNATIVES):
                text = _shortest(tree, {}, chosen)
                if 0 < len(text) <= LONGEST_SAMPLE and text not in found and re.search(pattern, text, flags):
                    found[text] = None
    except (ValueError, re.error, RecursionError):
        pass
    return tuple(found)


class Pump(NamedTuple):
    """What a pattern lets be repeated: a text that leads there, one repetition, and how deep repetitions nest."""

    prefix: str
    unit: str
    depth: int


def pumps(pattern: str, flags: int = 0) -> tuple[Pump, ...]:
    """Give what a pattern may be made to go over again and again: its repetitions, then its literals, then a match."""
    tree = parsed(pattern, flags)
    if tree is None:
        return ()
    found: dict[tuple[str, str], int] = {}
    try:
        for chosen in range(MOST_ALTERNATIVES):
            _pump(tree, "", chosen, 0, found)
        whole = _shortest(tree, {}, 0)
    except (ValueError, RecursionError):
        whole = ""
    for text in (*pieces(pattern, flags), whole):
        for unit in dict.fromkeys((text, text[:1])):
            found.setdefault(("", unit), 0)
    kept = [Pump(prefix, unit, depth) for (prefix, unit), depth in found.items() if 0 < len(unit) <= LONGEST_SAMPLE]
    return tuple(sorted(kept, key=lambda pump: -pump.depth))


def _pump(tree: Any, prefix: str, chosen: int, depth: int, found: dict[tuple[str, str], int]) -> None:
    for operator, argument in tree:
        endless = operator in REPEATS and int(argument[1]) > MOST_COPIES
        if endless:
            key = prefix[:LONGEST_SAMPLE], _shortest(argument[2], {}, chosen) or _once(argument[2], chosen)
            found[key] = max(found.get(key, 0), depth + 1)
        branches = inside(operator, argument)
        if operator is _constants.BRANCH:
            branches = [branches[chosen % len(branches)]]
        for inner in branches:
            _pump(inner, prefix, chosen, depth + endless, found)
        prefix += _matched(operator, argument, {}, chosen)


def _once(tree: Any, chosen: int) -> str:
    """Give a text in which each repetition is there at least once."""
    out = ""
    for operator, argument in tree:
        if operator in REPEATS:
            out += _shortest(argument[2], {}, chosen) or _once(argument[2], chosen)
        elif operator is _constants.SUBPATTERN:
            out += _once(argument[3], chosen)
        else:
            out += _matched(operator, argument, {}, chosen)
    return out


def _runs(tree: Any) -> Iterator[str]:
    run = ""
    for operator, argument in tree:
        if operator is _constants.LITERAL:
            run += chr(argument)
            continue
        if run:
            yield run
        run = ""
        for child in inside(operator, argument):
            yield from _runs(child)
    if run:
        yield run


def _shortest(tree: Any, groups: dict[int, str], chosen: int) -> str:
    out = ""
    for operator, argument in tree:
        out += _matched(operator, argument, groups, chosen)
    return out


def _matched(operator: Any, argument: Any, groups: dict[int, str], chosen: int) -> str:  # noqa: C901 - a table
    """Give a text for one operation; `groups` holds those of the groups passed so far, `chosen` picks alternatives."""
    if operator is _constants.LITERAL:
        return chr(argument)
    if operator is _constants.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if operator is _constants.ANY:
        return "a"
    if operator is _constants.IN:
        return _member(argument)
    if operator is _constants.GROUPREF:
        return groups.get(argument, "")
    if operator in REPEATS:
        return _shortest(argument[2], groups, chosen) * min(int(argument[0]), MOST_COPIES)
    if operator is _constants.BRANCH:
        return _shortest(argument[1][chosen % len(argument[1])], groups, chosen)
    if operator is _constants.SUBPATTERN:
        text = _shortest(argument[3], groups, chosen)
        if argument[0] is not None:
            groups[argument[0]] = text
        return text
    if operator is _constants.ATOMIC_GROUP:
        return _shortest(argument, groups, chosen)
    return ""  # anchors and assertions take no room


def _member(items: Any) -> str:
    """Give a character of a class."""
    if items and items[0][0] is _constants.NEGATE:
        return next((each for each in _CANDIDATES if not _holds(items[1:], each)), "")
    for operator, argument in items:
        if operator is _constants.LITERAL:
            return chr(argument)
        if operator is _constants.RANGE:
            return chr(argument[0])
        if operator is _constants.CATEGORY:
            return _BY_CATEGORY.get(str(argument), "")
    return ""


def _holds(items: Any, character: str) -> bool:
    for operator, argument in items:
        if operator is _constants.LITERAL and ord(character) == argument:
            return True
        if operator is _constants.RANGE and argument[0] <= ord(character) <= argument[1]:
            return True
        if operator is _constants.CATEGORY and _in_category(str(argument), character):
            return True
    return False


def _in_category(name: str, character: str) -> bool:
    kind = name.removeprefix("CATEGORY_").removeprefix("NOT_")
    found = {
        "DIGIT": character.isdecimal(),
        "SPACE": character.isspace(),
        "WORD": character.isalnum() or character == "_",
    }.get(kind, False)
    return found != ("NOT_" in name)
