"""What a compiled schema consists of: nodes that make values from a source of chance, without anything in between.

Hypothesis spends 10 to 50 µs on each draw; a document has hundreds. A node takes its chance from `random.Random`, and
Hypothesis draws only the number that seeds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

__all__ = ["IMPOSSIBLE", "Array", "Node", "Object", "Source", "Stuck", "anything", "choice", "nothing"]

IMPOSSIBLE: Final = float("inf")
"""The floor of a node that no finite value fits."""

DEEPEST: Final = 6
"""Levels of objects and arrays after which a document comes to its end as soon as it can."""

ROOMS: Final = (0, 30, 60, 60, 120, 120, 120, 400)
"""Containers and elements of one document, picked at random: when they are spent it comes to its end, too. None at all
gives the least documents that are valid."""

SHARE_OF_OPTIONAL: Final = (0.2, 0.6, 0.6, 0.95)
"""Chance of a property that may be left out, picked once for each object."""

USUAL_LENGTH: Final = 4
MOST_ELEMENTS: Final = 64
"""Elements of an array: mostly up to this many beyond the least, and at the most where it is to be full."""

SHARE_FULL: Final = 1 / 24
"""Share of arrays that are as long as they may be."""

TRIES: Final = 30
"""Values made before a rule that is only checked is given up."""

NAMES: Final = ("id", "type", "data", "items", "name", "value", "amount", "a", "b", "x-1", "", "0", "\u00e9")


class Stuck(Exception):
    """No value could be made: by chance, or because there is none."""


class Source:
    """Where one document takes its chance from, and what is left of its size.

    `draw` draws from a Hypothesis strategy, for the parts that are not compiled; without it they are stuck.
    """

    __slots__ = ("depth", "draw", "random", "rng", "room")

    def __init__(self, rng: Random, draw: Callable[[Any], Any] | None = None) -> None:
        self.rng = rng
        self.random = rng.random
        self.draw = draw
        self.depth = 0
        self.room = ROOMS[int(rng.random() * len(ROOMS))]

    @property
    def is_tight(self) -> bool:
        """Whether the document has to come to its end."""
        return self.room <= 0 or self.depth > DEEPEST


class Node:
    """A place of a schema: `make` gives a value for it.

    `floor` is the least number of levels of such a value; `floors` computes it from those of other nodes. `schema` is
    the place's own, `flat` the same with references and `allOf` written out at its top.
    """

    __slots__ = ("branches", "checked", "container", "flat", "floor", "floors", "make", "schema", "strategy")

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.flat: Any = schema
        self.make: Callable[[Source], Any] = nothing
        self.floor = IMPOSSIBLE
        self.floors: Callable[[], float] = lambda: IMPOSSIBLE
        self.branches: tuple[Node, ...] = ()
        self.container: Object | Array | None = None
        self.checked = False
        self.strategy: Any = None

    def becomes(self, make: Callable[[Source], Any], floors: Callable[[], float] = lambda: 0) -> None:
        """Say how this place's values are made."""
        self.make, self.floors = make, floors


def nothing(_: Source) -> Any:
    """Make no value: there is none."""
    raise Stuck("nothing fits this schema")


def choice(nodes: Sequence[Node]) -> tuple[Callable[[Source], Any], Callable[[], float]]:
    """Give what makes a value of one of `nodes`, and its floor."""
    total = len(nodes)

    def make(source: Source) -> Any:
        node = nodes[int(source.random() * total)]
        if node.floor == IMPOSSIBLE or source.is_tight:
            least = min(each.floor for each in nodes)
            fit = [each for each in nodes if each.floor == least or (each.floor < IMPOSSIBLE and not source.is_tight)]
            node = fit[int(source.random() * len(fit))]
        return node.make(source)

    return make, lambda: min(node.floor for node in nodes)


