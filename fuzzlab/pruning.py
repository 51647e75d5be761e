"""JSON documents made smaller, step by step, by a search that is told which of its steps were taken.

Each function here is a generator that yields changed documents. Sent True, it goes on from the document that it has
just yielded; anything else, from the one before. So a document of a thousand places takes a few thousand attempts,
where to begin anew after each success would take the square of it (hierarchical delta debugging; Misherghi, Su 2006).

No function changes its argument: a smaller document shares with the larger one what is not on the path to the change.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from fuzzlab.trees import replaced, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    Simpler = Callable[[str], Iterator[str]]
    Search = Generator[Any, bool | None, Any]

__all__ = ["pruned"]

_CONTAINERS: Final = (dict, list)
_NUMBERS: Final = (int, float)

FEW: Final = 8
"""Elements of a list whose keys are each tried by themselves; what is left of a hundred is there because it must be."""


def pruned(document: Any, text: Simpler) -> Search:
    """Yield documents a little simpler than `document`, the boldest first; `text` does the same for a string.

    Levels, halves of containers, keys and elements go; children take the place of their parent; then values become
    simpler: those that are alike together, for a parser may compare them, then each.
    """
    document = yield from _shallower(document)
    document = yield from _emptied(document)
    document = yield from _hoisted(document)
    document = yield from _alike(document, text)
    document = yield from _plainer(document, text)
    return (yield from _shorter_keys(document, text))


def _shallower(document: Any) -> Search:
    """Yield what stands at half the depth of the first children, at a quarter, and so on: deep nests end quickly."""
    again = True
    while again:
        again, chain, node = False, [], document
        while type(node) in _CONTAINERS and node:
            node = next(iter(node.values())) if type(node) is dict else node[0]
            chain.append(node)
        step = len(chain)
        while step > 1 and not again:
            step //= 2
            if (yield chain[step - 1]):
                document, again = chain[step - 1], True
    return document


def _emptied(document: Any) -> Search:
    """Yield without all, one half, one quarter, ..., one of the children of each container, the root's first."""
    places: deque[list[Any]] = deque([[]])
    while places:
        path = places.popleft()
        node = _at(document, path)
        if type(node) not in _CONTAINERS or not node:
            continue
        kind = type(node)
        if (yield (smaller := replaced(document, path, kind()))):
            document = smaller
            continue
        children = list(node.items()) if kind is dict else node
        step = len(children) // 2
        while step:
            start = 0
            while start < len(children):
                kept = children[:start] + children[start + step :]
                if kept and (yield (smaller := replaced(document, path, kind(kept)))):
                    document, children = smaller, kept
                else:
                    start += step
            step //= 2
        names = [key for key, _ in children] if kind is dict else range(len(children))
        places += [[*path, name] for name in names]
    return document


def _hoisted(document: Any) -> Search:
    """Yield with a child in the place of its parent."""
    places: deque[list[Any]] = deque([[]])
    while places:
        path = places.popleft()
        node = _at(document, path)
        if type(node) not in _CONTAINERS:
            continue
        for child in node.values() if type(node) is dict else node:
            if (yield (smaller := replaced(document, path, child))):
                document = smaller
                places.appendleft(path)
                break
        else:
            places += [[*path, name] for name in (node if type(node) is dict else range(len(node)))]
    return document


def _alike(document: Any, text: Simpler) -> Search:
    """Yield with a simpler value wherever one value stands that stands in several places."""
    groups: dict[tuple[type, Any], list[Sequence[Any]]] = defaultdict(list)
    for path, node in walk(document):
        if type(node) not in _CONTAINERS:
            groups[type(node), node].append(path)
    for (_, value), paths in groups.items():
        if len(paths) > 1:
            document, _ = yield from _simplified(document, paths, value, text)
    return document


