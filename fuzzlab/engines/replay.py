"""Every stored input once: what ever broke the parser is tried again, for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fuzzlab.engines import Runner
from fuzzlab.verdict import Verdict

__all__ = ["replay"]

BATCH = 2048
"""Inputs a message: at 3 µs an input, what a round trip costs is spread to nothing, and progress is still seen."""

BATCH_BYTES = 4 << 20
"""Bytes a message at the most, so that a corpus of uploads does not stand in memory as one line."""


def replay(inputs: Iterable[bytes], runner: Runner) -> Iterator[tuple[bytes, Verdict]]:
    """Run `inputs` in their order; yield those that broke the contract, with their verdicts."""
    for batch in _batches(inputs):
        for index, verdict in runner.run(batch):
            yield batch[index], verdict
        late, runner.late[:] = list(runner.late), []
        yield from late


def _batches(inputs: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for data in inputs:
        batch.append(data)
        size += len(data)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
