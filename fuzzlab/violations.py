"""Documents that break exactly one rule of a schema, and the name of the rule.

A valid document, made or recorded, is walked down beside its schema; at some place one value is exchanged for one that
breaks one assertion there. jsonschema confirms it: one error, of that rule, at that place, or what follows from it in
an `anyOf` around the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import scalars, strings, trees
from fuzzlab.blueprint import UNJUDGED, Blueprint
from fuzzlab.lazy import LazyModule
from fuzzlab.merging import Flat, names_of_types
from fuzzlab.nodes import Array, Node, Object

if TYPE_CHECKING:
    from jsonschema import validators
else:
    validators = LazyModule("jsonschema.validators")

__all__ = ["RULES", "Violation", "violated"]

STAY: Final = 0.35
"""Chance to break a rule of a container rather than one further down."""

TRIES: Final = 6
"""Places, or values of one place, tried before a document is left as it is."""

LONGEST: Final = 100_000
"""Characters, elements or members beyond which no maximum is exceeded: the document would be larger than any limit."""

OTHER_TYPES: Final[tuple[Any, ...]] = (None, True, 0, 1.5, "", "x", [], {})

UNKNOWN_NAME: Final = "unexpected"


@dataclass(frozen=True, slots=True)
class Violation:
    """A document that breaks one rule: `rule` is its keyword, `path` leads to what breaks it."""

    document: Any
    path: tuple[Any, ...]
    rule: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the document'}: {self.rule}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of the document with its node, and the outermost node around it that may still accept it."""

    path: tuple[Any, ...]
    value: Any
    node: Node
    around: tuple[tuple[Any, ...], Node] | None


def violated(plan: Blueprint, rng: Random, document: Any) -> Violation | None:
    """Break one rule of a valid document.

    Returns:
        None where a few tries met no rule that can be broken alone.
    """
    for _ in range(TRIES):
        place = _some_place(plan, rng, document)
        if place is None or not isinstance(place.node.flat, dict):
            continue
        flat = place.node.flat
        rules = [rule for rule in RULES if rule in flat and _APPLIES[rule](place.value)]
        if not rules:
            continue
        rule = rules[int(rng.random() * len(rules))]
        for value in _some(rng, RULES[rule](rng, flat, place.value)):
            if _breaks_only(flat, rule, value):
                changed = trees.replaced(document, place.path, value)
                if _is_alone(plan, place, changed):
                    return Violation(changed, place.path, rule)
    return None


def _some(rng: Random, values: Iterator[Any]) -> list[Any]:
    listed = list(values)
    rng.shuffle(listed)
    return listed[:TRIES]


def _some_place(plan: Blueprint, rng: Random, document: Any) -> _Place | None:
    """Go down the document at random."""
    path: tuple[Any, ...] = ()
    node, value = plan.root, document
    around: tuple[tuple[Any, ...], Node] | None = None
    while True:
        while node.branches:
            around = around or (path, node)
            fitting = next((each for each in node.branches if plan.is_valid(each.schema, value)), None)
            if fitting is None:
                return None
            node = fitting
        if node.checked or (isinstance(node.flat, dict) and "contains" in node.flat):
            around = around or (path, node)
        below = _below(node, value)
        if not below or rng.random() < STAY:
            return _Place(path, value, node, around)
        step = below[int(rng.random() * len(below))]
        shape = node.container
        if isinstance(shape, Object):
            node = shape.members[step]
        elif isinstance(shape, Array):
            node = shape.first[step] if step < len(shape.first) else shape.item
        path, value = (*path, step), value[step]


def _below(node: Node, value: Any) -> Sequence[Any]:
    """Give the steps to the children of which the schema speaks."""
    if isinstance(node.container, Object) and isinstance(value, dict):
        return [name for name in value if name in node.container.members]
    if isinstance(node.container, Array) and isinstance(value, list):
        return range(len(value))
    return ()


def _breaks_only(flat: Flat, rule: str, value: Any) -> bool:
    """Whether `value` itself breaks this rule and no other; its children are not looked at."""
    try:
        errors = list(validators.Draft202012Validator(_shallow(flat)).iter_errors(value))
    except (re.error, *UNJUDGED):
        return False
    return len(errors) == 1 and errors[0].validator == rule


def _shallow(flat: Flat) -> Flat:
    """Give what a schema says of a value itself."""
    made = {key: value for key, value in flat.items() if key in _OF_ITSELF}
    if flat.get("additionalProperties") is False:
        made["additionalProperties"] = False
        made["properties"] = dict.fromkeys(flat.get("properties", ()), True)
        made["patternProperties"] = dict.fromkeys(flat.get("patternProperties", ()), True)
    if flat.get("items") is False:
        made["items"] = False
        made["prefixItems"] = [True] * len(flat.get("prefixItems", ()))
    return made


def _is_alone(plan: Blueprint, place: _Place, changed: Any) -> bool:
    """Whether what lies around the place reports one error, where it has a say."""
    if place.around is None:
        return True
    path, node = place.around
    value = changed
    for step in path:
        value = value[step]
    try:
        return len(list(plan.validator.evolve(schema=node.schema).iter_errors(value))) == 1
    except (re.error, *UNJUDGED):
        return False


