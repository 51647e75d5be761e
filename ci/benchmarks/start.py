"""What a corpus of 100,000 inputs costs before anything new is tried, and how much memory it takes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ci.benchmarks.measure import Bar, Measure
from ci.benchmarks.records import RecordError, document, records
from fuzzlab.corpus import Corpus
from fuzzlab.project import Config, Project

__all__ = ["start"]

INPUTS = 100_000

SECONDS, MEMORY = Bar(20.0), Bar(1024.0)

ROOT = Path(__file__).parents[2]

SPEC = "ci.benchmarks.records:records"

TIMEOUT = 600.0

LOOK_EVERY = 0.02


@dataclass(slots=True)
class _Cost:
    """Of one command: seconds in all, those that were executions, those of CPU time; peaks in MiB."""

    seconds: float = 0.0
    executing: float = 0.0
    cpu: float = 0.0
    supervisor: float = 0.0
    worker: float = 0.0


def start(rounds: int) -> Iterator[Measure]:
    """Run a campaign that ends with its first corpus, once more than there are inputs."""
    texts = _texts()
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name).resolve(), Config())
        (project.root / "pyproject.toml").write_text("[tool.fuzzlab]\n", encoding="utf-8")
        corpus = Corpus(project, SPEC.replace(":", "."), warn=print)
        for text in texts:
            corpus.add_coverage(text.encode("utf-8"))
        costs = [_campaign(project.root) for _ in range(rounds)]
    yield Measure("start", "s", tuple(c.seconds for c in costs), SECONDS, f"the whole command, {INPUTS:,} inputs")
    yield Measure("  executing them", "s", tuple(c.executing for c in costs), None, "again at each turn")
    yield Measure("  all else", "s", tuple(c.seconds - c.executing for c in costs))
    yield Measure("  CPU time", "s", tuple(c.cpu for c in costs), None, "of all its processes")
    yield Measure("  supervisor's peak", "MiB", tuple(c.supervisor for c in costs), MEMORY)
    yield Measure("  worker's peak", "MiB", tuple(c.worker for c in costs), MEMORY)
    yield Measure("  the target alone", "µs/input", (_alone(texts),), None, "not instrumented, in a plain loop")


def _texts() -> list[str]:
    rng = Random(0)  # noqa: S311 - the same ones every time
    texts: dict[str, None] = {}
    while len(texts) < INPUTS:
        texts[document(rng)] = None
    return list(texts)


def _alone(texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        try:  # noqa: SIM105 - as in plain.py
            records(text)
        except RecordError:
            pass
    return (time.process_time() - began) / len(texts) * 1e6


def _campaign(root: Path) -> _Cost:
    allowed = f"{SPEC.partition(':')[0]}:{RecordError.__name__}"
    words = ["fuzz", SPEC, "--allow", allowed, "--runs", str(INPUTS), "--time", f"{TIMEOUT:g}s"]
    command = [sys.executable, "-m", "fuzzlab", *words, "--json"]
    cost, began, cpu = _Cost(), time.monotonic(), _cpu_of_children()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        while process.poll() is None:
            cost.supervisor = max(cost.supervisor, _peak(process.pid))
            cost.worker = max([cost.worker, *map(_peak, _children(process.pid))])
            time.sleep(LOOK_EVERY)
        cost.seconds = time.monotonic() - began
        out = process.stdout.read() if process.stdout else b""
        if process.returncode:
            log.seek(0)
            raise subprocess.CalledProcessError(process.returncode, command, out, log.read())
    cost.cpu = _cpu_of_children() - cpu
    (result,) = json.loads(out)["targets"]
    if result["executions"] != INPUTS or result["findings"]:
        raise RuntimeError(f"{INPUTS} executions of a sound target ended otherwise: {result}")
    cost.executing = INPUTS / result["executions_per_second"]
    return cost


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(pid: int) -> float:
    """Give a process's largest resident size, or 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []
