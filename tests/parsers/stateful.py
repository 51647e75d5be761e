"""Targets whose verdict, or whose process, depends on what they were given before; and some that only look like it."""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import decimal
import functools
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable
from pathlib import Path

from fuzzlab import formats, target

RARE = 2003
"""One in so many inputs changes the answers to others: most reviews of a campaign come before it."""

_seen: set[str] = set()
_strict = False
_kept: list[object] = []
_numbers = itertools.count()


@target(format=formats.text(max_size=64), name="tests.once_only")
def once_only(text: str) -> str:
    """Refuse what was there before: an id is taken."""
    if text in _seen:
        raise ValueError("twice")
    _seen.add(text)
    return text


_prices: dict[str, float] = {"a": 1.0}


@target(format=formats.text(max_size=64), name="tests.used_up")
def used_up(text: str) -> float:
    """Take what is there once; the second time it is missed."""
    return _prices.pop(text) if text == "a" else 0.0


@target(format=formats.text(max_size=64), name="tests.poisoned")
def poisoned(text: str) -> str:
    """Be strict from the first input on that asks for it, for all who come later."""
    global _strict  # noqa: PLW0603 - it is the bug
    if text == "!strict" or sum(map(ord, text)) % RARE == 1:
        _strict = True
    if _strict and len(text) > 2:
        raise ValueError("too long")
    return text


@target(format=formats.text(max_size=64), name="tests.armed")
def armed(text: str) -> str:
    """Die of what was harmless, from the first input on that asks for it."""
    global _strict  # noqa: PLW0603 - it is the bug
    if text == "!arm":
        _strict = True
    if _strict and text == "mine":
        ctypes.string_at(0)
    return text


def chdir(_text: str) -> None:
    os.chdir("/")


def environment(text: str) -> None:
    os.environ["FUZZLAB_TEST_STATE"] = text or "x"


def context(_text: str) -> None:
    decimal.getcontext().prec = 7


def recursion_limit(_text: str) -> None:
    sys.setrecursionlimit(50_000)


def lower_recursion_limit(_text: str) -> None:
    sys.setrecursionlimit(300)


def filters(_text: str) -> None:
    warnings.simplefilter("ignore")


def handler(_text: str) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: None)


def thread(_text: str) -> None:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()


def files(_text: str) -> None:
    _kept.append(Path(os.devnull).open(encoding="utf-8"))  # noqa: SIM115 - it is the bug


def modules(_text: str) -> None:
    name = f"fuzzlab_test_{next(_numbers)}"
    sys.modules[name] = types.ModuleType(name)


def path(_text: str) -> None:
    sys.path.append("/nowhere")


def streams(_text: str) -> None:
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it is the bug


def dies(_text: str) -> None:
    ctypes.string_at(0)


def chdir_and_back(_text: str) -> None:
    with contextlib.chdir("/"):
        pass


def context_and_back(_text: str) -> None:
    with decimal.localcontext() as own:
        own.prec = 7
        decimal.Decimal(1) / decimal.Decimal(3)


def filters_and_back(_text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")


def handler_and_back(_text: str) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.signal(signal.SIGUSR1, before)


def thread_that_ends(_text: str) -> None:
    worker = threading.Thread(target=int)
    worker.start()
    worker.join()


def file_in_a_cycle(_text: str) -> None:
    cycle: list[object] = [Path(os.devnull).open(encoding="utf-8")]  # noqa: SIM115 - the collector closes it
    cycle.append(cycle)


@functools.cache
def _once() -> list[object]:
    warnings.filterwarnings("ignore", "told once")
    decimal.getcontext().Emax = 999_999
    return [Path(os.devnull).open(encoding="utf-8")]


def lazily(_text: str) -> None:
    _once()
    json.loads("1")


def _does(text: str) -> None:
    name, _, argument = text.partition(" ")
    effect: Callable[[str], None] | None = globals().get(name)
    if not callable(effect) or name.startswith("_"):
        raise ValueError(name)
    effect(argument)


@target(format=formats.text(max_size=64), allow=ValueError, sanitizers=["state"], name="tests.leaves")
def leaves(text: str) -> None:
    _does(text)


@target(format=formats.text(max_size=64), allow=ValueError, sanitizers=[], name="tests.leaves_much")
def leaves_much(text: str) -> None:
    _does(text)


_cache: dict[str, list[str]] = {}


@target(format=formats.text(max_size=64), name="tests.blameless")
def blameless(text: str) -> dict[str, object]:
    """Remember, count, tell the time and draw numbers, none of which changes what is accepted."""
    words = _cache.setdefault(text, text.split())
    if len(words) > 3:
        raise ValueError(f"{next(_numbers)}: too many words at {time.time()}")
    return {
        "words": words, "number": next(_numbers), "day": dt.datetime.now(dt.UTC), "id": random.random(),  # noqa: S311 - no secret
        "second": int(time.time()), "hits": len(_cache), "object": object(),
    }  # fmt: skip
