"""What one execution did, in a form that two processes with two versions of the code can compare.

A value is taken apart into a tree of plain JSON, for the objects of one process mean nothing in another: `1` and `1.0`
differ in it, and so do a list and a tuple, `Decimal("1.0")` and `Decimal("1.00")`: what is written down or sent on is
another. Two dicts in another order do not, nor two sets.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Literal

__all__ = ["Behaviour", "Kind", "difference", "spelt", "tree"]

Kind = Literal["accepted", "refused", "broke"]
"""What became of an input: a result, a declared error, a violation of the contract."""

Tree = Any
"""JSON: null, integers and texts stand for themselves, all else is `[type, content]`."""

NODES: Final = 20_000
DEPTH: Final = 100
"""Of a value that is looked at. Beyond, values count as equal: a corpus of a million cells must not take an hour."""

TEXT: Final = 500
"""Characters of a text that are kept as they are; a longer one stands as its beginning, its length and its digest."""

LARGEST: Final = 1 << 200
"""Integers up to here stand for themselves; JSON readers stop at 4,300 digits, and a longer one is told by its end."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What became of one input.

    `what` tells two ways of the same kind apart: an error's type, a violation's signature, nothing for a result.
    `where` is the place in the code under test that refused, `message` what it said, `value` the result's tree.
    """

    kind: Kind
    what: str = ""
    where: str = ""
    message: str = ""
    value: Tree = None

    def same_as(self, other: Behaviour) -> bool:
        """Whether a user of the parser sees no difference: an error's message and place may change."""
        return (self.kind, self.what, self.value) == (other.kind, other.what, other.value)

    def to_json(self) -> dict[str, Any]:
        """Give it as a message."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, message: Mapping[str, Any]) -> Behaviour:
        """Read a message, which the code under test may have written.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        kind = message["kind"]
        if kind not in ("accepted", "refused", "broke"):
            raise ValueError(f"no kind of behaviour: {str(kind)[:40]}")
        texts = [message[name] for name in ("what", "where", "message")]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a behaviour's words are no text")
        return cls(kind, message["what"], message["where"], message["message"], message["value"])


def tree(value: object) -> Tree:
    """Take a value apart; never fails, and runs no code of the value's own but `repr` where nothing else is known."""
    return _Surveyor().tree(value, DEPTH)


def difference(before: Tree, after: Tree) -> str:
    """Give the place of the first difference of two trees: `.items[].price: Decimal -> float`; places in lists fold."""
    place, one, other = _first(before, after, "")
    kinds = _kind(one), _kind(other)
    changed = f"{kinds[0]} -> {kinds[1]}" if kinds[0] != kinds[1] else f"another {kinds[0]}"
    return f"{place}: {changed}" if place else changed


def spelt(each: Tree) -> str:
    """Write a tree as a person would write the value: `Order(id=7, price=Decimal("1.0"))`."""
    if not isinstance(each, list):
        return repr(each)
    name, *content = each
    if not (len(content) == 1 and isinstance(content[0], list)):
        text = str(content[0]) if content else ""
        if name == "str":
            return f"{text!r}…"
        # What is told by its repr alone says its type itself: `Decimal('1.0')`, `1.5`.
        return text if text.startswith(f"{name}(") or name in ("float", "bool") else f"{name}({text!r})"
    (parts,) = content
    if name == "dict" and _is_record(parts):
        return "{" + ", ".join(f"{spelt(key)}: {spelt(value)}" for key, value in parts) + "}"
    if _is_record(parts) and all(isinstance(key, str) for key, _ in parts) and name not in ("list", "tuple"):
        return f"{name}({', '.join(f'{key}={spelt(value)}' for key, value in parts)})"
    inside = ", ".join(map(spelt, parts))
    return f"[{inside}]" if name == "list" else f"{name}({inside})"


