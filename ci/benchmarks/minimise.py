"""How long it takes from a finding in a body of 10 kB to its minimum: deflaked, minimised, in workers of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ci.benchmarks.bodies import BODIES
from ci.benchmarks.measure import Bar, Measure
from fuzzlab.target import REGISTRY, Target
from fuzzlab.triage import triage
from fuzzlab.verdict import Finding
from fuzzlab.worker import Worker

__all__ = ["minimise"]

BAR = Bar(10.0)
"""Seconds, the median over all bodies and rounds."""

PATIENCE = 60.0
"""Seconds after which a body counts as not minimised."""


def minimise(rounds: int) -> Iterator[Measure]:
    """Minimise each body once a round."""
    taken: dict[str, list[float]] = {}
    sizes: dict[str, str] = {}
    executions: dict[str, list[float]] = {}
    for _ in range(rounds):
        for function, data in BODIES.items():
            name = function.__name__
            seconds, runs, size = _once(REGISTRY[f"bench.{name}"], data)
            taken.setdefault(name, []).append(seconds)
            executions.setdefault(name, []).append(runs)
            sizes[name] = f"{len(data):,} -> {size:,} bytes"
    yield Measure("10 kB to its minimum", "s", tuple(s for each in taken.values() for s in each), BAR)
    for name, each in taken.items():
        yield Measure(f"  {name}", "s", tuple(each), note=sizes[name])
        yield Measure("    executions", "", tuple(executions[name]))


def _once(target: Target, data: bytes) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Worker(target, Path(folder), largest=len(data))
        try:
            verdict = bench.verdict(data)
            if not verdict.outcome.is_violation:
                raise RuntimeError(f"{target.name}: its body breaks nothing")
            before, began = bench.executions, time.monotonic()
            done = triage(Finding(target.name, verdict, data), bench, target.format, seconds=PATIENCE)
            return time.monotonic() - began, float(bench.executions - before), len(done.data)
        finally:
            bench.close()
