"""Callables that are no plain functions."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import os
import traceback
from collections import namedtuple
from dataclasses import make_dataclass

_log = logging.getLogger(__name__)


def _two(base: int, value: str) -> int:
    return int(value, base)


partial = functools.partial(_two, 10)


class Callable:
    """An object that can be called."""

    def __call__(self, value: str) -> int:
        """Read a number."""
        return int(value)


instance = Callable()


def logs_its_error(value: str) -> str:
    """Log what went wrong with its traceback, as a parser behind a web framework does, and go on."""
    try:
        return str({"a": 1}[value])
    except KeyError:
        _log.exception("unknown")
        return traceback.format_exc()


def imports_lazily(value: str) -> str:
    """Import a module at the first call."""
    import this_module_is_written_by_the_test as module  # type: ignore[import-not-found]  # noqa: PLC0415 - the point

    return str(module.VALUE) + value


def defines_classes(value: str) -> str:
    """Define classes whose methods the standard library writes as text."""
    pair = namedtuple("pair", ["a", "b"])  # noqa: PYI024 - the point
    made = make_dataclass("Made", [("a", int)], frozen=True)
    return f"{pair(1, 2)}{made(3)}{value}"


def two_hangs(value: str) -> None:
    """Hang in Python for one input, in C for another."""
    while value == "python":
        pass
    if value == "c":
        in_c()


def in_c() -> None:
    """Never return, nor take an exception."""
    any(itertools.repeat(0))


def exits_oddly(value: str) -> str:
    """End the process with a status that no signal has."""
    if value == "negative":
        os._exit(-100)
    return value


async def leaves_a_task(value: str) -> str:
    """Leave a task behind that would end the process inside a later execution."""
    if value == "leave":
        tasks.append(asyncio.get_running_loop().create_task(_end_later()))
    await asyncio.sleep(0.02)
    return value


tasks: list[asyncio.Task[None]] = []


async def _end_later() -> None:
    await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)
    os._exit(3)


@functools.wraps(leaves_a_task)
def wraps_a_coroutine(value: str) -> str:
    """Be no coroutine function, though what it wraps is one."""
    return value.upper()
