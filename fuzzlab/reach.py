"""What code a function leads to, as far as its source tells.

An over-approximation on purpose: what a function mentions counts as called, a method counts once its class is mentioned
and its name is, anywhere on the way. It answers "is this parser already behind some target?", where a wrong no costs a
person's time and their trust.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fuzzlab.outline import Function, Module, dotted, mentions

__all__ = ["Index"]

HOPS = 8
"""Re-exports followed from one name; a package that hands a name on more often hands it round in a circle."""


@dataclass(slots=True)
class _Walk:
    """One search: what is reached, the names of attributes mentioned so far, and methods that wait for theirs."""

    reached: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    waiting: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    queue: list[str] = field(default_factory=list)

    def reach(self, place: str) -> None:
        if place not in self.reached:
            self.reached.add(place)
            self.queue.append(place)

    def mention(self, attribute: str) -> None:
        self.attributes.add(attribute)
        for place in self.waiting.pop(attribute, ()):
            self.reach(place)


class Index:
    """Modules by their names, and the ways between what they define."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = dict(modules)
        self._mentioned: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def reached(self, places: Iterable[str]) -> set[str]:
        """Give the places (`module:name`) that these lead to, themselves included."""
        walk = _Walk()
        for place in places:
            walk.reach(place)
        while walk.queue:
            place = walk.queue.pop()
            known, attributes = self._mentions_of(place)
            for attribute in attributes - walk.attributes:
                walk.mention(attribute)
            for other in known:
                walk.reach(other)
            self._enter(place, walk)
        return walk.reached

    def find(self, module: str, name: str) -> str | None:
        """Give the place of what a module calls `name` (dotted for a method), wherever it is defined."""
        home = self.modules.get(module)
        return self._resolve(home, tuple(name.split(".")), HOPS) if home else None

    def loose(self, module: str) -> str:
        """Give the place that stands for the statements of a module which define nothing."""
        return f"{module}:"

    def node(self, place: str) -> ast.AST | None:
        """Give the definition at a place, if it is one."""
        module, _, name = place.partition(":")
        home = self.modules.get(module)
        return home.definitions.get(name) if home else None

    def _enter(self, place: str, walk: _Walk) -> None:
        """Let the methods of a class wait for their names, and a method reach its class."""
        module, _, name = place.partition(":")
        home = self.modules.get(module)
        node = home.definitions.get(name) if home else None
        if home is None or node is None:
            return
        if not isinstance(node, ast.ClassDef):
            owner = name.rpartition(".")[0]
            if owner:
                walk.reach(f"{module}:{owner}")
            return
        for base in node.bases:
            parts = dotted(base)
            if parts and (found := self._resolve(home, parts, HOPS)):
                walk.reach(found)
        for statement in node.body:
            if not isinstance(statement, Function):
                continue
            method = f"{place}.{statement.name}"
            implied = statement.name.startswith("__") or _is_hooked(statement)
            if implied or statement.name in walk.attributes:
                walk.reach(method)
            else:
                walk.waiting[statement.name].add(method)

    def _mentions_of(self, place: str) -> tuple[frozenset[str], frozenset[str]]:
        """Give the places and the attributes that the source at a place mentions."""
        if place not in self._mentioned:
            module, _, name = place.partition(":")
            home = self.modules.get(module)
            known: set[str] = set()
            attributes: set[str] = set()
            for parts in mentions(self._nodes(home, name)) if home else ():
                attributes.update(parts[1:])
                if home and parts[0] and (found := self._resolve(home, parts, HOPS)):
                    known.add(found)
            self._mentioned[place] = frozenset(known), frozenset(attributes)
        return self._mentioned[place]

    @staticmethod
    def _nodes(home: Module, name: str) -> list[ast.AST]:
        if not name:
            return list(home.loose)
        node = home.definitions.get(name)
        if isinstance(node, ast.ClassDef):
            body = [each for each in node.body if not isinstance(each, Function | ast.ClassDef)]
            return [*body, *node.bases, *node.keywords, *node.decorator_list]
        return [node] if node is not None else list(home.values.get(name, ()))

    def _resolve(self, home: Module, parts: tuple[str, ...], hops: int) -> str | None:
        """Give the place of a dotted name in a module: the longest part of it that is defined somewhere."""
        first = parts[0]
        if first in home.definitions or first in home.values:
            name = first
            for part in parts[1:]:
                if f"{name}.{part}" not in home.definitions:
                    break
                name = f"{name}.{part}"
            return f"{home.name}:{name}"
        if not hops:
            return None
        if first in home.imports:
            return self._absolute((*home.imports[first].split("."), *parts[1:]), hops - 1)
        for star in home.stars:
            other = self.modules.get(star)
            if other is not None and (found := self._resolve(other, parts, hops - 1)):
                return found
        return None

    def _absolute(self, parts: tuple[str, ...], hops: int) -> str | None:
        for end in range(len(parts) - 1, 0, -1):
            home = self.modules.get(".".join(parts[:end]))
            if home is not None:
                rest = parts[end:]
                own = ".".join((home.name, rest[0]))
                return None if own in self.modules and len(rest) == 1 else self._resolve(home, rest, hops)
        return None


def _is_hooked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator hands a method on, as pydantic's validators do, so that nobody need mention it."""
    plain = {"staticmethod", "classmethod", "property", "override", "abstractmethod", "overload", "cached_property"}
    names = [dotted(d.func if isinstance(d, ast.Call) else d) for d in function.decorator_list]
    return any(parts and parts[-1] not in plain for parts in names)
