"""Findings that wait to be deflaked and minimised, while the campaign goes on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fuzzlab.errors import FuzzlabError
from fuzzlab.target import Target
from fuzzlab.triage import triage
from fuzzlab.verdict import Finding
from fuzzlab.worker import Worker

__all__ = ["Backlog"]

PATIENCE = 1.0
"""Seconds that an attempt in hand may take when a campaign ends: Ctrl-C is to be obeyed within two."""

TICK = 0.05
"""Seconds between two attempts to end an attempt."""


class Backlog:
    """A thread with a worker of its own, one finding after the other, so that a campaign never waits for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: queue.SimpleQueue[tuple[Target, Finding] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Finding, Finding]] = queue.SimpleQueue()
        self._failed: queue.SimpleQueue[tuple[str, FuzzlabError]] = queue.SimpleQueue()
        self._deadline = float("inf")
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

    def put(self, target: Target, finding: Finding) -> None:
        """Hand over a finding."""
        self.pending += 1
        self._jobs.put((target, finding))

    def finished(self) -> Iterator[tuple[Finding, Finding]]:
        """Yield (as found, as triaged) for what is done."""
        while not self._done.empty():
            self.pending -= 1
            yield self._done.get()

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
        """Have all done by `deadline` (monotonic): what is left by then is only deflaked."""
        self._deadline = deadline

    def close(self) -> None:
        """Stop after the attempt in hand, or without it where it takes long; what is not done stays as it was found."""
        self._stopped.set()
        self._jobs.put(None)
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
            while (job := self._jobs.get()) is not None and not self._stopped.is_set():
                target, finding = job
                try:
                    done = self._one(target, finding)
                except FuzzlabError as error:
                    if not self._abandoned.is_set():
                        self._failed.put((target.name, error))
                    done = replace(finding, deterministic=False)
                if not self._abandoned.is_set():  # it would be the verdict on a worker that we killed
                    self._done.put((finding, done))
        except BaseException as error:  # noqa: BLE001 - raised again by the supervisor
            if not self._abandoned.is_set():
                self._failure = error

    def _one(self, target: Target, finding: Finding) -> Finding:
        self._bench = bench = Worker(target, self._folder, largest=len(finding.data))
        try:
            return triage(finding, bench, target.format, should_stop=self._must_stop)
        finally:
            self._bench = None
            bench.close()

    def _must_stop(self) -> bool:
        return self._stopped.is_set() or time.monotonic() > self._deadline
