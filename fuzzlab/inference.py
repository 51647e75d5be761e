"""A JSON Schema from recorded documents, where nobody wrote one: the one door to genson.

genson says which types, members and elements there were. The values themselves say more, which is added: a string that
always is a day gets that format, and values that were seen are made again, about as often as others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fuzzlab.lazy import LazyModule

if TYPE_CHECKING:
    import genson
else:
    genson = LazyModule("genson")

__all__ = ["LEAST", "inferred"]

LEAST: Final = 2
"""Documents from which something can be learnt: of one alone, every field would be required and every list alike."""

MOST_SAMPLES: Final = 64
"""Documents looked at: an importer may have recorded thousands of the same shape."""

MOST_VALUES: Final = 16
"""Seen values of one place that are kept."""

LONGEST_VALUE: Final = 100
"""Characters of a seen value that is kept."""

_FORMATS: Final = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "date-time": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
    ),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+"),
    "ipv4": re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"),
    "uri": re.compile(r"https?://\S+"),
}


def inferred(documents: Sequence[Any]) -> dict[str, Any] | None:
    """Give a schema that all these documents fit, or None where they are too few or say nothing."""
    samples = list(documents)[:MOST_SAMPLES]
    if len(samples) < LEAST:
        return None
    builder = genson.SchemaBuilder(schema_uri=None)
    try:
        for document in samples:
            builder.add_object(document)
        schema = _enriched(builder.to_schema(), samples)
    except (RecursionError, ValueError, TypeError):  # nested too deep; nothing that JSON has
        return None
    return schema or None


def _enriched(schema: Mapping[str, Any], values: Sequence[Any]) -> dict[str, Any]:
    """Add what the values say: members and elements get those of theirs."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_enriched(option, values) for option in schema["anyOf"]]}
    made = dict(schema)
    named = made.get("properties")
    if isinstance(named, Mapping):
        made["properties"] = {
            name: _enriched(below, [value[name] for value in values if isinstance(value, dict) and name in value])
            for name, below in named.items()
        }
    if isinstance(made.get("items"), Mapping):
        elements = [element for value in values if isinstance(value, list) for element in value]
        made["items"] = _enriched(made["items"], elements)
    kinds = made.get("type")
    if kinds in ("string", "integer", "number"):
        return _with_values(made, kinds, values)
    if isinstance(kinds, list):
        return {"anyOf": [_enriched({**made, "type": kind}, values) for kind in kinds]}
    return made


def _with_values(schema: dict[str, Any], kind: str, values: Iterable[Any]) -> dict[str, Any]:
    """Let the values that were seen be made again, beside others of their kind."""
    seen = list(dict.fromkeys(_of_kind(kind, values)))
    if kind == "string" and seen:
        for name, pattern in _FORMATS.items():
            if all(pattern.fullmatch(value) for value in seen):
                schema = {**schema, "format": name}
    kept = [value for value in seen if kind != "string" or len(value) <= LONGEST_VALUE][:MOST_VALUES]
    return {"anyOf": [{"enum": kept}, schema]} if kept else schema


def _of_kind(kind: str, values: Iterable[Any]) -> Iterator[Any]:
    kinds: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
    for value in values:
        if isinstance(value, kinds[kind]) and not isinstance(value, bool):
            yield value
