"""Findings that wait to be deflaked and minimised, while the campaign goes on."""

from __future__ import annotations

import itertools
import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from fuzzlab.causes import MOST_RECORDED, cause
from fuzzlab.errors import FuzzlabError
from fuzzlab.target import Target
from fuzzlab.triage import triage
from fuzzlab.verdict import Finding, Outcome
from fuzzlab.worker import Worker

__all__ = ["Backlog"]

PATIENCE = 1.0
"""Seconds that an attempt in hand may take when a campaign ends: Ctrl-C is to be obeyed within two."""

TICK = 0.05
"""Seconds between two attempts to end an attempt."""

FIRST, HANGS, NOW, LATER = range(4)
"""What is done first: to stop; hangs, for which the search pays until they are known for one; what else was found in
this campaign; what an earlier one has left."""

HEAD_START = 1.0
"""Seconds of a target's search before its findings are looked into. In its first moments a search finds most, and where
workers have all cores, triage and the start of its process took a third of that time."""


class _Job(NamedTuple):
    """A finding to be looked into, or (FIRST) the end; they come by their rank, then in order."""

    rank: int
    order: int
    target: Target | None = None
    finding: Finding | None = None
    not_before: float = -math.inf
    """Monotonic seconds."""


class Backlog:
    """A thread with a worker of its own, one finding after the other, so that a campaign never waits for it."""

    def __init__(
        self,
        folder: Path,
        *,
        seconds: float | None = None,
        on_better: Callable[[Finding, Finding], None] = lambda _raw, _better: None,
    ) -> None:
        """Start it.

        Args:
            folder: for its worker's files.
            seconds: of minimising a finding (None: as long as is usual for its outcome).
            on_better: told of (as found, with its smallest input so far), by `finished` and in its caller's thread.
        """
        self._folder = folder
        self._seconds = seconds
        self._on_better = on_better
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._order = itertools.count()
        self._recorded: dict[str, tuple[bytes, ...]] = {}
        self._done: queue.SimpleQueue[tuple[Finding, Finding, bool]] = queue.SimpleQueue()
        self._failed: queue.SimpleQueue[tuple[str, FuzzlabError]] = queue.SimpleQueue()
        self._deadline = math.inf
        self._stopped, self._abandoned = threading.Event(), threading.Event()
        self._bench: Worker | None = None
        self.pending = 0
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="triage", daemon=True)
        self._thread.start()

    @property
    def is_trying(self) -> bool:
        """Whether an attempt is in hand."""
        return self._bench is not None

    def put(self, target: Target, finding: Finding, *, recorded: Iterable[bytes] = (), later: bool = False) -> None:
        """Hand over a finding.

        Args:
            target: whose it is.
            finding: as it was found.
            recorded: ordinary inputs of the target: what change of one of them causes it?
            later: it was left by an earlier campaign, and may be left by this one too.
        """
        self.pending += 1
        self._recorded[finding.id] = tuple(islice(recorded, MOST_RECORDED))
        is_hang = finding.verdict.outcome is Outcome.HANG
        begun = 0.0 if later else finding.found_after_seconds
        rank = LATER if later else HANGS if is_hang else NOW
        self._jobs.put(_Job(rank, next(self._order), target, finding, time.monotonic() + HEAD_START - begun))

    def finished(self) -> Iterator[tuple[Finding, Finding]]:
        """Yield (as found, as triaged) for what is done."""
        while not self._done.empty():
            raw, now, is_done = self._done.get()
            if is_done:
                self.pending -= 1
                yield raw, now
            else:
                self._on_better(raw, now)

    def failures(self) -> Iterator[tuple[str, FuzzlabError]]:
        """Yield (target, error) where a worker failed; the finding is among the finished ones, not reproduced.

        Raises:
            Exception: the thread failed, which is our own fault.
        """
        while not self._failed.empty():
            yield self._failed.get()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self.pending = 0
            raise failure

    def hurry(self, deadline: float) -> None:
        """Have all done by `deadline` (monotonic): what is left by then is only deflaked, what may be left is now."""
        self._deadline = deadline

    def close(self) -> None:
        """Stop after the attempt in hand, or without it where it takes long; what is not done stays as it was found."""
        self._stopped.set()
        self._jobs.put(_Job(FIRST, 0))
        self._thread.join(PATIENCE)
        while self._thread.is_alive():
            self.abandon()
            self._thread.join(TICK)

    def abandon(self) -> None:
        """Stop now; safe to call at any moment, from a signal handler too."""
        self._abandoned.set()
        self._stopped.set()
        if (bench := self._bench) is not None:
            bench.abandon()

    def _work(self) -> None:
        try:
            while not self._stopped.is_set():
                rank, _, target, finding, _ = self._next()
                if target is None or finding is None or self._stopped.is_set():
                    return
                try:
                    done = finding if self._may_leave(rank) else self._one(target, finding, rank)
                except FuzzlabError as error:
                    if not self._abandoned.is_set():
                        self._failed.put((target.name, error))
                    done = finding if rank == LATER else replace(finding, deterministic=False)
                if not self._abandoned.is_set():  # it would be the verdict on a worker that we killed
                    self._done.put((finding, done, True))
        except BaseException as error:  # noqa: BLE001 - raised again by the supervisor
            if not self._abandoned.is_set():
                self._failure = error

    def _next(self) -> _Job:
        """Wait for what is to be done next; in its search's first moments, only for a hang or the end."""
        while True:
            job = self._jobs.get()
            is_urgent = job.rank < NOW or self._stopped.is_set() or self._deadline < math.inf
            if is_urgent or time.monotonic() >= job.not_before:
                return job
            self._jobs.put(job)
            self._stopped.wait(TICK)

    def _one(self, target: Target, finding: Finding, rank: int) -> Finding:
        # Gentle: on a machine whose cores are all taken, minimising would cost the search half of one. Not with a hang:
        # until it is known to be one, the search pays for each again.
        gentle = finding.verdict.outcome is not Outcome.HANG
        self._bench = bench = Worker(target, self._folder, largest=len(finding.data), gentle=gentle)
        try:

            def stop() -> bool:
                return self._must_stop() or self._may_leave(rank)

            done = triage(
                finding, bench, target.format, seconds=self._seconds, should_stop=stop,
                on_better=lambda better: self._done.put((finding, better, False)),
            )  # fmt: skip
            recorded = self._recorded.pop(finding.id, ())
            return replace(done, cause=done.cause or cause(done, bench, target.format, recorded, should_stop=stop))
        finally:
            self._bench = None
            bench.close()

    def _may_leave(self, rank: int) -> bool:
        """Whether the campaign is over, and this was left by an earlier one."""
        return rank == LATER and self._deadline < math.inf

    def _must_stop(self) -> bool:
        return self._stopped.is_set() or time.monotonic() > self._deadline
