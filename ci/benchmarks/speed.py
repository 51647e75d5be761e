"""What an execution costs in real parsers, against bare Atheris and against the function as it is."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ci.benchmarks.cost import CONTESTANTS, TARGETS
from ci.benchmarks.inputs import dates, documents
from ci.benchmarks.measure import Bar, Measure
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import TargetFinished
from fuzzlab.finder import adhoc
from fuzzlab.project import Config, Project

__all__ = ["speed"]

PASSES = 15
"""Passes over the corpus in a turn, about half a second of bare Atheris each."""

SECONDS = 30
"""Of a live campaign."""

EXAMPLES = 2000
"""Of plain Hypothesis, which takes about a millisecond for each."""

OF_BARE = Bar(0.33 if sys.version_info < (3, 12) else 0.60)
OF_FUNCTION = Bar(2.2)
LIVE = Bar(2.0, at_least=True)

TIMEOUT = 600.0

_STATS = re.compile(r"stat::number_of_executed_units:\s+(\d+)")


def speed(rounds: int) -> Iterator[Measure]:
    """Let the contestants take turns, in the other order in every other round."""
    for target in TARGETS:
        yield from _costs(target, rounds)
    for target in TARGETS:
        yield from _lives(target, rounds)


def _costs(target: str, rounds: int) -> Iterator[Measure]:
    costs: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for number in range(rounds):
        for name in list(costs)[:: 1 if number % 2 == 0 else -1]:
            command = [sys.executable, "-m", "ci.benchmarks.cost", name, target, str(PASSES)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT)
            costs[name].append(float(done.stdout.split()[-1]))
    ours, bare, plain = costs["fuzzlab"], costs["bare Atheris"], costs["uninstrumented"]
    of_bare = tuple(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    of_plain = tuple(mine / theirs for mine, theirs in zip(ours, plain, strict=True))
    yield Measure(f"cost of an input, {target}", "x bare Atheris", of_bare, OF_BARE, "CPU time, round by round")
    yield Measure("  the same", "x uninstrumented", of_plain, OF_FUNCTION)
    for name, samples in costs.items():
        yield Measure(f"  {name}", "µs", tuple(samples))


def _lives(target: str, rounds: int) -> Iterator[Measure]:
    rates: dict[str, list[float]] = {"fuzzlab": [], "bare Atheris": []}
    for number in range(rounds):
        for name in list(rates)[:: 1 if number % 2 == 0 else -1]:
            rates[name].append((_fuzzlab if name == "fuzzlab" else _bare)(target, number + 1))
    times = tuple(mine / theirs for mine, theirs in zip(rates["fuzzlab"], rates["bare Atheris"], strict=True))
    yield Measure(f"live, {SECONDS} s, {target}", "x bare Atheris", times, LIVE, "same seeds, one worker")
    for name, samples in rates.items():
        yield Measure(f"  {name}", "executions/s", tuple(samples))
    yield Measure("  plain Hypothesis", "executions/s", (_hypothesis(target),), None, "st.text()")


def _seeds(target: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, data in enumerate(documents() if target == "toml" else dates()):
        (folder / str(number)).write_bytes(data)
    return folder


def _bare(target: str, seed: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        corpus = _seeds(target, Path(folder) / "corpus")
        command = [sys.executable, "-m", "ci.benchmarks.live", target, str(corpus), str(seed), str(SECONDS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT)
    found = _STATS.findall(done.stderr)
    return float(found[-1]) / SECONDS


def _fuzzlab(target: str, seed: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        module, name = TARGETS[target]
        made = adhoc(f"{module}:{name}", format_name="text", allow=["builtins:Exception"])
        _seeds(target, Path(folder) / "corpus" / made.name / "seeds")
        campaign = Campaign(Project(Path(folder), Config()), [made], Limits(seconds=SECONDS, workers=1, seed=seed))
        for event in campaign.run():
            if isinstance(event, TargetFinished):
                return event.result.executions_per_second
    raise RuntimeError("a campaign ended without a result")


def _hypothesis(target: str) -> float:
    """Give the rate of a property test as one writes it."""
    harness = CONTESTANTS["uninstrumented"](target)
    limits = settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate])

    @settings(limits, suppress_health_check=list(HealthCheck))
    @given(st.text())
    def parses(text: str) -> None:
        harness(text.encode("utf-8", "replace"))

    began = time.monotonic()
    parses()
    return EXAMPLES / (time.monotonic() - began)
