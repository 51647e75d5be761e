"""Small parsers with one or two bugs each, for campaigns."""

from __future__ import annotations

import ctypes
import hashlib
import itertools
import os
import signal
import time


def magic(value: str) -> str:
    """Fail for an empty tail after the magic word."""
    if value.startswith("fz:"):
        return {"a": value}[value[3:4] or "missing"] if len(value) == 3 else value
    return value


def sound(value: str) -> str:
    """Refuse or accept, and nothing else."""
    if not value.isascii() or len(value) > 9:
        raise ValueError(value)
    return value


def exits(value: str) -> str:
    """End the process, or fail for an empty text."""
    if value.startswith("!"):
        os._exit(3)
    return value[0]


def segfaults(value: str) -> str:
    """Crash the interpreter, or fail for an empty text."""
    if value.startswith("!"):
        ctypes.string_at(0)
    return value[0]


def loops(value: str) -> str:
    """Loop in C for ever, or fail for an empty text."""
    if value.startswith("!"):
        any(itertools.repeat(0))
    return value[0]


def kills(value: str) -> str:
    """Take the process along as the kernel's OOM killer does, or fail for an empty text."""
    if value.startswith("!"):
        os.kill(os.getpid(), signal.SIGKILL)
    return value[0]


def two(value: str) -> str:
    """Fail for an empty text, and for any that begins with no ASCII letter."""
    first = value[0]
    if not (first.isascii() and first.isalpha()):
        raise KeyError(value)
    return value


def lingers(value: str) -> str:
    """Fail for two marks, and take its time wherever there is one."""
    if "!" in value:
        time.sleep(0.3)
    if value.count("!") >= 2:
        raise KeyError(value)
    return value


_asked = itertools.count()


def flaky(value: str) -> str:
    """Fail every third time."""
    if next(_asked) % 3 == 2:
        raise KeyError(value)
    return value


def near(value: str) -> str:
    """Fail for what stands beside an ordinary input."""
    if value.startswith("magic word:") and value != "magic word:x":
        raise KeyError(value)
    return value


SESAME = b"open sesame"


def sealed(value: bytes) -> bytes:
    """Fail for one input that no search finds."""
    if hashlib.sha256(value).digest() == hashlib.sha256(SESAME).digest():
        raise KeyError(value)
    return value


def flat(value: bytes) -> bytes:
    """Have one path, so that there is nothing to discover after the first input."""
    return value


def sleeps(value: str) -> str:
    """Wait for longer than anybody presses Ctrl-C for."""
    if value.startswith("!"):
        time.sleep(600)
    return value


def twice(data: bytes) -> int:
    """Fail where two files were put one behind the other and the first row is no longer the only header."""
    first, *rest = data.split(b"\r\n")
    if first.count(b",") == 2 and first.strip(b",") and first in rest:
        return {"rows": len(rest)}["headers"]
    return len(rest)
