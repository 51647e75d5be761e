"""By how much a coverage worker grows, on a target that does nothing."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure
from ci.benchmarks.overhead import SPECS
from fuzzlab.finder import adhoc
from fuzzlab.lane import Lane
from fuzzlab.quarters import First

__all__ = ["memory"]

SETTLED, MANY = 100_000, 3_000_000
"""Executions between which the growth counts: the first ones fill caches once."""

BAR = Bar(32.0)
"""MiB."""

TIMEOUT = 600.0

LOOK_EVERY = 0.02


def memory(rounds: int) -> Iterator[Measure]:
    """Read the resident size of one worker twice."""
    del rounds  # it is no timing: one run each says it
    for shape, bar in (("bytes", BAR), ("text", None)):
        growth, size = _grown(shape)
        yield Measure(f"memory, {shape}", "MiB", (growth,), bar, f"from {size:.0f} MiB, over {MANY:,} executions")


def _grown(shape: str) -> tuple[float, float]:
    """Give (by how much it grew, from what size), in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        lane = Lane(
            adhoc(SPECS[shape]),
            Path(folder),
            First(),
            seconds=TIMEOUT,
            runs=None,
            seed=1,
            seen=(),
            known_hangs=(),
            draws=True,
            in_turn=0,
            active_before=0.0,
            executions_before=0,
        )
        try:
            before = _size_at(lane, SETTLED)
            return _size_at(lane, SETTLED + MANY) - before, before
        finally:
            lane.close()


def _size_at(lane: Lane, executions: int) -> float:
    """Wait for a number of executions, tending the worker as a campaign does; give its resident MiB."""
    while lane.executions < executions:
        if lane.is_over:
            raise RuntimeError(f"{lane.executions} executions in {TIMEOUT:g} s")
        for message in lane.messages():
            raise RuntimeError(f"a target that does nothing broke its contract: {message}")
        lane.child.watch()
        time.sleep(LOOK_EVERY)
    pages = int(Path(f"/proc/{lane.child.process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)
