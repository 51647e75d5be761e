"""A parser of many ways, to tell what an input reaches; and some ways out of the process."""

from __future__ import annotations

import ctypes
import itertools
import os


def branches(value: str) -> int:
    """Go another way for each of some characters, and for how often they come."""
    depth = 0
    for c in value:
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth < 0:
                raise ValueError(value)
        elif c == "a":
            depth = max(depth, 0)
        elif c.isdigit():
            depth += _digit(c)
        elif c == "!":
            ctypes.string_at(0)
        elif c == "?":
            os._exit(1)
        elif c == "~":
            any(itertools.repeat(0))
    return depth


def _digit(c: str) -> int:
    if c == "0":
        return 0
    if c < "5":
        return 1
    return -1 if c == "9" else 2
