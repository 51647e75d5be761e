"""JSON Schemas: what a document should look like, from a pydantic model or as written, and what can be learnt from it.

hypothesis-jsonschema makes the valid documents. It takes neither recursive nor remote references, and it is slow on
what the typical schema leaves open, so the schema is first brought into a narrower form whose documents are still
valid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import patterns
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.lazy import LazyModule

if TYPE_CHECKING:
    from random import Random

    import hypothesis_jsonschema
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
    from jsonschema import exceptions, validators
else:
    exceptions = LazyModule("jsonschema.exceptions")
    st = LazyModule("hypothesis.strategies")
    validators = LazyModule("jsonschema.validators")
    hypothesis_jsonschema = LazyModule("hypothesis_jsonschema")

__all__ = ["DECIMAL", "WINDOW", "Schema", "as_schema", "narrowed", "valid_documents"]

WINDOW: Final = "6.170.0 to 6.170.9"
"""Versions of Hypothesis with which hypothesis-jsonschema 0.23.1 works (tests/test_dependencies.py)."""

DECIMAL: Final = r"^-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?$"
"""Stands for the pattern that pydantic gives a Decimal: the same amounts as people write them, ten times as fast."""

LEVELS_OF_RECURSION: Final = 2
"""Times that a definition stands inside itself before it is closed: a tree with children and grandchildren."""

MOST_NODES: Final = 5_000
"""Of a schema with its references written out; what lies beyond becomes "anything". No product schema known comes
near."""

_ANNOTATIONS: Final = frozenset(
    {
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "discriminator",
        "$defs", "definitions", "$schema", "$id",
    }
)  # fmt: skip
"""What says nothing about validity, and the definitions, which are written out where they are used."""

FORMATS: Final = {
    "date-time": "2024-02-29T23:59:60Z", "date": "2024-02-29", "time": "23:59:60Z", "duration": "P1DT1S",
    "uuid": "00000000-0000-4000-8000-000000000000", "email": "a@b.example", "uri": "http://a.example/",
    "hostname": "a.example", "ipv4": "127.0.0.1", "ipv6": "::1", "byte": "YQ==", "json-pointer": "/a/0",
}  # fmt: skip
"""A text of each format of JSON Schema (RFC 3339, 4122, 5321, 3986, 1123, 4291, 4648, 6901), at an edge of it."""

_NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SCHEMA_LISTS: Final = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_SCHEMAS: Final = frozenset(
    {"additionalProperties", "items", "not", "if", "then", "else", "contains", "propertyNames", "additionalItems"}
)
_SIZES: Final = ("minItems", "minLength", "minProperties")


class Schema:
    """A schema as it was given, and the words it knows: names of properties, and values by name."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self.values: dict[str, list[Any]] = {}
        for name, schema in _properties(definition):
            known = self.values.setdefault(name, [])
            known += [value for value in _examples(schema) if not any(_same(value, other) for other in known)]
        self.names = tuple(self.values)
        self.words = tuple(dict.fromkeys(word for word in _words(definition) if isinstance(word, str) and word))

    def value_of(self, rng: Random, name: str) -> Any:
        """Give some value that a property of this name may have, as far as the schema says."""
        return rng.choice(self.values.get(name) or [None])


def as_schema(given: Any) -> Mapping[str, Any]:
    """Give the JSON Schema of a pydantic model, or a schema as it is.

    Raises:
        UserError: neither of both, or a model that has no JSON Schema.
    """
    if isinstance(given, Mapping):
        return given
    if isinstance(given, type) and hasattr(given, "model_json_schema"):
        try:
            schema: Mapping[str, Any] = given.model_json_schema()
        except Exception as error:
            raise UserError(f"formats.json({given.__name__}): the model has no JSON Schema: {error}") from error
        return schema
    raise UserError(f"formats.json({given!r}): neither a pydantic model nor a JSON Schema (a mapping)")


