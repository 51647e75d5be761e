"""JSON Schemas as they are given: a pydantic model's or one as written, what it refers to, and the words in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from fuzzlab import patterns
from fuzzlab.errors import UserError

if TYPE_CHECKING:
    from random import Random

__all__ = ["ANNOTATIONS", "MOST_NODES", "Schema", "as_schema", "at", "draft"]

MOST_NODES: Final = 5_000
"""Places of a schema with its references written out; what lies beyond becomes "anything". No product schema known
comes near."""

ANNOTATIONS: Final = frozenset(
    {
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
        "$defs", "definitions", "$schema", "$id", "$anchor", "$dynamicAnchor",
    }
)  # fmt: skip
"""What says nothing about validity, and the definitions, which are looked up where they are used."""

FORMATS: Final = {
    "date-time": "2024-02-29T23:59:60Z", "date": "2024-02-29", "time": "23:59:60Z", "duration": "P1DT1S",
    "uuid": "00000000-0000-4000-8000-000000000000", "email": "a@b.example", "uri": "http://a.example/",
    "hostname": "a.example", "ipv4": "127.0.0.1", "ipv6": "::1", "byte": "YQ==", "json-pointer": "/a/0",
}  # fmt: skip
"""A text of each format of JSON Schema (RFC 3339, 4122, 5321, 3986, 1123, 4291, 4648, 6901), at an edge of it."""

_DRAFT: Final = re.compile(r"json-schema\.org/draft(?:-0|/)([0-9-]+)/")


class Schema:
    """A schema as it was given, and the words it knows: names of properties, values by name, members of enums."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self.values: dict[str, list[Any]] = {}
        for name, schema in _properties(definition):
            known = self.values.setdefault(name, [])
            known += [value for value in _examples(schema) if not any(_same(value, other) for other in known)]
        self.names = tuple(self.values)
        self.members = frozenset(word for word in _members(definition) if isinstance(word, str))
        self.words = tuple(dict.fromkeys(word for word in _words(definition) if isinstance(word, str) and word))

    def value_of(self, rng: Random, name: str) -> Any:
        """Give some value that a property of this name may have, as far as the schema says."""
        return rng.choice(self.values.get(name) or [None])


def as_schema(given: Any) -> Mapping[str, Any]:
    """Give the JSON Schema of a pydantic model or TypeAdapter, or a schema as it is.

    Raises:
        UserError: neither of both, or a model that has no JSON Schema.
    """
    if isinstance(given, Mapping):
        return given
    # A TypeAdapter is how pydantic wraps what is no model: a list of models, a union told apart by a tag.
    is_adapter = hasattr(given, "validate_python") and hasattr(given, "json_schema")
    if is_adapter or (isinstance(given, type) and hasattr(given, "model_json_schema")):
        try:
            schema: Mapping[str, Any] = given.json_schema() if is_adapter else given.model_json_schema()
        except Exception as error:
            name = getattr(given, "__name__", "TypeAdapter")
            raise UserError(f"formats.json({name}): the model has no JSON Schema: {error}") from error
        return schema
    raise UserError(f"formats.json({given!r}): neither a pydantic model nor a JSON Schema (a mapping)")


def draft(definition: Any) -> str:
    """Give the draft that a schema names (`4`, `7`, `2019-09`, …), or the newest."""
    said = definition.get("$schema") if isinstance(definition, Mapping) else None
    found = _DRAFT.search(said) if isinstance(said, str) else None
    return found[1] if found else "2020-12"


def at(root: Mapping[str, Any], reference: str) -> Any:
    """Follow a reference into the schema itself: a JSON pointer (RFC 6901) or a name given by `$anchor`.

    Of what lies elsewhere nothing is known: it may be anything.
    """
    if not reference.startswith("#"):
        return {}
    if reference[1:] and not reference.startswith("#/"):
        named = ({each.get(key) for key in ("$anchor", "$dynamicAnchor")} for each in _mappings(root))
        places = zip(_mappings(root), named, strict=True)
        return next((place for place, names in places if reference[1:] in names), {})
    node: Any = root
    for step in reference[1:].split("/")[1:]:
        step = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, Mapping) and step in node:
            node = node[step]
        else:
            return {}
    return node


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
                    target = at(definition, reference) if isinstance(reference, str) else schema
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


def _members(definition: Mapping[str, Any]) -> Iterator[Any]:
    for node in _mappings(definition):
        if isinstance(node.get("enum"), list):
            yield from node["enum"]
        yield node.get("const")


def _words(definition: Mapping[str, Any]) -> Iterator[Any]:
    names = [
        name
        for node in _mappings(definition)
        if isinstance(node.get("properties"), Mapping)
        for name in node["properties"]
    ]
    yield from names
    yield from _members(definition)
    for node in _mappings(definition):
        if isinstance(pattern := node.get("pattern"), str):
            yield from (piece for piece in patterns.pieces(pattern) if len(piece) > 1)
            yield from patterns.samples(pattern)
        if isinstance(name := node.get("format"), str):
            yield FORMATS.get(name)
