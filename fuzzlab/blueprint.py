"""A JSON Schema compiled: once into nodes, then documents at some ten microseconds each.

By construction: types, `enum` and `const`, numbers, strings, elements, members, `anyOf`, `oneOf`, `allOf`, references,
recursive ones too. By trying: what is only a check (`not`, `if`, `contains` beside other rules, `unevaluated…`); such a
place makes values as if the rule were not there, and keeps those that jsonschema accepts. What the compiler does not
know, and what trying does not meet, is left to hypothesis-jsonschema, for that place alone.

Drafts 4 to 2020-12. Sources: json-schema.org/draft-04 to /draft/2020-12, core and validation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import regexes, scalars
from fuzzlab.lazy import LazyModule
from fuzzlab.merging import Flat, Written, merged, names_of_types, same
from fuzzlab.narrowing import fallback
from fuzzlab.nodes import IMPOSSIBLE, NAMES, Array, Node, Object, Source, Stuck, anything, choice, nothing
from fuzzlab.schemas import ANNOTATIONS, MOST_NODES, at, draft

if TYPE_CHECKING:
    from jsonschema import validators
else:
    validators = LazyModule("jsonschema.validators")

__all__ = ["UNJUDGED", "Blueprint"]

TRIES: Final = 30
"""Values made for a place that is only checked before the document is given up."""

TRIALS, LEAST_HITS = 32, 4
"""Of TRIALS values so many must pass the check, or hypothesis-jsonschema makes them."""

UNJUDGED: Final = (RecursionError, ValueError, ArithmeticError)
"""What jsonschema raises for documents that it cannot judge, or whose error it cannot print: nested too deep, numbers
of too many digits, infinity as a multiple."""

OTHER_STRINGS: Final = 1 / 32
"""Share of strings beside a number that are no amounts: a Decimal refuses them, a `float | str` does not."""

MOST_BRANCHES: Final = 64
"""Alternatives of one place that are tried: more differ in little."""

_CHECKED: Final = frozenset(
    {
        "allOf", "not", "if", "dependentSchemas", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
        "maxContains", "extends", "disallow", "$recursiveRef",
    }
)  # fmt: skip
"""What is not built in, but tried: `allOf` here is what could not be merged."""

_OF_TYPE: Final = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties",
               "propertyNames", "dependentRequired", "dependentSchemas", "dependencies"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "additionalItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}  # fmt: skip
"""What says of which type a schema means to speak that names none."""


class Blueprint:
    """A compiled schema."""

    def __init__(self, definition: Any) -> None:
        """Compile it; it has been checked to be a schema."""
        self.definition = definition
        self.draft = draft(definition)
        known = validators.validator_for(definition, default=validators.Draft202012Validator)
        self.validator = known(definition)
        self._nodes: dict[str, Node] = {}
        self._to_check: list[Node] = []
        self.root = self.node(definition)
        self._settle()
        for node in self._to_check:
            if node.floor < IMPOSSIBLE:
                self._prove(node)
        self._settle()

    @property
    def has_strategies(self) -> bool:
        """Whether some place needs Hypothesis to draw."""
        return any(node.strategy is not None for node in self._nodes.values())

    def document(self, rng: Random, draw: Callable[[Any], Any] | None = None) -> Any:
        """Make a document that is valid.

        Raises:
            Stuck: none was met.
        """
        for _ in range(TRIES):
            try:
                return self.root.make(Source(rng, draw))
            except Stuck:
                continue
        raise Stuck("no document fits the schema, or none was met")

    def is_valid(self, schema: Any, value: Any) -> bool:
        """Whether `value` fits a part of the schema, by jsonschema."""
        try:
            return bool(self.validator.evolve(schema=schema).is_valid(value))
        except re.error:  # a pattern of another dialect: nobody here can tell
            return True
        except UNJUDGED:
            return False

    def node(self, schema: Any) -> Node:
        """Give the node of a part of the schema, compiled once."""
        key = _key(schema)
        if key not in self._nodes:
            self._nodes[key] = node = Node(schema)
            if len(self._nodes) > MOST_NODES:
                node.becomes(anything)
            else:
                self._compile(node, schema)
        return self._nodes[key]

    def _settle(self) -> None:
        """Compute the floors: each round knows those of one more level."""
        nodes = list(self._nodes.values())
        changed = True
        while changed:
            changed = False
            for node in nodes:
                floor = node.floors()
                if floor < node.floor:
                    node.floor, changed = floor, True
        for node in nodes:
            if node.floor == IMPOSSIBLE:
                node.make = nothing

    def _prove(self, node: Node) -> None:
        """Leave a checked place to hypothesis-jsonschema where too few values pass."""
        rng = Random(0)  # noqa: S311 - a search, not a secret
        hits = 0
        for _ in range(TRIALS):
            try:
                node.make(Source(rng))
                hits += 1
            except Stuck:
                pass
        if hits < LEAST_HITS:
            self._leave(node)

    def _leave(self, node: Node) -> None:
        """Let hypothesis-jsonschema make the values of this place."""
        node.strategy = strategy = fallback(self.definition, node.schema)

        def make(source: Source) -> Any:
            if source.draw is None:
                raise Stuck("needs Hypothesis")
            value = source.draw(strategy)
            if not self.is_valid(node.schema, value):
                raise Stuck("hypothesis-jsonschema does not know all of this schema")
            return value

        node.checked, node.branches, node.container = False, (), None
        node.becomes(make)

    def _compile(self, node: Node, schema: Any) -> None:
        flat = self.flat(schema, ())
        node.flat = flat
        if flat is True or flat == {}:
            node.becomes(anything)
        elif isinstance(flat, dict):
            if not self._alternatives(node, flat) and not self._values(node, flat):
                self._of_types(node, flat)
            if self._is_only_checked(flat):
                self._check(node)

    def flat(self, schema: Any, seen: tuple[str, ...]) -> Flat | bool:
        """Give a schema with its reference and its `allOf` written out at the top."""
        if not isinstance(schema, Mapping):
            return bool(schema)
        rest = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        made: Flat | bool = {}
        for name in ("$ref", "$dynamicRef"):
            reference = rest.pop(name, None)
            if isinstance(reference, str):
                if reference in seen:
                    return False  # it refers to itself, and to nothing else
                made = merged(made, self.flat(at(self.definition, reference), (*seen, reference)))
                if self.draft in ("4", "6", "7"):
                    return made  # what stands beside it is not looked at
        parts = rest.pop("allOf", ())
        made = merged(made, _modern(rest))
        for part in parts:
            made = merged(made, self.flat(part, seen))
        return made

    def _is_only_checked(self, flat: Flat) -> bool:
        if flat.keys() & _CHECKED or ("anyOf" in flat and "oneOf" in flat):
            return True
        if "contains" in flat and (flat.get("minContains", 1) > 1 or flat.get("prefixItems")):
            return True
        return "oneOf" in flat and not self._is_disjoint(flat["oneOf"])

    def _check(self, node: Node) -> None:
        """Keep only what jsonschema accepts."""
        unchecked, schema = node.make, node.schema
        validator = self.validator.evolve(schema=schema)

        def make(source: Source) -> Any:
            depth = source.depth
            for _ in range(TRIES):
                source.depth = depth
                try:
                    value = unchecked(source)
                except Stuck:
                    continue
                if validator.is_valid(value):
                    return value
            raise Stuck("no value passed the check")

        node.make, node.checked = make, True
        self._to_check.append(node)

    def _alternatives(self, node: Node, flat: Flat) -> bool:
        """Compile each alternative together with what holds for all of them."""
        for key in ("oneOf", "anyOf"):
            if key in flat:
                rest = {name: value for name, value in flat.items() if name not in (key, "discriminator")}
                tag = flat.get("discriminator")  # pydantic's, and OpenAPI's
                name = tag.get("propertyName") if isinstance(tag, Mapping) else None
                wanted = {"required": [name]} if isinstance(name, str) else True
                options = [_all(rest, option, wanted) for option in flat[key][:MOST_BRANCHES]]
                break
        else:
            if "if" not in flat:
                return False
            rest = {name: value for name, value in flat.items() if name not in ("if", "then", "else")}
            options = [_all(rest, flat["if"], flat.get("then", True)), _all(rest, flat.get("else", True))]
        node.branches = self._with_amounts([self.node(option) for option in options])
        node.becomes(*choice(node.branches))
        return True

    def _with_amounts(self, nodes: list[Node]) -> tuple[Node, ...]:
        """Let a string that stands beside a number mostly be one: it is how pydantic describes a Decimal."""
        numbers = [node.flat for node in nodes if isinstance(node.flat, dict) and node.flat.get("type") == "number"]
        maker = scalars.amounts(numbers[0]) if numbers else None
        for at_, node in enumerate(nodes):
            if maker is not None and node.flat == {"type": "string"}:
                nodes[at_] = amount = Node(node.schema)
                amount.flat = node.flat
                amount.becomes(_mostly(maker, node.make))
                self._nodes[f"amount {len(self._nodes)}"] = amount
        return tuple(nodes)

    def _is_disjoint(self, options: Sequence[Any]) -> bool:
        """Whether no value fits two of these, as far as types and tags tell."""
        flats = [self.flat(option, ()) for option in options]
        return all(self._differ(one, other) for at_, one in enumerate(flats) for other in flats[:at_])

    def _differ(self, one: Written, other: Written) -> bool:
        if not isinstance(one, dict) or not isinstance(other, dict):
            return one is False or other is False
        if _no_value_of_both(one, other):
            return True
        if names_of_types(one) != ("object",) or names_of_types(other) != ("object",):
            return "type" in one and "type" in other and merged(_type_of(one), _type_of(other)) == {"type": []}
        tags = set(one.get("required", ())) & set(other.get("required", ()))
        for tag in tags & one.get("properties", {}).keys() & other.get("properties", {}).keys():
            mine, theirs = (self.flat(side["properties"][tag], ()) for side in (one, other))
            if isinstance(mine, dict) and isinstance(theirs, dict) and _no_value_of_both(mine, theirs):
                return True
        return False

    def _values(self, node: Node, flat: Flat) -> bool:
        """Compile a place that names its values."""
        named = _values_of(flat)
        if named is None:
            return False
        values = [value for value in named if self.is_valid(node.schema, value)]
        if values:
            node.becomes(lambda source: values[int(source.random() * len(values))])
        return True

    def _of_types(self, node: Node, flat: Flat) -> None:
        """Compile a place by the types that it may have."""
        names = names_of_types(flat)
        if names is None:
            names = tuple(name for name, keys in _OF_TYPE.items() if any(key in flat for key in keys))
            if not names:
                node.becomes(anything)
                return
        if len(names) > 1:
            node.branches = tuple(self.node({**flat, "type": name}) for name in names)
            node.becomes(*choice(node.branches))
        elif names:
            self._of_type(node, flat, names[0])

    def _of_type(self, node: Node, flat: Flat, name: str) -> None:
        maker: Callable[[Random], Any] | None = None
        if name == "null":
            node.becomes(lambda _: None)
        elif name == "boolean":
            node.becomes(lambda source: source.random() < 0.5)
        elif name == "object":
            self._object(node, flat)
        elif name == "array":
            self._array(node, flat)
        else:
            maker = {"string": scalars.texts, "integer": scalars.integers, "number": scalars.numbers}[name](flat)
            if maker is None:
                self._leave(node)
            else:
                node.becomes(_from(maker))

    def _object(self, node: Node, flat: Flat) -> None:
        named: Mapping[str, Any] = flat.get("properties", {})
        by_pattern: Mapping[str, Any] = flat.get("patternProperties", {})
        further: Any = flat.get("additionalProperties", flat.get("unevaluatedProperties", True))
        dependent, required = flat.get("dependentRequired", {}), list(flat.get("required", ()))
        names = [*named, *(name for name in required if name not in named)]
        names += [name for extra in dependent.values() for name in extra if name not in names]
        members = {}
        for name in dict.fromkeys(names):
            rules = [named[name]] if name in named else []
            rules += [schema for pattern, schema in by_pattern.items() if _finds(pattern, name)]
            members[name] = self.node(_all(*(rules or [further])))
        least, most = int(flat.get("minProperties", 0)), flat.get("maxProperties")
        others: list[tuple[Callable[[Random], str], Node]] = []
        for pattern, schema in by_pattern.items():
            if (maker := regexes.sampler(pattern)) is not None:
                others.append((_alone(maker, pattern, by_pattern), self.node(schema)))
        # Beyond the named ones only where the schema speaks of them, or needs them: mutators add those, at no cost.
        if further is not False and (further is not True or not members or least > len(members)):
            others.append((self._names(flat, by_pattern), self.node(further)))
        sizes = (least, None if most is None else int(most))
        node.container = shape = Object(members, required, sizes=sizes, further=others, dependent=dependent)
        node.becomes(shape.make, shape.floors)

    def _names(self, flat: Flat, by_pattern: Mapping[str, Any]) -> Callable[[Random], str]:
        """Give a maker of names for members that no rule names."""
        rule = flat.get("propertyNames")
        if isinstance(rule, Mapping):
            names = self.node(_all({"type": "string"}, rule))
            return lambda rng: str(names.make(Source(rng)))

        def name(rng: Random) -> str:
            for _ in range(TRIES):
                key = NAMES[int(rng.random() * len(NAMES))] if rng.random() < 0.5 else f"key{rng.getrandbits(16)}"
                if not any(_finds(pattern, key) for pattern in by_pattern):
                    return key
            raise Stuck("no name that fits no pattern")

        return name

    def _array(self, node: Node, flat: Flat) -> None:
        first = [self.node(each) for each in flat.get("prefixItems", ())]
        rule = flat.get("items", flat.get("unevaluatedItems", True))
        least, most = int(flat.get("minItems", 0)), flat.get("maxItems")
        some = None
        if "contains" in flat and flat.get("minContains", 1) > 0:
            some = self.node(_all(rule, flat["contains"]))
        node.container = shape = Array(
            first,
            self.node(rule),
            sizes=(least, None if most is None else int(most)),
            unique=bool(flat.get("uniqueItems")),
            some=some,
        )
        node.becomes(shape.make, shape.floors)


def _modern(schema: Flat) -> Flat:
    """Write what older drafts call otherwise as 2020-12 does."""
    made = dict(schema)
    if isinstance(made.get("items"), list):
        made["prefixItems"] = made.pop("items")
        made["items"] = made.pop("additionalItems", True)
    for name, needs in made.pop("dependencies", {}).items():
        key = "dependentRequired" if isinstance(needs, list) else "dependentSchemas"
        made[key] = {**made.get(key, {}), name: needs}
    for low, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(low), bool):
            excluded = made.pop(low)
            if excluded and bound in made:
                made[low] = made.pop(bound)
    return made


def _all(*schemas: Any) -> Any:
    parts = [schema for schema in schemas if schema is not True and schema != {}]
    if any(part is False for part in parts):
        return False
    return parts[0] if len(parts) == 1 else {"allOf": parts} if parts else True


def _key(schema: Any) -> str:
    try:
        return json.dumps(schema, sort_keys=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return f"at {id(schema)}"


def _values_of(flat: Flat) -> list[Any] | None:
    if "enum" in flat:
        return list(flat["enum"])
    return [flat["const"]] if "const" in flat else None


def _no_value_of_both(one: Flat, other: Flat) -> bool:
    """Whether both name their values, and no value is named twice."""
    mine, theirs = _values_of(one), _values_of(other)
    return mine is not None and theirs is not None and not any(same(a, b) for a in mine for b in theirs)


def _type_of(flat: Flat) -> Flat:
    return {"type": flat["type"]}


def _finds(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def _from(maker: Callable[[Random], Any]) -> Callable[[Source], Any]:
    return lambda source: maker(source.rng)


def _mostly(maker: Callable[[Random], Any], other: Callable[[Source], Any]) -> Callable[[Source], Any]:
    return lambda source: other(source) if source.random() < OTHER_STRINGS else maker(source.rng)


def _alone(maker: Callable[[Random], str], pattern: str, by_pattern: Mapping[str, Any]) -> Callable[[Random], str]:
    """Make names that fit one pattern and no other."""
    others = [other for other in by_pattern if other != pattern]

    def name(rng: Random) -> str:
        for _ in range(TRIES):
            key = maker(rng)
            if not any(_finds(other, key) for other in others):
                return key
        raise Stuck("no name that fits one pattern alone")

    return name