def valid_documents(definition: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Make documents that are valid under `definition`.

    Raises:
        HarnessError: hypothesis-jsonschema and the installed Hypothesis do not go together; when a document is drawn.
        UserError: the schema is not one.
    """
    try:
        validators.validator_for(definition).check_schema(definition)
    except exceptions.SchemaError as error:
        raise UserError(f"formats.json: the schema is no JSON Schema: {error.message} at {error.json_path}") from error
    narrow = hypothesis_jsonschema.from_schema(narrowed(definition))

    @st.composite
    def document(draw: st.DrawFn) -> Any:
        try:
            return draw(narrow)
        except AttributeError as error:
            raise incompatible(error) from error

    return document()


def incompatible(error: Exception) -> HarnessError:
    """Say which versions work together."""
    return HarnessError(
        f"hypothesis-jsonschema 0.23.1 does not work with the installed Hypothesis ({error}); it needs {WINDOW}"
    )


def narrowed(definition: Mapping[str, Any]) -> Any:
    """Give a schema without references or annotations, objects closed, decimals short.

    What it allows, `definition` allows, but in one case: a remote or unknown reference becomes "anything", for
    nothing is known of it.
    """
    return _Narrower(definition).narrow(definition, {}, closed=True)


class _Narrower:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.nodes = 0

    def narrow(self, schema: Any, seen: Mapping[str, int], *, closed: bool) -> Any:
        if not isinstance(schema, Mapping):
            return schema
        self.nodes += 1
        if self.nodes > MOST_NODES:
            return {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._referenced(schema, reference, seen, closed=closed)
        made: dict[str, Any] = {}
        for key, value in schema.items():
            if key in _NAMED_SCHEMAS and isinstance(value, Mapping):
                made[key] = {name: self.narrow(each, seen, closed=True) for name, each in value.items()}
            elif key in _SCHEMA_LISTS and isinstance(value, list):
                # A member of allOf must not be closed: the other members' properties would be forbidden.
                made[key] = [self.narrow(each, seen, closed=closed and key != "allOf") for each in value]
            elif key in _SCHEMAS:
                made[key] = self._each(key, value, seen)
            elif key not in _ANNOTATIONS:
                made[key] = value
        return _short_decimals(_closed(made) if closed else made)

    def _each(self, key: str, value: Any, seen: Mapping[str, int]) -> Any:
        closed = key in ("items", "additionalProperties", "additionalItems")
        if isinstance(value, list):
            return [self.narrow(each, seen, closed=closed) for each in value]
        return self.narrow(value, seen, closed=closed)

    def _referenced(self, schema: Mapping[str, Any], reference: str, seen: Mapping[str, int], *, closed: bool) -> Any:
        depth = seen.get(reference, 0)
        if depth > LEVELS_OF_RECURSION:
            return False
        beside = {key: value for key, value in schema.items() if key not in {*_ANNOTATIONS, "$ref"}}
        inner = {**seen, reference: depth + 1}
        target = self.narrow(_at(self.root, reference), inner, closed=closed and not beside)
        if not beside:
            return target
        return {"allOf": [target, self.narrow(beside, seen, closed=False)]}


def _at(root: Mapping[str, Any], reference: str) -> Any:
    """Follow a JSON pointer (RFC 6901) into the schema itself."""
    if not reference.startswith("#"):
        return {}
    node: Any = root
    for step in reference[1:].split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~").replace("%25", "%")
        if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, Mapping) and step in node:
            node = node[step]
        else:
            return {}
    return node


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Forbid properties beyond the named ones: mutators add those, at no cost to every document."""
    names = schema.get("properties")
    open_ended = {"allOf", "anyOf", "oneOf", "if", "patternProperties", "additionalProperties", "$ref"} & schema.keys()
    enough = names and schema.get("minProperties", 0) <= len(names) and set(schema.get("required", ())) <= set(names)
    if enough and not open_ended:
        return {**schema, "additionalProperties": False}
    return schema


def _short_decimals(schema: dict[str, Any]) -> dict[str, Any]:
    """Shorten the pattern of a Decimal, which pydantic writes with look-aheads, or write one where it gives none."""
    options = schema.get("anyOf")
    if not isinstance(options, list) or not all(isinstance(each, Mapping) for each in options):
        return schema
    if {"number", "string"} <= {each.get("type") for each in options if len(each) <= 2 or "pattern" in each}:
        fit = [each for each in options if each.get("type") == "string" and ("(?!" in each.get("pattern", "(?!"))]
        if fit and not any("format" in each or "enum" in each for each in fit):
            return {
                **schema,
                "anyOf": [{"type": "string", "pattern": DECIMAL} if each in fit else each for each in options],
            }
    return schema


def _mappings(schema: Any) -> Iterator[Mapping[str, Any]]:
    stack = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            yield node
            stack += list(node.values())
        elif isinstance(node, list):
            stack += node


def _properties(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for node in _mappings(definition):
        named = node.get("properties")
        if isinstance(named, Mapping):
            for name, schema in named.items():
                if isinstance(name, str) and isinstance(schema, Mapping):
                    reference = schema.get("$ref")
                    target = _at(definition, reference) if isinstance(reference, str) else schema
                    yield name, target if isinstance(target, Mapping) else {}


_BY_TYPE: Final[dict[str, tuple[Any, ...]]] = {
    "string": ("", "a"),
    "integer": (0, 1),
    "number": (0, 1.5),
    "boolean": (False, True),
    "null": (None,),
    "array": ([],),
    "object": ({},),
}


def _examples(schema: Mapping[str, Any]) -> list[Any]:
    """Give values that a property may have, from the schema's own words or else by its type."""
    kinds = [schema, *(each for each in schema.get("anyOf", ()) if isinstance(each, Mapping))]
    made: list[Any] = []
    for kind in kinds:
        if isinstance(kind.get("enum"), list):
            made += kind["enum"]
        elif "const" in kind:
            made.append(kind["const"])
        elif isinstance(name := kind.get("type"), str):
            made += _BY_TYPE.get(name, ())
        for bound in ("default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if bound in kind and _is_plain(kind[bound]):
                made.append(kind[bound])
    return made


def _is_plain(value: Any) -> bool:
    return (
        value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and abs(value) < float("inf"))
    )


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _words(definition: Mapping[str, Any]) -> Iterator[Any]:
    names = [
        name
        for node in _mappings(definition)
        if isinstance(node.get("properties"), Mapping)
        for name in node["properties"]
    ]
    yield from names
    for node in _mappings(definition):
        if isinstance(node.get("enum"), list):
            yield from node["enum"]
        yield node.get("const")
        if isinstance(pattern := node.get("pattern"), str):
            yield from (piece for piece in patterns.pieces(pattern) if len(piece) > 1)
            yield from patterns.samples(pattern)
        if isinstance(name := node.get("format"), str):
            yield FORMATS.get(name)
