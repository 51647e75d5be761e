"""JSON documents as trees: mutators of what `json.loads` gives (its reductions: pruning.py).

A document is a dict, list, str, int, float, bool or None. No function here changes its argument or copies all of it: a
changed document shares with the old one everything that is not on the path to the change.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import strings, words
from fuzzlab.boundaries import INTEGERS, NUMBER_SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

__all__ = ["AROUND_A_NUMBER", "MUTATORS", "containers", "dropped", "found", "renamed", "replaced", "walk", "with_word"]

STOP: Final = 0.15
"""Chance to stop at a container on the way down: mostly leaves are changed, and at times what holds them."""

TRIES: Final = 4
"""Ways down that a search for one kind of node takes: a node that is rare needs some."""

MOST_GROWTH: Final = 1 << 17
"""Characters by which one mutation grows a document at most: twice the default limit of the format."""

LIST_REPEATS: Final = (2, 3, 10, 50, 100, 256, 1000)
"""Copies of one element: a page, two, and more than anybody tested."""

NESTINGS: Final = (1, 2, 3, 10, 50)
"""Levels around one value; the format's raw mutator nests deeper, where no tree can follow."""

KEYS: Final = (
    "", "id", "value", "data", "items", "type", "error", "__proto__", "constructor", "__class__", "$ref", "@type",
    "a.b", "0", "\x00", "\ufeffid", "\u0456d", "key" * 100,
)  # fmt: skip
"""Keys that some reader treats as more than a name; a Cyrillic letter in one."""

AROUND_A_NUMBER: Final = (
    ("0", ""),
    ("0", ""),
    ("00", ""),
    ("+", ""),
    (" ", ""),
    ("", " "),
    ("", ".0"),
    ("", ",0"),
    ("", "e0"),
)
"""What stands before and after a number in a string; the leading zero twice, for it is the commonest."""

EXTRAS: Final[tuple[Any, ...]] = (None, True, 0, -1, 1.5, "", "x", [], {}, [None], {"a": 1}, "0", "null")

EXACT: Final = 2**53
"""Below it an integer and a double are the same number, and a step of one is one."""

FLOATS: Final = (0.1, 0.5, 1.5, 1e-7, -0.0, 1e22, 1e300, 1.7976931348623157e308, 5e-324, 0.1 + 0.2)

Path = list[Any]
_CONTAINERS: Final = (dict, list)
_NUMBERS: Final = (int, float)


