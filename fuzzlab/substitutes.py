"""One node of an ordinary document exchanged for each value that may stand there: what exchanges.py is for text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from fuzzlab import trees

__all__ = ["MOST", "substitutes"]

PLACES: Final = 96
"""Nodes of one document, the nearest to the root first: a list says the same thing often."""

MOST: Final = 12_000
"""Documents of one campaign, as exchanges.MOST."""

WORDS: Final = 128
"""Words of the code that stand in for a string or a key, the most telling first."""

VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1.5, "", "x", "0", [], {}, [None], {"a": 1}, " ", "\x00", "\ud800", "é", "A", "=", "%",
    "\n", 2**31, 2**63, -(2**63) - 1, 10**30, 1e308, -0.0, math.inf, -math.inf, math.nan, "NaN", "1e400", "9" * 400,
)  # fmt: skip
"""A few of each type, and of what arithmetic, an encoding or a decoder of strings does not hold for."""


DIGITS: Final = 400
"""Of an integer in a string, at the most: beyond 4,300 Python refuses."""


def substitutes(documents: Sequence[Any], words: Sequence[str]) -> Iterator[Any]:
    """Yield documents with one node left out or exchanged, what is soonest done first.

    Args:
        documents: ordinary ones.
        words: of the code under test: members of an enumeration, kinds, names.
    """
    yield from islice(_all(documents, words[:WORDS]), MOST)


def _all(documents: Sequence[Any], words: Sequence[str]) -> Iterator[Any]:
    places = [(document, path, node) for document in documents for path, node in islice(trees.walk(document), PLACES)]
    yield from (trees.dropped(document, path) for document, path, _ in places if path)
    for document, path, node in places:
        yield from (trees.replaced(document, path, other) for other in _otherwise(node))
    for value in VALUES:
        others = (place for place in places if type(place[2]) is not type(value) or place[2] != value)
        yield from (trees.replaced(document, path, value) for document, path, _ in others)
    strings = [(document, path) for document, path, node in places if type(node) is str]
    objects = [(document, path, node) for document, path, node in places if type(node) is dict]
    for word in words:
        yield from (trees.replaced(document, path, word) for document, path in strings)
        for document, path, node in objects:
            yield from (trees.replaced(document, path, renamed) for renamed in _renamed(node, word))


def _otherwise(node: Any) -> Iterator[Any]:
    """Yield the same value in another type, around it, or a little more or less of it."""
    yield [node]
    yield {"value": node}
    if type(node) in (int, float, bool):
        yield str(node)
    if type(node) is int:
        yield from (node + 1, node - 1, -node)
    if type(node) is str:
        yield from (node[:-1], node + node[-1:], node + "=", node + "\x00", node.swapcase(), node * 2)
        if node.isascii() and node.isdecimal() and len(node) < DIGITS:
            yield int(node)
    if type(node) is list:
        yield node * 2
        yield {str(at): child for at, child in enumerate(node)}
    if type(node) is dict:
        yield list(node.values())


def _renamed(node: dict[str, Any], word: str) -> Iterator[dict[str, Any]]:
    """Yield an object with one key, or one key more, of that name."""
    for old in node:
        yield {word if key == old else key: child for key, child in node.items()}
    yield {**node, word: next(iter(node.values()), None)}
