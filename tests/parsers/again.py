"""Parsers that oracles call again: slow ones, and ones that need all of the stack."""

from __future__ import annotations

import time

from fuzzlab import Budget, formats, oracles, target

SLOW = 0.2
"""Seconds of CPU; a budget holds two of them, and not three."""

TWICE: list[oracles.Oracle] = [oracles.deterministic(), oracles.idempotent(), oracles.round_trip(str)]


def _slow(text: str) -> str:
    end = time.process_time() + float(text)
    while time.process_time() < end:
        pass
    return text


@target(format=formats.text(), budget=Budget(seconds=0.5), oracles=TWICE, name="tests.again.slow")
def slow(text: str) -> str:
    return _slow(text)


def depth(text: str, at: int = 0) -> int:
    return 1 + depth(text, at + 1) if text[at : at + 1] == "[" else at


@target(format=formats.text(), allow=RecursionError, name="tests.again.once")
def once(text: str) -> str:
    depth(text)
    return text


@target(format=formats.text(), allow=RecursionError, oracles=TWICE, name="tests.again.deep")
def deep(text: str) -> str:
    depth(text)
    return text


@target(format=formats.text(), allow=RecursionError, oracles=[oracles.agrees_with(once)], name="tests.again.compared")
def compared(text: str) -> str:
    return once(text)
