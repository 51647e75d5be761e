"""hjson.loads: "HjsonDecodeError", a ValueError. Property: what it reads, `dumps` writes so that it reads the same."""

from __future__ import annotations

import hjson

REQUIREMENT = "hjson==3.1.0"
MODULES = ("hjson",)
FORMAT = "text"
ALLOWED = (ValueError,)
SEEDS = (
    b"{\n  # note\n  rate: 1000\n  key: some text\n  list: [1, 2.5, true]\n}\n",
    b"text:\n  '''\n  first\n  second\n  '''\nb: null // end\n",
    b'{"a": {"b": [], "c": "\\u00e9"}}',
)


class RoundTripped(AssertionError):
    """loads(dumps(value)) differs from the value."""


def run(data: bytes) -> None:
    """Read a document, write it, and read it again."""
    value = hjson.loads(data.decode("utf-8", "replace"))
    if hjson.loads(hjson.dumps(value)) != value and "nan" not in repr(value):
        raise RoundTripped(repr(value)[:80])
