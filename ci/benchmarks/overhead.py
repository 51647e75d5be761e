"""What an execution costs beyond bare Atheris, on a target that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import TargetFinished
from fuzzlab.formats import DEFAULT_MAX_SIZE
from fuzzlab.project import Config, Project
from fuzzlab.target import adhoc

__all__ = ["overhead"]

FEW, MANY = 200_000, 3_200_000
"""Executions of a short and of a long run: the slope between them holds no start-up."""

BAR = Bar(3.0)
"""Microseconds an execution."""

SPECS = {"bytes": "ci.benchmarks.nothing:nothing", "text": "ci.benchmarks.nothing:nothing_text"}

TIMEOUT = 600.0


def overhead(rounds: int) -> Iterator[Measure]:
    """Let both engines take turns, the other one first in every other round."""
    for shape, bar in (("bytes", BAR), ("text", None)):
        bare: list[float] = []
        ours: list[float] = []
        for number in range(rounds):
            turns: list[tuple[list[float], Callable[[int], float]]] = [
                (bare, lambda runs, shape=shape, seed=number + 1: _bare_seconds(shape, runs, seed)),  # type: ignore[misc]
                (ours, lambda runs, shape=shape, seed=number + 1: _our_seconds(shape, runs, seed)),  # type: ignore[misc]
            ]
            for samples, seconds in turns if number % 2 == 0 else turns[::-1]:
                samples.append(_slope(seconds))
        differences = tuple(mine - theirs for mine, theirs in zip(ours, bare, strict=True))
        yield Measure(f"overhead, {shape}", "µs/execution", differences, bar, "fuzzlab - bare, round by round")
        yield Measure(f"  fuzzlab, {shape}", "µs/execution", tuple(ours))
        yield Measure(f"  bare Atheris, {shape}", "µs/execution", tuple(bare))


def _slope(seconds: Callable[[int], float]) -> float:
    """Give the microseconds that one more execution takes."""
    few = seconds(FEW)
    return (seconds(MANY) - few) / (MANY - FEW) * 1e6


def _bare_seconds(shape: str, runs: int, seed: int) -> float:
    command = [sys.executable, "-m", "ci.benchmarks.bare", shape]
    options = [f"-runs={runs}", f"-seed={seed}", f"-max_len={DEFAULT_MAX_SIZE}"]
    began = time.monotonic()
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=TIMEOUT)
    return time.monotonic() - began


def _our_seconds(shape: str, runs: int, seed: int) -> float:
    """Run a campaign of one worker; its seconds begin with the first execution."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), Config())
        limits = Limits(seconds=TIMEOUT, runs=runs, workers=1, seed=seed)
        for event in Campaign(project, [adhoc(SPECS[shape])], limits).run():
            if isinstance(event, TargetFinished):
                return event.result.seconds * runs / event.result.executions
    raise RuntimeError("a campaign ended without a result")
