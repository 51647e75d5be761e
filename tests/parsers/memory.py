"""Parsers that remember: what they answer depends on what they were asked before."""

from __future__ import annotations

from fuzzlab import formats, target

_calls: list[str] = []


def counts(value: str) -> int:
    """Fail from the third call on."""
    _calls.append(value)
    if len(_calls) > int(value):
        raise KeyError(value)
    return len(_calls)


@target(format=formats.text(), sanitizers=(), name="tests.counts")
def counted(value: str) -> int:
    return counts(value)
