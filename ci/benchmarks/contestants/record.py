"""What a contestant has found so far: each violation once, written to a file at once, for a process may be killed."""

from __future__ import annotations

import argparse
import base64
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzzlab.files import write_atomically

__all__ = ["Order", "Record", "order"]


@dataclass(frozen=True, slots=True)
class Order:
    """What the benchmark asks of a contestant."""

    path: Path
    seconds: float
    seed: int
    out: Path
    began: float


def order(arguments: Sequence[str] | None = None) -> Order:
    """Read the command line, and keep this process and all that it starts to the core named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {options.core})
    return Order(options.path.resolve(), options.seconds, options.seed, options.out, time.monotonic())


@dataclass(slots=True)
class Record:
    """Violations by name, each with the seconds and executions from the start and an input that shows it."""

    order: Order
    began: float = field(default_factory=time.monotonic)
    executions: int = 0
    found: dict[str, tuple[float, int, bytes]] = field(default_factory=dict)

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self.began

    def add(self, violation: str, data: bytes, *, seconds: float | None = None, executions: int | None = None) -> None:
        """Note a violation, unless it was found sooner."""
        seconds = self.elapsed if seconds is None else seconds
        if violation not in self.found or seconds < self.found[violation][0]:
            self.found[violation] = (seconds, self.executions if executions is None else executions, data)
            self.write()

    def write(self, *, elapsed: float | None = None, complete: bool = False) -> None:
        """Write what there is."""
        document = {
            "complete": complete,
            "startup": self.began - self.order.began,
            "seconds": self.elapsed if elapsed is None else elapsed,
            "executions": self.executions,
            "found": {
                violation: {
                    "seconds": round(seconds, 3),
                    "executions": executions,
                    "input": base64.b64encode(data).decode("ascii"),
                }
                for violation, (seconds, executions, data) in sorted(self.found.items())
            },
        }
        write_atomically(self.order.out, json.dumps(document).encode("ascii"))
