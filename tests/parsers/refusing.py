"""Targets that refuse in several ways, and targets that take their time."""

from __future__ import annotations

import time

from fuzzlab import Budget, formats, target


@target(format=formats.json(), allow=(ValueError, LookupError))
def refusing(value: object) -> int:
    """Refuse what is no number, and a key that is none."""
    if value == "k":
        return {"a": 1}[value]
    return int(str(value))


@target(format=formats.raw())
def inventive(data: bytes) -> None:
    """Refuse each input with a type of error of its own."""
    raise type(f"Error{int(data):04}", (ValueError,), {})


@target(format=formats.raw())
def dawdling(data: bytes) -> bytes:
    """Sleep for one input."""
    if data == b"slow":
        time.sleep(0.05)
    return data


@target(format=formats.raw(), budget=Budget(seconds=1.0))
def burning(data: bytes) -> bytes:
    """Work for a part of the budget, or for more than it."""
    end = time.process_time() + {b"burn": 0.6, b"hang": 60.0}.get(data, 0.0)
    while time.process_time() < end:
        pass
    return data
