"""What a campaign looks at beside its search: how the cost of its inputs grows, in a small share of the time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fuzzlab import steepness
from fuzzlab.errors import FuzzlabError
from fuzzlab.steepness import Steep, Steepness
from fuzzlab.target import Target

__all__ = ["Sideline"]

CREDIT = 3.0
"""Seconds that it may spend beyond its share: to start a worker takes one, and a short campaign is to see some."""

SLICE = 2.0
"""Seconds that one target is looked at before it is the next one's turn."""

KEPT = 32
"""Inputs of a target, the newest; of older ones the dearest are looked at."""

TICK = 0.05

PATIENCE = 0.2
"""Seconds that the end of a question is waited for."""


class Sideline:
    """A thread with a gentle worker, one target after the other."""

    def __init__(self, folder: Path, targets: Sequence[Target], *, share: float, seed: int) -> None:
        """Start it, unless the share is nothing.

        Args:
            folder: for its worker's files.
            targets: whose inputs it looks at.
            share: seconds that it may take of each second.
            seed: of its random choices.
        """
        self._folder = folder
        self._targets = {target.name: target for target in targets}
        self._inputs: dict[str, list[bytes]] = {name: [] for name in self._targets}
        self._share = share
        self._seed = seed
        self._done: queue.SimpleQueue[tuple[str, Steep | FuzzlabError]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._searches: dict[str, Steepness] = {}
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="growth", daemon=True)
        if share > 0:
            self._thread.start()

    def offer(self, name: str, inputs: Iterable[bytes]) -> None:
        """Take in inputs of a target, the newest last."""
        if self._share > 0:
            self._inputs[name] = [*self._inputs[name], *inputs][-KEPT:]

    def finished(self) -> Iterator[tuple[str, Steep | FuzzlabError]]:
        """Yield (target, what was found there, or why it can no longer be looked at).

        Raises:
            Exception: the thread failed, which is our own fault.
        """
        while not self._done.empty():
            yield self._done.get()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def close(self) -> None:
        """Stop, in the middle of a question if need be."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(PATIENCE)
            while self._thread.is_alive():
                for search in list(self._searches.values()):
                    search.scales.abandon()
                self._thread.join(TICK)

    def _work(self) -> None:
        began, spent = time.monotonic(), 0.0
        try:
            while self._targets and not self._stopped.is_set():
                for name in list(self._targets):
                    if not self._inputs[name]:
                        continue
                    while spent > (time.monotonic() - began) * self._share + CREDIT:
                        if self._stopped.wait(TICK):
                            return
                    start = time.monotonic()
                    self._look(name, start + SLICE)
                    spent += time.monotonic() - start
                if self._stopped.wait(TICK):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again by the supervisor
            self._failure = error
        finally:
            for search in self._searches.values():
                search.scales.close()

    def _look(self, name: str, end: float) -> None:
        search = self._searches.get(name)
        if search is None:
            search = steepness.of(self._targets[name], self._folder, seed=self._seed, gentle=True)
            self._searches[name] = search

        def must_stop() -> bool:
            return self._stopped.is_set() or time.monotonic() > end

        try:
            for found in search.search(search.dearest(self._inputs[name]), most=None, should_stop=must_stop):
                self._done.put((name, found))
        except FuzzlabError as error:
            if not self._stopped.is_set():
                self._done.put((name, error))
            del self._targets[name]
        if len(self._targets) > 1:
            search.scales.fresh()  # a process for each of a hundred targets would be a hundred processes
