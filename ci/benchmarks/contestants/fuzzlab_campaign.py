"""fuzzlab: a campaign of one worker, everything at its default. Supervisor and triage share the worker's core.

A finding counts from the moment the worker met it. Each is run again in a process of its own, without instrumentation,
to be named as the other contestants' are.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ci.benchmarks.contestants.record import Order, Record, order
from ci.benchmarks.entry import HANG, HANG_NAME
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import Progressed
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY

STARTING = 6.0
"""Seconds that a worker may take to start on a busy machine, beyond the search; with a slower start it has less."""

JUDGING = 60.0
"""Seconds after which a parser that nothing interrupts, not even the alarm, has hung for sure."""


def main() -> None:
    """Fuzz until the worker has had its time, then name what was found."""
    orders = order()
    os.environ["FUZZLAB_BENCH_ENTRY"] = str(orders.path)
    sys.path.insert(0, str(Path(__file__).parent))
    registered = importlib.import_module("registered")
    with tempfile.TemporaryDirectory(dir=orders.out.parent) as folder:
        project = Project(Path(folder), Config())
        seeds = project.corpus / registered.entry.name / "seeds"
        seeds.mkdir(parents=True)
        for number, data in enumerate(registered.entry.seeds):
            (seeds / str(number)).write_bytes(data)
        _fuzz(project, orders, registered.entry.name)


def _fuzz(project: Project, orders: Order, name: str) -> None:
    # A turn is longer than the peers' by what a start may take; what is found after the time does not count.
    limits = Limits(seconds=orders.seconds + STARTING, seed=orders.seed)
    campaign = Campaign(project, [REGISTRY[name]], limits)
    record = Record(orders)
    for event in campaign.run():
        if isinstance(event, Progressed) and not event.result.executions:
            record.began = time.monotonic()  # the start, to a second
    (result,) = campaign.results()
    record.executions = result.executions
    for finding in result.findings:
        if finding.found_after_seconds <= orders.seconds and (violation := _judged(orders.path, finding.data)):
            after = finding.found_after_executions
            record.add(violation, finding.data, seconds=finding.found_after_seconds, executions=after)
    record.write(elapsed=result.seconds, complete=True)


def _judged(path: Path, data: bytes) -> str:
    command = [sys.executable, "-m", "ci.benchmarks.contestants.judge", str(path)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=JUDGING + HANG, check=True)
    except subprocess.TimeoutExpired:
        return HANG_NAME
    except subprocess.CalledProcessError as error:
        return f"died @ {error.returncode}"
    return done.stdout.decode().strip()


if __name__ == "__main__":
    main()