def _type(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    if isinstance(value, str):
        yield from (list(value[:3]), len(value))
    elif value is not None:
        yield from (str(value), [value])
    for other in OTHER_TYPES:
        if "integer" not in (names_of_types(flat) or ()) or other is not True:
            yield other


def _enum(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del flat
    if isinstance(value, str):
        yield from (value + "x", value.swapcase(), value[:-1], "", " " + value, strings.mutated(rng, value))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from (value + 1, -value - 1, 10**6)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, list):
        yield [*value, None]
    elif isinstance(value, dict):
        yield {**value, UNKNOWN_NAME: None}


def _below_low(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng, value
    low, _, excluded, _ = scalars.bounds(flat)
    step = flat.get("multipleOf", 1)
    start = low if excluded else low - step
    yield from (start, start - step, start - 10 * step, -(10**18) * step)
    if "integer" not in (names_of_types(flat) or ()):
        yield from (low - 0.5, low - 1e-6)


def _above_high(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng, value
    _, high, _, excluded = scalars.bounds(flat)
    step = flat.get("multipleOf", 1)
    start = high if excluded else high + step
    yield from (start, start + step, start + 10 * step, 10**18 * step)
    if "integer" not in (names_of_types(flat) or ()):
        yield from (high + 0.5, high + 1e-6)


def _between_multiples(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    step = flat["multipleOf"]
    yield from (value + 1, value - 1)
    if "integer" not in (names_of_types(flat) or ()):
        yield from (value + step / 2, value - step / 3)


def _too_short(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    least = int(flat["minLength"] if isinstance(value, str) else flat["minItems"])
    if least:
        yield from (value[: least - 1], value[:0])


def _too_long(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    most = int(flat["maxLength"] if isinstance(value, str) else flat["maxItems"])
    if most >= LONGEST:
        return
    if isinstance(value, str):
        yield from (value + piece * (most + 1 - len(value)) for piece in ("a", value[-1:] or "0", "\u200d"))
    elif value:  # what an element looks like, only another one shows
        yield value + value[-1:] * (most + 1 - len(value))


def _no_match(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del flat
    yield from (value + "\n", " " + value, value[:-1], value.swapcase(), value + "!", "", "\u200d" + value, "\u0660")
    for _ in range(TRIES):
        yield strings.mutated(rng, value)


def _missing(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    for name in flat["required"]:
        if name in value:
            yield {key: child for key, child in value.items() if key != name}


def _brought_missing(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    for name, brought in flat["dependentRequired"].items():
        for other in brought if name in value else ():
            yield {key: child for key, child in value.items() if key != other}


def _unknown_member(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    if flat["additionalProperties"] is False:
        names = [UNKNOWN_NAME, "", "id", *(trees.renamed(rng, name) for name in value)]
        yield from ({**value, name: None} for name in names if name not in value)


def _few_members(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    least = int(flat["minProperties"])
    optional = [name for name in value if name not in flat.get("required", ())]
    dropped = set(optional[: len(value) - least + 1])
    yield {name: child for name, child in value.items() if name not in dropped}


def _many_members(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    most = int(flat["maxProperties"])
    if most < LONGEST and flat.get("additionalProperties", True) is True:
        yield {**value, **{f"{UNKNOWN_NAME}{number}": None for number in range(most + 1 - len(value))}}


def _doubled(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del flat
    if value:
        yield [*value, value[int(rng.random() * len(value))]]
        yield [*value[:-1], value[0]] if len(value) > 1 else [*value, *value]


def _one_too_many(rng: Random, flat: Flat, value: Any) -> Iterator[Any]:
    del rng
    if flat["items"] is False and len(value) >= len(flat.get("prefixItems", ())):
        yield [*value, None]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


RULES: Final[dict[str, Callable[[Random, Flat, Any], Iterator[Any]]]] = {
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "minimum": _below_low,
    "exclusiveMinimum": _below_low,
    "maximum": _above_high,
    "exclusiveMaximum": _above_high,
    "multipleOf": _between_multiples,
    "minLength": _too_short,
    "maxLength": _too_long,
    "pattern": _no_match,
    "minItems": _too_short,
    "maxItems": _too_long,
    "uniqueItems": _doubled,
    "items": _one_too_many,
    "required": _missing,
    "dependentRequired": _brought_missing,
    "additionalProperties": _unknown_member,
    "minProperties": _few_members,
    "maxProperties": _many_members,
}
"""How each rule is broken: values, some of which may break others as well, and are not taken then."""

_APPLIES: Final[dict[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("type", "enum", "const"), lambda _: True),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), _is(str)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items"), _is(list)),
    **dict.fromkeys(
        ("required", "dependentRequired", "additionalProperties", "minProperties", "maxProperties"), _is(dict)
    ),
}

_OF_ITSELF: Final = frozenset(RULES) - {"items", "additionalProperties"}
