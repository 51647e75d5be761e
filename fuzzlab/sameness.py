"""Whether two results are the same, where `==` alone does not say: NaN, and objects that equal nothing but themselves.

Most classes define no equality, so that a parser which makes its result anew each time would seem to give another one
each time. Such objects are the same when their types are and what they hold is. Where nothing can be seen of what
they hold, they count as the same: a false alarm is worse than a missed bug.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

from fuzzlab.leaves import children

__all__ = ["same"]

_NAMED: Final = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)
"""Defined once each, so identity is their equality."""

_ADDRESS: Final = re.compile(r"\b0x[0-9a-fA-F]+")
"""What the usual `repr` shows of an object: where it lies."""

_PLAIN: Final = (str, int, bool, bytes, type(None))
"""What is either equal or not, and most of what results consist of."""

MOST: Final = 20_000
"""Pairs of objects looked into, a tenth of a second; one may make up what it holds anew each time it is asked."""

_Pairs = Iterator[tuple[object, object] | None]
"""What to compare in the place of two values; None among it where they differ in shape."""


def same(a: object, b: object) -> bool:
    """Compare two results, to any depth."""
    return a is b or _equal(a, b) or _alike(a, b)


def _equal(a: object, b: object) -> bool:
    try:
        return bool(a == b)
    except Exception:  # noqa: BLE001 - a signalling NaN, an array, a recursion too deep, whatever the class does
        return False


def _alike(first: object, second: object) -> bool:
    """Compare pair by pair; on a stack of its own, because results may be nested deeper than Python recurses."""
    stack = [(first, second)]
    met: set[tuple[int, int]] = set()
    kept: list[object] = []  # what is compared stays alive, so that no other object gets its id
    while stack and len(met) < MOST:
        a, b = stack.pop()
        if a is b or (id(a), id(b)) in met:
            continue
        met.add((id(a), id(b)))
        kept += (a, b)
        with contextlib.suppress(Exception):  # of the code under test: a mapping may fail on its own keys
            inside = _inside(a, b)
            if inside is None:
                return False
            stack += inside
    return True


def _inside(a: object, b: object) -> list[tuple[object, object]] | None:
    """Give the pairs of objects on which it depends whether the two are the same, or None where they are not."""
    pairs = _pairs(a, b)
    if pairs is None:
        return [] if _equal(a, b) or _indistinct(a, b) else None
    open_ones: list[tuple[object, object]] = []
    for pair in pairs:
        if pair is None:
            return None
        if type(pair[0]) not in _PLAIN:
            open_ones.append(pair)
        elif pair[0] != pair[1]:
            return None
    return open_ones


def _pairs(a: object, b: object) -> _Pairs | None:
    """Give what to compare in the place of the two, or None where there is nothing inside them."""
    if type(a) is not type(b) or isinstance(a, _NAMED):
        return None
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return _by_key(a, b)
    if isinstance(a, AbstractSet) and isinstance(b, AbstractSet):
        return _by_look(a, b)
    if isinstance(a, (list, tuple, deque)) and isinstance(b, (list, tuple, deque)):
        return iter(zip(a, b, strict=True)) if len(a) == len(b) else iter([None])
    if (inside := children(a)) is not None:
        return _by_step(inside, children(b) or [])
    mine, theirs = _state(a), _state(b)
    return None if mine is None or theirs is None else iter([(mine, theirs)])


def _by_key(a: Mapping[object, object], b: Mapping[object, object]) -> _Pairs:
    if a.keys() != b.keys():
        yield None
        return
    for key in a:
        yield a[key], b[key]


def _by_look(a: AbstractSet[object], b: AbstractSet[object]) -> _Pairs:
    """Compare by their looks the members that only one of the sets has: they have no order to compare them in."""
    mine, theirs = Counter(map(_portrait, a - b)), Counter(map(_portrait, b - a))
    if mine != theirs:
        yield None


def _by_step(mine: list[tuple[str, object]], theirs: list[tuple[str, object]]) -> _Pairs:
    if len(mine) != len(theirs):
        yield None
        return
    for (step, a), (other, b) in zip(mine, theirs, strict=True):
        yield (a, b) if step == other else None


def _state(value: object) -> object:
    """Give what an object holds, as it is copied and pickled (`object.__getstate__`); None where it shows nothing."""
    try:
        return value.__getstate__()
    except Exception:  # noqa: BLE001 - "cannot pickle", or the class's own
        return None


def _look(value: object) -> str:
    """Show a value without its address."""
    try:
        return _ADDRESS.sub("", f"{type(value).__name__} {value!r}")
    except Exception:  # noqa: BLE001 - the code under test wrote it
        return type(value).__name__


def _portrait(value: object) -> str:
    return f"{_look(value)} {_look(_state(value))}"


def _indistinct(a: object, b: object) -> bool:
    """Whether two ends that are not equal are the same for all that can be seen of them.

    Only where equality means nothing: they do not equal even themselves, or their type leaves it at identity.
    """
    if type(a) is not type(b) or isinstance(a, _NAMED):
        return False
    return (type(a).__eq__ is object.__eq__ or not _equal(a, a)) and _look(a) == _look(b)
