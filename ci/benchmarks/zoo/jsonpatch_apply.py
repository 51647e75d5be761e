"""jsonpatch: "JsonPatchException" and jsonpointer's "JsonPointerException" for a patch that is none or does not fit."""

from __future__ import annotations

import json

import jsonpatch
from jsonpointer import JsonPointerException

REQUIREMENT = "jsonpatch==1.48"
MODULES = ("jsonpatch", "jsonpointer")
FORMAT = "json"
ALLOWED = (jsonpatch.JsonPatchException, JsonPointerException)
SEEDS = (
    b'[{"op": "add", "path": "/list/1", "value": {"a": 1}}, {"op": "remove", "path": "/name"}]',
    b'[{"op": "test", "path": "/list/0", "value": 1}, {"op": "copy", "from": "/name", "path": "/other~1x"}]',
    b'[{"op": "move", "from": "/list/0", "path": "/list/-"}, {"op": "replace", "path": "/d/k", "value": null}]',
)

DOCUMENT = {"list": [1, 2, 3], "name": "n", "d": {"k": {"deep": [True]}}}


def run(data: bytes) -> None:
    """Apply a patch to a fixed document."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return
    jsonpatch.JsonPatch.from_string(data.decode("utf-8", "replace")).apply(DOCUMENT)
