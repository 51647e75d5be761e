"""One target that does whatever its input names; each behaviour is a function of its own, so that a frame names it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fuzzlab import Budget, formats, oracles, target

SECONDS = 0.5
"""CPU seconds of the budget: a hang costs a test this, or twice this in C, or five times this asleep."""

MARK = Path("hostile-mark")
"""What an effect would leave in the current folder if it happened."""


class Refused(ValueError):
    """A subclass of the allowed class."""


class _Mute(Exception):
    def __str__(self) -> str:
        raise KeyError("no message for you")


class _Exiting(Exception):
    def __str__(self) -> str:  # noqa: PLE0307 - to end the process is what it is for
        sys.exit(0)


class _TrickyText(str):
    __slots__ = ()

    def __getitem__(self, key: object) -> str:
        raise IndexError(key)


class _Tricky(Exception):
    def __str__(self) -> str:
        return _TrickyText("tricky")


def refuse() -> None:
    raise Refused("no")


def crash() -> None:
    raise IndexError("string index out of range")


def crash_elsewhere() -> None:
    raise IndexError("string index out of range")


def recurse() -> None:
    recurse()


def leave() -> None:
    sys.exit(3)


def interrupt() -> None:
    raise KeyboardInterrupt


def allocate() -> bytes:
    return b"x" * (20 << 30)


def hang_in_python() -> None:
    while True:
        pass


def hang_in_re() -> None:
    re.match(r"(a+)+$", "a" * 64 + "!")


def hang_asleep() -> None:
    time.sleep(3600)


def hang_in_c() -> None:
    any(itertools.repeat(0))


def hang_swallowing() -> None:
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass


def swallow() -> None:
    with contextlib.suppress(BaseException):
        crash()


def exit_now() -> None:
    os._exit(0)


def exit_now_swallowed() -> None:
    with contextlib.suppress(BaseException):
        os._exit(7)


def abort() -> None:
    os.abort()


def segfault() -> None:
    ctypes.string_at(0)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def start_process() -> None:
    subprocess.run(["touch", str(MARK)], check=False)


def start_shell() -> None:
    os.system(f"touch {MARK}")  # noqa: S605 - it is what the sanitizer must stop


def write_file() -> None:
    MARK.write_text("written", encoding="utf-8")


def write_file_swallowed() -> None:
    with contextlib.suppress(BaseException):
        MARK.write_text("written", encoding="utf-8")


def open_socket() -> None:
    socket.socket().close()


def evaluate() -> object:
    return eval("1 + 1")


def execute() -> None:
    exec("x = 1")


def compile_text() -> object:
    return compile("1 + 1", "<input>", "eval")


def mute() -> None:
    raise _Mute


def exiting_message() -> None:
    raise _Exiting


def tricky_message() -> None:
    raise _Tricky


def huge_message() -> None:
    raise KeyError("x" * 5_000_000)


def weird_class() -> None:
    raise type("\x1b[31mRed\n::error::", (Exception,), {})("weird")


def print_much() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write("x" * 5_000_000)
        stream.flush()
    os.write(1, b"y" * 5_000_000)


def close_files() -> None:
    os.closerange(3, 4096)


def close_each_file() -> None:
    for descriptor in range(3, 200):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def close_files_and_hang() -> None:
    close_each_file()
    while True:
        pass


BEHAVIOURS: dict[str, Callable[[], object]] = {
    function.__name__: function
    for function in (
        refuse, crash, crash_elsewhere, recurse, leave, interrupt, allocate, hang_in_python, hang_in_re, hang_asleep,
        hang_in_c, hang_swallowing, swallow, exit_now, exit_now_swallowed, abort, segfault, kill, start_process,
        start_shell, write_file, write_file_swallowed, open_socket, evaluate, execute, compile_text, mute,
        exiting_message, tricky_message, huge_message, weird_class, print_much, close_files, close_each_file,
        close_files_and_hang,
    )
}  # fmt: skip


@target(format=formats.text(), budget=Budget(seconds=SECONDS), name="tests.hostile")
def hostile(value: str) -> str:
    """Do what the input says; anything else is accepted."""
    BEHAVIOURS.get(value, str)()
    return value


@target(format=formats.text(), allow=Exception, budget=Budget(seconds=SECONDS), name="tests.lenient")
def lenient(value: str) -> str:
    """The same, with every Exception allowed."""
    return hostile(value)


@target(format=formats.text(), allow=BaseException, budget=Budget(seconds=SECONDS), name="tests.anything")
def anything(value: str) -> str:
    """The same, with everything allowed that can be raised."""
    return hostile(value)


@target(format=formats.text(), budget=Budget(seconds=SECONDS), sanitizers=(), name="tests.unwatched")
def unwatched(value: str) -> str:
    """The same, with no sanitizer."""
    return hostile(value)


@target(format=formats.text(), budget=Budget(seconds=SECONDS), name="tests.awaited")
async def awaited(value: str) -> str:
    """The same behind an event loop."""
    await asyncio.sleep(0)
    if value == "wait":
        await asyncio.sleep(3600)
    return hostile(value)


@target(format=formats.text(), oracles=[oracles.idempotent()], name="tests.growing")
def growing(value: str) -> str:
    """Add an exclamation mark each time."""
    if value == "fine":
        return value
    if value == "refuse":
        raise Refused(value)
    return value + "!"


@target(format=formats.text(), oracles=[oracles.round_trip(int)], name="tests.unrenderable")
def unrenderable(value: str) -> str:
    """Give what `int` cannot always read."""
    return "1" if value == "fine" else value


@target(format=formats.text(), oracles=[oracles.storable("utf-8", "json")], name="tests.unstorable")
def unstorable(value: str) -> dict[str, float | str]:
    """Give a number that JSON does not have."""
    return {"amount": float(value) if value == "nan" else 1.0, "text": value}


class _Broken(formats.text().__class__):  # type: ignore[misc]  # a door gives an instance, and its class is private
    """A format whose decoder fails by itself."""

    def decode(self, data: bytes) -> str:
        """Fail."""
        raise ZeroDivisionError(len(data))


@target(format=_Broken(max_size=100, alphabet=None, surrogates=True), name="tests.undecodable")
def undecodable(value: str) -> str:
    """Never be called."""
    return value
