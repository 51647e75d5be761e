"""A parser that took its worker over: it says to the supervisor what its input says."""

from __future__ import annotations

import os
import stat


def lie(value: str) -> str:
    """Write a line to every socket of this process."""
    for descriptor in range(3, 4096):  # those that the tests before it left come first
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, value.encode() + b"\n")
        except OSError:
            continue
    return value
