"""What an execution costs beyond bare Atheris, on a target that does nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import TargetFinished
from fuzzlab.finder import adhoc
from fuzzlab.formats import DEFAULT_MAX_SIZE
from fuzzlab.project import Config, Project

__all__ = ["overhead"]

FEW = 200_000
MANY = {"bytes": 3_200_000, "text": 1_200_000}
"""Executions of a short and of a long run: the slope between them holds no start-up."""

BAR = Bar(3.0)
"""Microseconds an execution."""

SPECS = {"bytes": "ci.benchmarks.nothing:nothing", "text": "ci.benchmarks.nothing:nothing_text"}

TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class _Cost:
    """Seconds on the clock from the first execution, and CPU seconds of the engine's process."""

    wall: float
    cpu: float


def overhead(rounds: int) -> Iterator[Measure]:
    """Let both engines take turns, in the other order in every other round."""
    yield from _compared("bytes", rounds, BAR)
    yield from _compared("text", rounds, None)


def _compared(shape: str, rounds: int, bar: Bar | None) -> Iterator[Measure]:
    costs: dict[str, list[_Cost]] = {"fuzzlab": [], "bare Atheris": []}
    for number in range(rounds):
        for name in list(costs)[:: 1 if number % 2 == 0 else -1]:
            costs[name].append(_slope(_ours if name == "fuzzlab" else _bare, shape, number + 1))
    pairs = list(zip(costs["fuzzlab"], costs["bare Atheris"], strict=True))
    wall = tuple(ours.wall - bare.wall for ours, bare in pairs)
    yield Measure(f"overhead, {shape}", "µs/execution", wall, bar, "fuzzlab - bare Atheris, round by round")
    cpu = tuple(ours.cpu - bare.cpu for ours, bare in pairs)
    yield Measure("  the same in CPU time", "µs/execution", cpu, None, "what other work on the machine does not add to")
    for name, samples in costs.items():
        yield Measure(f"  {name}, wall", "µs/execution", tuple(cost.wall for cost in samples))
        yield Measure(f"  {name}, CPU", "µs/execution", tuple(cost.cpu for cost in samples))


def _slope(run: Callable[[str, int, int], _Cost], shape: str, seed: int) -> _Cost:
    """Give the microseconds that one more execution takes."""
    few, many = run(shape, FEW, seed), run(shape, MANY[shape], seed)
    scale = 1e6 / (MANY[shape] - FEW)
    return _Cost((many.wall - few.wall) * scale, (many.cpu - few.cpu) * scale)


def _bare(shape: str, runs: int, seed: int) -> _Cost:
    command = [sys.executable, "-m", "ci.benchmarks.bare", shape]
    options = [f"-runs={runs}", f"-seed={seed}", f"-max_len={DEFAULT_MAX_SIZE}"]
    began, cpu = time.monotonic(), _children_cpu()
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=TIMEOUT)
    return _Cost(time.monotonic() - began, _children_cpu() - cpu)


def _ours(shape: str, runs: int, seed: int) -> _Cost:
    """Run a campaign of one worker; its seconds begin with the first execution."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), Config())
        limits = Limits(seconds=TIMEOUT, runs=runs, workers=1, seed=seed)
        cpu = _children_cpu()
        for event in Campaign(project, [adhoc(SPECS[shape])], limits).run():
            if isinstance(event, TargetFinished):
                return _Cost(event.result.seconds * runs / event.result.executions, _children_cpu() - cpu)
    raise RuntimeError("a campaign ended without a result")


def _children_cpu() -> float:
    """Give the CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
