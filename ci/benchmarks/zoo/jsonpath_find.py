"""jsonpath_ng.ext: JSONPathError, with the lexer's and the parser's errors under it, for what is no path."""

from __future__ import annotations

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

REQUIREMENT = "jsonpath-ng==1.16.0"
MODULES = ("jsonpath_ng",)
FORMAT = "text"
ALLOWED = (JSONPathError,)
HAS_EFFECTS = True  # it imports its tables by exec
SEEDS = (
    b"$.store.books[*].title",
    b"$..books[?(@.price < 10)].tags[0:2]",
    b"$.store.books[/price]",
    b"store.books[\\price].`len`",
)

DOCUMENT = {
    "store": {
        "books": [
            {"title": "a b", "price": 8.5, "tags": ["x", "y", "z"]},
            {"title": "c", "price": 12, "tags": []},
        ],
        "open": True,
    },
    "n": None,
}


def run(data: bytes) -> None:
    """Read a path and follow it."""
    [match.value for match in parse(data.decode("utf-8", "replace")).find(DOCUMENT)]
