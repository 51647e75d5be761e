"""The page of the JSON documents, from their models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from ci.reference.markdown import code, heading, prose, table
from fuzzlab.commands.audit import AuditDocument
from fuzzlab.document import RunDocument

__all__ = ["DOCUMENTS", "page", "type_of"]

DOCUMENTS: dict[str, type[BaseModel]] = {
    "`fuzz`, `check`, `replay`, `growth`": RunDocument,
    "`audit`": AuditDocument,
}
"""What prints it: the model. `tests/test_reference.py` knows of a model that is in no page."""

INTRODUCTION = """\
`--json` prints one document on standard output. `version` is raised when a field changes its meaning or goes; a new
field does not raise it. `exit_code` is the one that the command ends with.

The other commands print rows beside `version` and `exit_code`, under a name, as they show them on a terminal: `corpus
stats`, `add` and `show` have them under `corpus` and `inputs`, `corpus distil` under `targets`: `before` and `after`
(`files`, `bytes`), `features`, and under `costly` what could not be traced. `init` and `export` have `files` (`path`,
`what`: `new`, `added` or `kept`, `lines`, `why`), `diff` has `targets[].changes[]`.
"""


def type_of(about: dict[str, Any]) -> str:
    """Give a property's type in words."""
    if "$ref" in about:
        return str(about["$ref"]).rpartition("/")[2]
    if "anyOf" in about:
        return " or ".join(type_of(one) for one in about["anyOf"])
    if about.get("type") == "array":
        return f"list of {type_of(about['items'])}" if "items" in about else "list"
    if about.get("type") == "object":
        return "object"
    return str(about.get("type", "anything"))


def page() -> str:
    """Give the page."""
    parts = [
        heading(1, "JSON documents"),
        INTRODUCTION,
    ]
    for printed, model in DOCUMENTS.items():
        schema = model.model_json_schema(mode="serialization")
        parts += [
            heading(2, printed),
            f"{code(model.__module__ + '.' + model.__qualname__)}\n",
            *_model(schema),
        ]
        for name, about in schema.get("$defs", {}).items():
            parts += [heading(3, name), *_model(about)]
        parts += [
            "As JSON Schema:\n",
            "```{code-block} json\n:class: long\n\n" + json.dumps(schema, indent=2) + "\n```\n",
        ]
    return "\n".join(parts)


def _model(about: dict[str, Any]) -> list[str]:
    told = [prose(about["description"]) + "\n"] if about.get("description") else []
    if "enum" in about:
        return [*told, "One of " + ", ".join(code(member) for member in about["enum"]) + ".\n"]
    rows = [
        (code(key), prose(type_of(one)), prose(one.get("description", "")))
        for key, one in about.get("properties", {}).items()
    ]
    return [*told, table(["field", "type", ""], rows)] if rows else told
