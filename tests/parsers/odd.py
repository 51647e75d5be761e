"""Callables that are no plain functions."""

from __future__ import annotations

import functools
import logging
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
