"""Two JSON Schemas as one: what both allow, as far as that can be written without `allOf`.

What cannot (two patterns, two alternatives) stays in an `allOf` of the result; whoever makes documents has to check
that part of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["Flat", "Written", "merged", "names_of_types", "same"]

Flat = dict[str, Any]
Written = Mapping[str, Any] | bool
"""A schema, or `true` or `false`, which are schemas, too (draft 6)."""

TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")

_GREATEST: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_LEAST: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})
_ANNOTATIONS: Final = frozenset(
    {
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id", "id",
        "$comment", "$defs", "definitions", "$anchor", "$dynamicAnchor", "contentMediaType", "contentEncoding",
    }
)  # fmt: skip


def names_of_types(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Give the types that `type` names, or None where it names none."""
    given = schema.get("type")
    if given is None or given == "any":
        return None
    names = [given] if isinstance(given, str) else list(given)
    return tuple(name for name in TYPES if name in names)


def same(one: Any, other: Any) -> bool:
    """Compare as JSON Schema does: 1 is 1.0, and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def merged(one: Written, other: Written) -> Flat | bool:
    """Give a schema of what both allow; neither has a `$ref` at its top. False allows nothing."""
    if not isinstance(one, Mapping):
        return one and (dict(other) if isinstance(other, Mapping) else other)
    if not isinstance(other, Mapping):
        return other and dict(one)
    made: Flat = dict(one)
    rest: Flat = {}
    for key, value in other.items():
        if key not in made:
            made[key] = value
        elif key == "allOf":
            made[key] = [*made[key], *value]
        elif key in _ANNOTATIONS or key in _OBJECT or same(made[key], value):
            continue
        elif not _one_key(made, key, value):
            made[key], rest[key] = _by_length(made[key], value)
    _objects(made, one, other)
    _arrays(made, rest, one, other)
    if rest:
        made["allOf"] = [*made.get("allOf", ()), rest]
    return made


def _one_key(made: Flat, key: str, value: Any) -> bool:
    """Write into `made` what its `key` and this value allow together; say whether that could be done."""
    old = made[key]
    if key == "type":
        made[key] = _types(names_of_types(made), names_of_types({"type": value}))
    elif key == "enum":
        made[key] = [each for each in old if any(same(each, known) for known in value)]
    elif key == "const":
        made["enum"] = []  # two constants: nothing is both
    elif key in _GREATEST | _LEAST and not isinstance(old, bool) and not isinstance(value, bool):
        made[key] = max(old, value) if key in _GREATEST else min(old, value)
    elif key == "uniqueItems":
        made[key] = old or value
    elif key == "multipleOf" and isinstance(old, int) and isinstance(value, int):
        made[key] = math.lcm(old, value)
    else:
        return False
    return True


def _by_length(one: Any, other: Any) -> tuple[Any, Any]:
    """Give the longer of two patterns first: what fits it has more of a chance to fit the other."""
    return (other, one) if isinstance(one, str) and isinstance(other, str) and len(other) > len(one) else (one, other)


def _types(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> list[str]:
    """Give the types of both; an integer is a number too."""
    if one is None or other is None:
        return list(one or other or TYPES)
    wide_one = {*one, "integer"} if "number" in one else set(one)
    wide_other = {*other, "integer"} if "number" in other else set(other)
    both = wide_one & wide_other
    return [name for name in TYPES if name in both and not (name == "integer" and "number" in both)]


_OBJECT: Final = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "dependentRequired", "dependentSchemas"}
)


def _objects(made: Flat, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Write what both say of an object's members."""
    if "required" in one and "required" in other:
        made["required"] = list(dict.fromkeys((*one["required"], *other["required"])))
    named = {
        name: _member(name, one, other)
        for side in (one, other)
        for name in side.get("properties", ())
    }  # fmt: skip
    if named:
        made["properties"] = named
    if "patternProperties" in one or "patternProperties" in other:
        both = [*one.get("patternProperties", {}).items(), *other.get("patternProperties", {}).items()]
        patterns: Flat = {}
        for pattern, schema in both:
            patterns[pattern] = _both(patterns[pattern], schema) if pattern in patterns else schema
        made["patternProperties"] = patterns
        if "additionalProperties" in one or "additionalProperties" in other:  # whose pattern shields from whose rule
            made["allOf"] = [*made.get("allOf", ()), *({**side} for side in (one, other) if "allOf" not in side)]
    if "additionalProperties" in one and "additionalProperties" in other:
        made["additionalProperties"] = _both(one["additionalProperties"], other["additionalProperties"])
    for key in ("dependentRequired", "dependentSchemas"):
        if key in one and key in other:
            shared = {**one[key], **other[key]}
            for name in one[key].keys() & other[key].keys():
                sides = one[key][name], other[key][name]
                shared[name] = [*sides[0], *sides[1]] if key == "dependentRequired" else _both(*sides)
            made[key] = shared


def _member(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Any:
    """Give the schema of one member: each side's own word for it, or else its word for members it does not name."""
    said = []
    for side in (one, other):
        if name in side.get("properties", ()):
            said.append(side["properties"][name])
        elif "additionalProperties" in side and "patternProperties" not in side:
            said.append(side["additionalProperties"])
    return said[0] if len(said) == 1 else _both(*said)


def _both(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    if one is True or one == other:
        return other
    return one if other is True else {"allOf": [one, other]}


def _arrays(made: Flat, rest: Flat, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Write what both say of elements, or leave it to be checked where they do not say it of the same ones."""
    said = [{key for key in ("items", "prefixItems", "additionalItems") if key in side} for side in (one, other)]
    if said[0] == said[1] == {"items"} and not isinstance(one["items"], list) and not isinstance(other["items"], list):
        made["items"] = _both(one["items"], other["items"])
        rest.pop("items", None)
    elif said[0] and said[1]:
        rest.update({key: other[key] for key in said[1]})