class _Surveyor:
    """Takes one value apart, within bounds."""

    def __init__(self) -> None:
        self._left = NODES
        self._inside: set[int] = set()

    def tree(self, value: object, depth: int) -> Tree:
        self._left -= 1
        if value is None:
            return None
        if value is True or value is False:
            return ["bool", str(value)]  # itself, it would be equal to a number
        if type(value) is int:
            return value if -LARGEST < value < LARGEST else ["int", hex(value)[:TEXT], value.bit_length()]
        if type(value) is str:
            return _text(value)
        name = type(value).__qualname__
        if depth == 0 or self._left < 0:
            return [name, "…"]
        if id(value) in self._inside:
            return [name, "cycle"]
        self._inside.add(id(value))
        try:
            return [name, self._content(value, depth - 1)]
        except Exception as error:  # noqa: BLE001 - the code under test wrote what is asked here
            return [name, f"<{type(error).__name__}>"]
        finally:
            self._inside.discard(id(value))

    def _content(self, value: object, depth: int) -> Tree:
        if isinstance(value, enum.Enum):
            return value.name
        if isinstance(value, str):
            return _text(str.__str__(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _text(bytes(value).hex())
        if isinstance(value, (bool, int)):
            return hex(value)[:TEXT]
        if isinstance(value, Mapping):
            pairs = [[self.tree(k, depth), self.tree(v, depth)] for k, v in self._bounded(value.items())]
            return sorted(pairs, key=_order)
        if isinstance(value, AbstractSet):
            return sorted((self.tree(each, depth) for each in self._bounded(value)), key=_order)
        if fields := _fields(value):
            return [[each, self.tree(getattr(value, each, None), depth)] for each in self._bounded(fields)]
        if isinstance(value, Sequence):
            return [self.tree(each, depth) for each in self._bounded(value)]
        return _text(_ADDRESS.sub("", repr(value)))

    def _bounded(self, values: Any) -> Iterator[Any]:
        for each in values:
            if self._left < 0:
                return
            yield each


def _fields(value: object) -> list[str]:
    """Name what a record shows of itself, sorted: a field that moved within its class changes nothing."""
    if dataclasses.is_dataclass(value):
        return sorted(field.name for field in dataclasses.fields(value))
    if isinstance(value, tuple):
        return list(getattr(value, "_fields", ()))
    slots = getattr(type(value), "__slots__", ())
    names = {*getattr(value, "__dict__", ()), *((slots,) if isinstance(slots, str) else slots)}
    return sorted(name for name in names if not name.startswith("_"))


def _text(text: str) -> Tree:
    if len(text) <= TEXT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return ["str", text[:TEXT], len(text), digest]


def _order(each: Tree) -> str:
    return json.dumps(each)


def _kind(each: Tree) -> str:
    if isinstance(each, list):
        return str(each[0]) if each else "nothing"
    return "nothing" if each is _ABSENT else type(each).__name__.replace("NoneType", "None")


_ABSENT: Final = object()


def _first(one: Tree, other: Tree, place: str) -> tuple[str, Tree, Tree]:
    """Walk down two trees as long as only one thing differs first."""
    while True:
        if not (_is_branch(one) and _is_branch(other) and one[0] == other[0]):
            return place, one, other
        mine, theirs = one[1], other[1]
        step, one, other = _record_step(mine, theirs) if _is_record(mine, theirs) else _list_step(mine, theirs)
        place += step


def _record_step(mine: list[Any], theirs: list[Any]) -> tuple[str, Tree, Tree]:
    left, right = ({_order(key): (key, each) for key, each in pairs} for pairs in (mine, theirs))
    for key in [*left, *(key for key in right if key not in left)]:
        name, before = left.get(key, (None, _ABSENT))
        other_name, after = right.get(key, (None, _ABSENT))
        if before != after:
            shown = name if name is not None else other_name
            return (f".{shown}" if isinstance(shown, str) else "[]"), before, after
    return "", mine, theirs


def _list_step(mine: list[Any], theirs: list[Any]) -> tuple[str, Tree, Tree]:
    for before, after in zip(mine, theirs, strict=False):
        if before != after:
            return "[]", before, after
    if len(mine) < len(theirs):
        return "[]", _ABSENT, theirs[len(mine)]
    return "[]", mine[len(theirs)] if len(theirs) < len(mine) else _ABSENT, _ABSENT


def _is_branch(each: Tree) -> bool:
    return isinstance(each, list) and len(each) == 2 and isinstance(each[1], list)


def _is_record(*contents: list[Any]) -> bool:
    return all(isinstance(pair, list) and len(pair) == 2 for content in contents for pair in content)