def _plainer(document: Any, text: Simpler) -> Search:
    """Yield with one simpler value.

    What one element's value came to is tried at the same place of all other elements, and then of each: a list has a
    hundred elements of one kind, of which one is to blame.
    """
    leaves = [(path, node) for path, node in walk(document) if type(node) not in _CONTAINERS]
    kinds: dict[tuple[Any, ...], list[Sequence[Any]]] = defaultdict(list)
    for path, node in leaves:
        kinds[_kind(path, node)].append(path)
    plain: dict[tuple[Any, ...], Any] = {}
    for path, first in leaves:
        kind, node = _kind(path, first), _at(document, path)
        if kind in plain and _is_simpler(plain[kind], node) and (yield (one := replaced(document, path, plain[kind]))):
            document = one
            continue
        document, value = yield from _simplified(document, [path], node, text)
        if kind not in plain:
            plain[kind] = value
            others = [other for other in kinds[kind] if _is_simpler(value, _at(document, other))]
            if len(others) > 1 and (yield (all_of_them := _with_all(document, others, value))):
                document = all_of_them
    return document


def _kind(path: Sequence[Any], node: Any) -> tuple[Any, ...]:
    """Give the leaf's type and its place, the same one for all elements of a list."""
    return type(node), *(None if type(step) is int else step for step in path)


def _is_simpler(value: Any, node: Any) -> bool:
    if type(value) is str and type(node) is str:
        return (len(value), value) < (len(node), node)
    return type(node) in _NUMBERS and type(value) in _NUMBERS and abs(value) < abs(node)


def _simplified(document: Any, paths: Sequence[Sequence[Any]], value: Any, text: Simpler) -> Search:
    """Yield with `value`, which stands at all of `paths`, made simpler; give the document and the value."""
    again = True
    while again:
        again = False
        for simpler in _simpler_leaf(value, text):
            if (yield (smaller := _with_all(document, paths, simpler))):
                document, value, again = smaller, simpler, True
                break
    return document, value


def _shorter_keys(document: Any, text: Simpler) -> Search:
    """Yield with one key shorter, in all elements of a list that have it; where there are few, each by itself."""
    kinds: dict[tuple[Any, ...], list[Sequence[Any]]] = defaultdict(list)
    for path, node in walk(document):
        if type(node) is dict:
            for key in node:
                kinds[_kind([*path, key], node)].append([*path, key])
    # What lies below a key comes first, as long as the path to it is what it was.
    groups = [[path] for paths in kinds.values() for path in paths if len(paths) <= FEW]
    groups += [paths for paths in kinds.values() if len(paths) > FEW]
    for paths in sorted(groups, key=lambda paths: len(paths[0]), reverse=True):
        again, key = True, paths[0][-1]
        while again:
            again = False
            for short in text(key):
                renamed = document
                for place in paths:
                    renamed = _renamed(renamed, place[:-1], key, short)
                if renamed is not document and (yield renamed):
                    document, key, again = renamed, short, True
                    break
    return document


def _renamed(document: Any, path: Sequence[Any], key: str, short: str) -> Any:
    """Give `document` with another key in the dict at `path`, in its place; as it is where that key is taken."""
    node = _at(document, path)
    if short in node:
        return document
    return replaced(document, path, {short if each == key else each: child for each, child in node.items()})


def _with_all(document: Any, paths: Sequence[Sequence[Any]], value: Any) -> Any:
    for path in paths:
        document = replaced(document, path, value)
    return document


def _at(document: Any, path: Sequence[Any]) -> Any:
    for step in path:
        document = document[step]
    return document


def _simpler_leaf(node: Any, text: Simpler) -> Iterator[Any]:
    kind = type(node)
    if kind is str:
        yield from text(node)
    elif kind is bool:
        yield 0
    elif kind in _NUMBERS and node != 0:
        if node != 1 or kind is float:
            yield from (0, 1)
        else:
            yield 0
        if kind is float and abs(node) < math.inf:
            yield int(node)
        elif kind is int:
            yield from (node // 10, node - 1) if node > 0 else (-node, node // 10 + 1)
