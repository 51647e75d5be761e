"""The page of `[tool.fuzzlab]`, from its model."""

from __future__ import annotations

import json

from ci.reference.documents import type_of
from ci.reference.markdown import code, heading, prose, table
from fuzzlab.project import Config

__all__ = ["page"]

INTRODUCTION = """\
fuzzlab reads the table `[tool.fuzzlab]` in the pyproject.toml of the current folder, or of the nearest folder above
it that has one. All of it may be left out. An unknown key is refused, with the nearest right one.
"""


def page() -> str:
    """Give the page."""
    schema = Config.model_json_schema()
    rows = [
        (key, prose(type_of(about)), _default(about), prose(about.get("description", "")))
        for key, about in schema["properties"].items()
    ]
    return "\n".join([
        heading(1, "Configuration"),
        INTRODUCTION,
        table(["key", "type", "default", ""], [(code(key), *about) for key, *about in rows]),
        "As it stands there without being written:\n",
        "```toml title=\"pyproject.toml\"",
        "[tool.fuzzlab]",
        *(f"{key} = {default.strip('`')}" for key, _, default, _ in rows if default),
        "```\n",
    ])  # fmt: skip


def _default(about: dict[str, object]) -> str:
    return "" if about.get("default") is None else code(json.dumps(about["default"]))
