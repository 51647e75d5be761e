"""A repetition inside a repetition: each character doubles the ways to divide a name that does not match."""

import re

from fuzzlab import formats, target

SEEDS = [b"Ada Lovelace", b"Grace"]
PLACE = "tests.planted.steep.backtracking:backtracking"

NAMES = re.compile(r"(\w+[ -]?)*\Z")


@target(format=formats.text(max_size=4096))
def backtracking(value: str) -> str:
    if not NAMES.match(value):
        raise ValueError("no name")
    return value
