"""hypothesis-jsonschema, for what is not compiled: the one door to it, and a schema brought into the form it likes.

It takes neither recursive nor remote references, and it is slow on what the typical schema leaves open, so the schema
is first brought into a narrower form whose documents are still valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fuzzlab.errors import HarnessError
from fuzzlab.lazy import LazyModule
from fuzzlab.schemas import ANNOTATIONS, MOST_NODES, at

if TYPE_CHECKING:
    import hypothesis_jsonschema
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")
    hypothesis_jsonschema = LazyModule("hypothesis_jsonschema")

__all__ = ["DECIMAL", "WINDOW", "fallback", "incompatible", "narrowed"]

WINDOW: Final = "6.170.0 to 6.170.9"
"""Versions of Hypothesis with which hypothesis-jsonschema 0.23.1 works (tests/test_dependencies.py)."""

DECIMAL: Final = r"^-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?$"
"""Stands for the pattern that pydantic gives a Decimal: the same amounts as people write them, ten times as fast."""

LEVELS_OF_RECURSION: Final = 2
"""Times that a definition stands inside itself before it is closed: a tree with children and grandchildren."""

_IGNORED: Final = frozenset({*ANNOTATIONS, "discriminator"})
_NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SCHEMA_LISTS: Final = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_SCHEMAS: Final = frozenset(
    {"additionalProperties", "items", "not", "if", "then", "else", "contains", "propertyNames", "additionalItems"}
)


def fallback(definition: Mapping[str, Any], schema: Any) -> SearchStrategy[Any]:
    """Make values that fit `schema`, a part of `definition`.

    Raises:
        HarnessError: hypothesis-jsonschema and the installed Hypothesis do not go together; when a value is drawn.
    """
    narrow = hypothesis_jsonschema.from_schema(narrowed(definition, schema))

    @st.composite
    def value(draw: st.DrawFn) -> Any:
        try:
            return draw(narrow)
        except AttributeError as error:
            raise incompatible(error) from error

    return value()


def incompatible(error: Exception) -> HarnessError:
    """Say which versions work together."""
    return HarnessError(
        f"hypothesis-jsonschema 0.23.1 does not work with the installed Hypothesis ({error}); it needs {WINDOW}"
    )


def narrowed(definition: Mapping[str, Any], schema: Any) -> Any:
    """Give a part of a schema without references or annotations, objects closed, decimals short.

    What it allows, `schema` allows, but in one case: a remote or unknown reference becomes "anything", for
    nothing is known of it.
    """
    return _Narrower(definition).narrow(schema, {}, closed=True)


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
            elif key not in _IGNORED:
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
        beside = {key: value for key, value in schema.items() if key not in {*_IGNORED, "$ref"}}
        inner = {**seen, reference: depth + 1}
        target = self.narrow(at(self.root, reference), inner, closed=closed and not beside)
        if not beside:
            return target
        return {"allOf": [target, self.narrow(beside, seen, closed=False)]}


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