def walk(document: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the node of every place, the nearest to the root first."""
    level: list[tuple[Path, Any]] = [([], document)]
    while level:
        below: list[tuple[Path, Any]] = []
        for path, node in level:
            yield path, node
            if isinstance(node, dict):
                below += [([*path, key], child) for key, child in node.items()]
            elif isinstance(node, list):
                below += [([*path, at], child) for at, child in enumerate(node)]
        level = below


def replaced(document: Any, path: Sequence[Any], value: Any) -> Any:
    """Give `document` with `value` at `path`."""
    chain = []
    node = document
    for step in path:
        chain.append(node)
        node = node[step]
    for container, step in zip(reversed(chain), reversed(path), strict=True):
        changed = container.copy()
        changed[step] = value
        value = changed
    return value


def dropped(document: Any, path: Sequence[Any]) -> Any:
    """Give `document` without the key or element at `path`, which is not the root."""
    node = document
    for step in path[:-1]:
        node = node[step]
    changed = node.copy()
    del changed[path[-1]]
    return replaced(document, path[:-1], changed)


def _descend(rng: Random, document: Any) -> tuple[Path, list[Any]]:
    """Go down at random; give the path and the nodes on it, the root first."""
    path: Path = []
    nodes = [document]
    node = document
    while type(node) in _CONTAINERS and node and (not path or rng.random() > STOP):
        step = rng.choice(list(node)) if type(node) is dict else rng.randrange(len(node))
        path.append(step)
        node = node[step]
        nodes.append(node)
    return path, nodes


def found(rng: Random, document: Any, types: Sequence[type]) -> tuple[Path, Any] | None:
    """Give the path and the node of some place that holds one of `types`, or None where a few tries met none."""
    for _ in range(TRIES):
        path, nodes = _descend(rng, document)
        places = [at for at, node in enumerate(nodes) if type(node) in types]
        if places:
            at = rng.choice(places)
            return path[:at], nodes[at]
    return None


def containers(rng: Random, document: Any) -> tuple[Path, Any] | None:
    """Give the path and the node of some container that is not empty."""
    place = found(rng, document, _CONTAINERS)
    return place if place is not None and place[1] else None


def _any(rng: Random, document: Any) -> tuple[Path, Any]:
    path, nodes = _descend(rng, document)
    return path, nodes[-1]


def _number_of(text: str) -> Any:
    try:
        number = int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return len(text)
    return number if abs(number) < math.inf else 0  # NaN and infinity are no JSON


def flip_type(rng: Random, document: Any) -> Any:
    """Give one value another type: string, number, boolean, null, [x], {"value": x}, or what is inside of one."""
    path, node = _any(rng, document)
    kind = type(node)
    ways: list[Any] = [[node], {"value": node}, None, bool(node)]
    if kind is str:
        ways += [_number_of(node), list(node[:8])]
    elif kind in _NUMBERS:
        ways += [str(node), str(node), *((float(node), int(node)) if abs(node) < EXACT else ())]
    elif kind is bool:
        ways += [str(node), str(node).lower(), int(node), str(int(node))]
    elif kind is list:
        ways += [
            *node[:1],
            {str(at): child for at, child in enumerate(node)},
            "",
            ",".join(str(child) for child in node[:8] if type(child) not in _CONTAINERS),
        ]
    elif kind is dict:
        ways += [list(node.values()), list(node), [[key, child] for key, child in node.items()], ""]
    else:
        ways += ["null", "", 0, [], {}]
    return replaced(document, path, rng.choice(ways))


def number_to_string(rng: Random, document: Any) -> Any | None:
    """Write a number, or a number in a string, as a string with a leading zero, a sign, a blank, a decimal comma."""
    place = found(rng, document, (int, float, str))
    if place is None:
        return None
    path, node = place
    if type(node) is str and not node[:1].isdecimal():
        return None
    number = str(node)
    spelled = rng.choice(
        (
            "0" + number,
            "00" + number,
            "+" + number,
            " " + number,
            number + " ",
            number + ".0",
            number.replace(".", ","),
            number + "e0",
        )
    )
    return replaced(document, path, spelled if rng.random() < 0.875 else rng.choice(NUMBER_SPELLINGS))


def boundary_number(rng: Random, document: Any) -> Any | None:
    """Put a boundary in the place of a number, or step over the number by one."""
    place = found(rng, document, _NUMBERS)
    if place is None:
        return None
    path, node = place
    what = rng.randrange(4)
    if what == 0 and abs(node) < EXACT:
        return replaced(document, path, rng.choice((node + 1, node - 1, -node)))
    if what == 1:
        return replaced(document, path, rng.choice(FLOATS))
    return replaced(document, path, rng.choice(INTEGERS))


def null_value(rng: Random, document: Any) -> Any:
    """Put null in the place of a value."""
    return replaced(document, _any(rng, document)[0], None)


def drop_child(rng: Random, document: Any) -> Any | None:
    """Leave out a key or an element."""
    path, _ = _any(rng, document)
    return dropped(document, path) if path else None


def renamed(rng: Random, key: str) -> str:
    """Write a key as other people write it: case, plural, prefix, camel or snake."""
    head, _, tail = key.rpartition("_")
    snake = "".join("_" + letter.lower() if letter.isupper() else letter for letter in key)
    return rng.choice(
        (
            key.upper(), key.title(), key.swapcase(), key + "s", key.removesuffix("s"), "_" + key, "x_" + key,
            key + "_id", " " + key, key + " ", key.replace("_", "-"), key.replace("_", ""), head + tail.title(), tail,
            snake, key + "\x00", key[:-1], rng.choice(KEYS),
        )
    )  # fmt: skip


def rename_key(rng: Random, document: Any) -> Any | None:
    """Write a key as other people write it: case, plural, prefix, camel or snake."""
    place = found(rng, document, (dict,))
    if place is None or not place[1]:
        return None
    path, node = place
    old = rng.choice(list(node))
    new = renamed(rng, old)
    return replaced(document, path, {new if key == old else key: child for key, child in node.items()})


def unknown_key(rng: Random, document: Any) -> Any | None:
    """Add a key that nobody asked for, first or last."""
    place = found(rng, document, (dict,))
    if place is None:
        return None
    path, node = place
    extra = {rng.choice(KEYS): rng.choice(EXTRAS)}
    return replaced(document, path, {**extra, **node} if rng.random() < 0.5 else {**node, **extra})


def duplicate_element(rng: Random, document: Any) -> Any | None:
    """Say an element of a list twice, or many times if it is not too long for that."""
    place = found(rng, document, (list,))
    if place is None or not place[1]:
        return None
    path, node = place
    at = rng.randrange(len(node))
    times = 1 if rng.random() < 0.5 else min(rng.choice(LIST_REPEATS), MOST_GROWTH // _size(node[at]))
    return replaced(document, path, node[:at] + [node[at]] * times + node[at:])


def _size(node: Any) -> int:
    try:
        return len(json.dumps(node))
    except RecursionError:  # what nests so deep is not worth to be repeated
        return MOST_GROWTH


def reorder(rng: Random, document: Any) -> Any | None:
    """Write the elements of a list, or the keys of an object, in another order."""
    place = containers(rng, document)
    if place is None:
        return None
    path, node = place
    order = list(node.items()) if type(node) is dict else node.copy()
    rng.shuffle(order)
    return replaced(document, path, dict(order) if type(node) is dict else order)


def splice(rng: Random, document: Any) -> Any | None:
    """Put a copy of one subtree in the place of another."""
    source = _any(rng, document)[1]
    path, node = _any(rng, document)
    return None if source is node else replaced(document, path, source)


def swap_values(rng: Random, document: Any) -> Any | None:
    """Let two values of one object or list change places."""
    place = containers(rng, document)
    if place is None or len(place[1]) < 2:
        return None
    path, node = place
    one, other = rng.sample(list(node) if type(node) is dict else range(len(node)), 2)
    changed = node.copy()
    changed[one], changed[other] = node[other], node[one]
    return replaced(document, path, changed)


def empty(rng: Random, document: Any) -> Any | None:
    """Empty a list, an object or a string."""
    place = found(rng, document, (dict, list, str))
    return None if place is None or not place[1] else replaced(document, place[0], type(place[1])())


def nest(rng: Random, document: Any) -> Any:
    """Put a value some levels deeper, as an envelope does."""
    path, node = _any(rng, document)
    key = None if rng.random() < 0.5 else rng.choice(KEYS)
    for _ in range(rng.choice(NESTINGS)):
        node = [node] if key is None else {key: node}
    return replaced(document, path, node)


def append(rng: Random, document: Any) -> Any | None:
    """Add to a list an element of another type."""
    place = found(rng, document, (list,))
    return None if place is None else replaced(document, place[0], [*place[1], rng.choice(EXTRAS)])


def with_word(rng: Random, document: Any, word: str, other: str) -> Any | None:
    """Put a word into a string, in the place of a leaf or of a key, or add a property of that name.

    The `other` word is at times such a property's value.
    """
    what = rng.randrange(8)
    if what < 2:
        place = found(rng, document, (dict,))
        if place is None:
            return None
        path, node = place
        if what == 0 or not node:
            return replaced(document, path, {**node, word: other if rng.random() < 0.5 else rng.choice(EXTRAS)})
        old = rng.choice(list(node))
        return replaced(document, path, {word if key == old else key: child for key, child in node.items()})
    place = found(rng, document, (str, int, float, bool, type(None)))
    if place is None:
        return None
    path, leaf = place
    if type(leaf) is str and what < 6:
        return replaced(document, path, words.placed(rng, leaf, word))
    as_number = _number_of(word) if word[-1:].isdecimal() and (type(leaf) in _NUMBERS or rng.random() < 0.5) else word
    return replaced(document, path, as_number)


def change_string(rng: Random, value: Any) -> Any | None:
    """Change a string of the document as text."""
    place = found(rng, value, (str,))
    return None if place is None else replaced(value, place[0], strings.mutated(rng, place[1]))


def special_string(rng: Random, value: Any) -> Any | None:
    """Put a run of one special character in the place of a leaf."""
    place = found(rng, value, (str, int, float, bool, type(None)))
    return None if place is None else replaced(value, place[0], strings.special_run(rng))


def change_key(rng: Random, value: Any) -> Any | None:
    """Change a key as text."""
    place = found(rng, value, (dict,))
    if place is None or not place[1]:
        return None
    path, node = place
    old = rng.choice(list(node))
    new = strings.mutated(rng, old)
    return replaced(value, path, {new if key == old else key: child for key, child in node.items()})


MUTATORS: Final[tuple[Callable[[Random, Any], Any], ...]] = (
    flip_type,
    flip_type,
    number_to_string,
    boundary_number,
    null_value,
    drop_child,
    drop_child,
    rename_key,
    unknown_key,
    duplicate_element,
    reorder,
    splice,
    swap_values,
    empty,
    nest,
    append,
    change_string,
    change_string,
    change_string,
    special_string,
    change_key,
)
"""Chosen from evenly; None means "does not apply here", so a document never becomes null as a whole by accident."""
