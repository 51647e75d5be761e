"""What one input of a fixed corpus costs: `python -m ci.benchmarks.cost CONTESTANT TARGET PASSES` prints microseconds.

Each contestant does what it has to: decode the bytes, call the parser, take what it raises. Both engines run inside a
libFuzzer that has started, for only then do callbacks report anything. Time is the thread's CPU time, and of all passes
the fastest counts: other work on the machine adds to the rest.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import atheris

from ci.benchmarks.inputs import dates, documents
from fuzzlab.blackbox import BlackBox
from fuzzlab.engines import coverage
from fuzzlab.executor import Executor
from fuzzlab.finder import adhoc
from fuzzlab.guard import Guard
from fuzzlab.scope import Scope

__all__ = ["TARGETS"]

TARGETS = {"toml": ("toml", "loads"), "dateutil": ("dateutil.parser", "parse")}

WARM_UP = 3
"""Passes until the interpreter has specialised what it can."""

Call = Callable[[bytes], object]


def _function(target: str) -> Callable[[str], object]:
    module, name = TARGETS[target]
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def _harness(target: str) -> Call:
    """Give what a person writes around a parser to fuzz it."""
    function = _function(target)

    def call(data: bytes) -> None:
        try:  # noqa: SIM105 - a context manager would cost
            function(data.decode("utf-8", "replace"))
        except Exception:  # noqa: BLE001, S110 - whatever it refuses with
            pass

    return call


def _bare(target: str) -> Call:
    with atheris.instrument_imports(include=[TARGETS[target][0].partition(".")[0]]):
        return _harness(target)


def _fuzzlab(target: str) -> Call:
    module, name = TARGETS[target]
    package = module.partition(".")[0]
    with coverage.instrumented([package]):
        made = adhoc(f"{module}:{name}", format_name="text", allow=["builtins:Exception"])
    box = BlackBox.create(Path.cwd(), made.format.max_size + 4096)
    executor = Executor(made, box, Scope([package]))
    guard = Guard(box, [])
    guard.install()
    executor.install(guard)
    return executor.execute


CONTESTANTS: dict[str, Callable[[str], Call]] = {"uninstrumented": _harness, "bare Atheris": _bare, "fuzzlab": _fuzzlab}


def main() -> None:
    """Time one contestant."""
    contestant, target, passes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    call = CONTESTANTS[contestant](target)
    corpus = documents() if target == "toml" else dates()

    def measure(_data: bytes) -> NoReturn:
        if contestant == "fuzzlab":
            coverage.report()
        for _ in range(WARM_UP):
            one_pass()
        fastest = min(one_pass() for _ in range(passes))
        os.write(1, f"{fastest / len(corpus) * 1e6}\n".encode())
        os._exit(0)

    def one_pass() -> float:
        began = time.thread_time()
        for data in corpus:
            call(data)
        return time.thread_time() - began

    if contestant == "uninstrumented":
        measure(b"")
    atheris.Setup([sys.argv[0], "-runs=1"], measure)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