class Object:
    """Objects of named members, further ones, and their numbers."""

    def __init__(
        self,
        members: dict[str, Node],
        required: Sequence[str],
        *,
        sizes: tuple[int, int | None] = (0, None),
        further: Sequence[tuple[Callable[[Random], str], Node]] = (),
        dependent: dict[str, Sequence[str]] | None = None,
    ) -> None:
        """Take the members in their order.

        Args:
            members: by name; those of `required` always stand there.
            required: their names.
            sizes: least and greatest number of members.
            further: makers of names that are not in `members`, with what such a member holds.
            dependent: which names a name brings with it.
        """
        self.members = members
        self.required = frozenset(required)
        self.sizes = sizes
        self.further = further
        self.dependent = dependent or {}
        self._plain = not further and not self.dependent and sizes[0] <= len(self.required) and sizes[1] is None
        self._listed = [(name, node, name in self.required) for name, node in members.items()]

    def floors(self) -> float:
        """Give the least number of levels of such an object."""
        return 1 + max((self.members[name].floor for name in self.required), default=0)

    def make(self, source: Source) -> dict[str, Any]:
        """Make one."""
        source.depth += 1
        source.room -= 1
        tight = source.room <= 0 or source.depth > DEEPEST
        random = source.random
        share = 0.0 if tight else SHARE_OF_OPTIONAL[int(random() * len(SHARE_OF_OPTIONAL))]
        if self._plain:
            made = {
                name: node.make(source)
                for name, node, needed in self._listed
                if needed or (random() < share and node.floor < IMPOSSIBLE)
            }
        else:
            made = self._counted(source, share)
        source.depth -= 1
        return made

    def _counted(self, source: Source, share: float) -> dict[str, Any]:
        least, most = self.sizes
        names = {name for name, node, needed in self._listed if needed or self._wanted(source, node, share)}
        possible = [name for name, node, needed in self._listed if not needed and node.floor < IMPOSSIBLE]
        while len(names) < least and (left := [name for name in possible if name not in names]):
            names.add(left[int(source.random() * len(left))])
        self._complete(names)
        if most is not None:
            for name in possible:
                if len(names) > most and not any(name in brought for brought in self.dependent.values()):
                    names.discard(name)
        made = {name: node.make(source) for name, node, _ in self._listed if name in names}
        room = 0 if source.is_tight else int(source.random() * 3)
        wanted = max(least, len(made) + room if most is None else min(len(made) + room, most))
        for _ in range(TRIES * (least + 1) if self.further else 0):
            if len(made) >= wanted:
                break
            naming, node = self.further[int(source.random() * len(self.further))]
            key = naming(source.rng)
            if key not in self.members and key not in made and node.floor < IMPOSSIBLE:
                made[key] = node.make(source)
        if len(made) < least or (most is not None and len(made) > most):
            raise Stuck("the number of members")
        return made

    def _wanted(self, source: Source, node: Node, share: float) -> bool:
        return source.random() < share and node.floor < IMPOSSIBLE

    def _complete(self, names: set[str]) -> None:
        """Add what the names bring with them."""
        stack = list(names)
        while stack:
            for brought in self.dependent.get(stack.pop(), ()):
                if brought not in names:
                    names.add(brought)
                    stack.append(brought)


class Array:
    """Arrays of a few elements of their own, then of equal ones."""

    def __init__(
        self,
        first: Sequence[Node],
        item: Node,
        *,
        sizes: tuple[int, int | None] = (0, None),
        unique: bool = False,
        some: Node | None = None,
    ) -> None:
        """Take what elements hold.

        Args:
            first: of the first elements, one each.
            item: of all others.
            sizes: least and greatest number of elements.
            unique: whether no two may be equal.
            some: what one element at least must hold, too.
        """
        self.first, self.item, self.unique, self.some = first, item, unique, some
        self.sizes = sizes

    def floors(self) -> float:
        """Give the least number of levels of such an array."""
        least = self.sizes[0]
        needed = [node.floor for node in self.first[:least]]
        if least > len(self.first):
            needed.append(self.item.floor)
        if self.some is not None:
            needed.append(self.some.floor)
        return 1 + max(needed, default=0)

    def make(self, source: Source) -> list[Any]:
        """Make one."""
        source.depth += 1
        length = self._length(source)
        source.room -= length
        made: list[Any] = []
        for at in range(length):
            node = self.first[at] if at < len(self.first) else self.item
            if at == 0 and self.some is not None and not self.first:
                node = self.some
            value = node.make(source)
            if self.unique and value in made:
                others = (node.make(source) for _ in range(TRIES))
                value = next((other for other in others if other not in made), made)
                if value is made:
                    break
            made.append(value)
        if len(made) < self.sizes[0]:
            raise Stuck("no further element that is unique")
        source.depth -= 1
        return made

    def _length(self, source: Source) -> int:
        least, most = self.sizes
        if self.some is not None:
            least = max(least, 1)
        bound = len(self.first) + (0 if self.item.floor == IMPOSSIBLE else MOST_ELEMENTS + least)
        bound = bound if most is None else min(bound, most)
        possible = next((at for at, node in enumerate(self.first) if node.floor == IMPOSSIBLE), bound)
        bound = min(bound, possible)
        if bound < least:
            raise Stuck("the number of elements")
        if source.is_tight:
            return least
        if source.random() < SHARE_FULL:
            return min(bound, max(least, source.room))
        usual = max(least, len(self.first)) + USUAL_LENGTH
        return least + int(source.random() * (min(bound, usual) - least + 1))


def anything(source: Source) -> Any:
    """Make a small value of any type."""
    kind = int(source.random() * 8)
    if kind < 4 or source.is_tight:
        simple = (None, True, False, 0, 1, -1, 1.5, "", "a", "null")
        return simple[int(source.random() * len(simple))]
    source.depth += 1
    source.room -= 1
    made: Any
    if kind < 6:
        made = [anything(source) for _ in range(int(source.random() * 3))]
    else:
        made = {NAMES[int(source.random() * len(NAMES))]: anything(source) for _ in range(int(source.random() * 3))}
    source.depth -= 1
    return made
