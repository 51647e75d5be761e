"""How a replay compares with a plain loop over the same inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ci.benchmarks.measure import Bar, Measure
from fuzzlab.corpus import Corpus
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY, Target
from targets import gamer_id

__all__ = ["replay"]

INPUTS = 20_000

STACKED = 4
"""Mutations on top of each other at the most, as the coverage engine does."""

BAR = Bar(0.5, at_least=True)
"""Of the plain loop's speed."""

ROOT = Path(__file__).parents[2]

TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class _Time:
    """Seconds of the loop, and of the whole command around it."""

    loop: float
    command: float


def replay(rounds: int) -> Iterator[Measure]:
    """Let the three loops take turns, in the other order in every other round."""
    target = REGISTRY[gamer_id.gamer_id.__name__]
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name).resolve(), Config())
        inputs = _store(project, target)
        contestants = {
            "fuzzlab": lambda: _replayed(project, target),
            "plain": lambda: _plain("memory", inputs),
            "plain, reading files": lambda: _plain("files", inputs),
        }
        times: dict[str, list[_Time]] = {contestant: [] for contestant in contestants}
        for number in range(rounds):
            for contestant in list(contestants)[:: 1 if number % 2 == 0 else -1]:
                times[contestant].append(contestants[contestant]())
    yield from _measures(times)


def _measures(times: dict[str, list[_Time]]) -> Iterator[Measure]:
    ours, plain, reading = times["fuzzlab"], times["plain"], times["plain, reading files"]
    speed = tuple(theirs.loop / mine.loop for mine, theirs in zip(ours, plain, strict=True))
    yield Measure("replay, speed", "of plain", speed, BAR, "the document's executions_per_second")
    speed = tuple(theirs.loop / mine.loop for mine, theirs in zip(ours, reading, strict=True))
    yield Measure("  beside a loop that reads files", "of plain", speed)
    speed = tuple(theirs.command / mine.command for mine, theirs in zip(ours, reading, strict=True))
    yield Measure("  whole command beside the same", "of plain", speed)
    for contestant, taken in times.items():
        loops = tuple(time.loop / INPUTS * 1e6 for time in taken)
        yield Measure(f"  {contestant}, loop", "µs/input", loops)
        yield Measure(f"  {contestant}, whole command", "s", tuple(time.command for time in taken))


def _store(project: Project, target: Target) -> Path:
    """Write a project with INPUTS coverage inputs, always the same ones; give their folder."""
    (project.root / "pyproject.toml").write_text('[tool.fuzzlab]\ntargets = ["targets.gamer_id"]\n', encoding="utf-8")
    corpus = Corpus(project, target.name, warn=print)
    for data in _inputs(target):
        corpus.add_coverage(data)
    return corpus.coverage_folder


def _inputs(target: Target) -> list[bytes]:
    rng = Random(0)  # noqa: S311 - the same ones every time
    seeds = [path.read_bytes() for path in sorted((ROOT / "corpus" / target.name / "seeds").iterdir())]
    inputs: dict[bytes, None] = {}
    while len(inputs) < INPUTS:
        data = rng.choice(seeds)
        for _ in range(rng.randrange(STACKED) + 1):
            data = target.format.mutate(data, rng, target.format.max_size) or data
        inputs[data] = None
    return list(inputs)


def _replayed(project: Project, target: Target) -> _Time:
    command = [sys.executable, "-m", "fuzzlab", "replay", target.name, "--json", "--quiet"]
    out, seconds = _run(command, project.root)
    (result,) = json.loads(out)["targets"]
    if result["executions"] != INPUTS or result["findings"]:
        raise RuntimeError(f"a replay of {INPUTS} harmless inputs ended otherwise: {result}")
    return _Time(INPUTS / result["executions_per_second"], seconds)


def _plain(mode: str, inputs: Path) -> _Time:
    out, seconds = _run([sys.executable, "-m", "ci.benchmarks.plain", mode, str(inputs)], ROOT)
    return _Time(float(out), seconds)


def _run(command: list[str], folder: Path) -> tuple[str, float]:
    """Run a command in a folder; give what it prints and the seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=TIMEOUT, check=True,
    )  # fmt: skip
    return done.stdout, time.monotonic() - began
