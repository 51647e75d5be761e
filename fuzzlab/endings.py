"""How an execution ends that neither returns nor raises: at a limit, by an exit, an abort, a fork.

Each is noted as an incident, which counts before whatever comes out, and all but a fork unwind the target by an
Interruption. A death costs a worker; those that Python code can be kept from become the same verdict for free.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from fuzzlab.blackbox import ACCEPTED, IMPATIENT, INTERRUPT, RECYCLE, REJECTED, RUNNING, SEQUENCE, TOLD, BlackBox
from fuzzlab.guard import SOFT_LIMIT_SIGNAL, Guard
from fuzzlab.loops import loop_place, stack_of, still_alive
from fuzzlab.scope import Scope, placed
from fuzzlab.target import Target
from fuzzlab.verdict import Frame, Outcome, Verdict
from fuzzlab.watch import WATCH, Interruption

__all__ = ["CUT_OFF", "LOOP_NOTE", "RECYCLED", "Endings", "real_exit"]

CUT_OFF = 86
"""Exit status of a worker whose target closed the line to the supervisor."""

RECYCLED = 87
"""Exit status of a worker that ended because it was asked to."""

LOOP_NOTE = b"fuzzlab: hang: "
"""Begins the line of a worker's log that holds the verdict of a soft limit."""

_FORKED = Verdict(Outcome.ACCEPTED)
"""Stands among the incidents of a process that the target has forked, and is told to nobody."""

real_exit, _real_abort, _real_closerange = os._exit, os.abort, os.closerange


class Endings:
    """Those of one process.

    `known_hangs` are places where the target is known to hang. Where the black box says IMPATIENT, an execution seen to
    loop there again is ended at once instead of at the end of its budget, so that one slow loop does not eat a
    campaign. Triage must be patient: to loop there for a moment is no hang yet.
    """

    def __init__(self, target: Target, box: BlackBox, scope: Scope, *, on_fork: Callable[[], None]) -> None:
        """Prepare them.

        Args:
            target: which is executed.
            box: of the process.
            scope: what is under test.
            on_fork: called in a process that the target has forked.
        """
        self.incidents: list[Verdict] = []
        self.known_hangs: set[str] = set()
        self.is_forked = False
        self._target, self._box, self._scope = target, box, scope
        self._tell_of_fork = on_fork
        self._sampled = self._samples = 0
        self._alive: list[FrameType] = []

    def install(self, guard: Guard) -> None:
        """Take over the soft limit's signal, timers, forks, `os._exit`, `os.abort` and `os.closerange`."""
        guard.on_signal(SOFT_LIMIT_SIGNAL, self.on_soft_limit)
        guard.on_timer = self._on_timer
        guard.on_fork.append(self._on_fork)
        os._exit = self._on_exit
        os.abort = self._on_abort
        os.closerange = self._on_closerange

    def own_fork(self) -> None:
        """Go on in a process that we have forked ourselves."""
        self.is_forked = False
        self.incidents.clear()

    def on_soft_limit(self, _number: int, frame: FrameType | None) -> None:
        """Sample the stack of a slow execution; end it when the supervisor says so or the loop is a known one.

        Between two executions it ends the process, where that is what is asked for.
        """
        head = self._box.head
        if not head[RUNNING]:
            if head[RECYCLE] and head[SEQUENCE] == head[ACCEPTED] + head[REJECTED] + head[TOLD]:
                real_exit(RECYCLED)  # no execution is in hand, none is untold
            return
        watching, WATCH.active = WATCH.active, False
        frames = self._sampled_frames(frame)
        place = loop_place(frames)
        known = bool(head[IMPATIENT]) and self._samples > 1 and place in self.known_hangs
        WATCH.active = watching
        if known or head[INTERRUPT] == head[SEQUENCE]:
            self._hangs(frames, place, is_known=known)

    def _sampled_frames(self, frame: FrameType | None) -> tuple[Frame, ...]:
        """Give the frames that have been there in each sample of this execution."""
        stack, sequence = stack_of(frame), self._box.head[SEQUENCE]
        if self._sampled != sequence:
            self._sampled, self._alive, self._samples = sequence, stack, 1
        else:
            self._alive, self._samples = still_alive(self._alive, stack), self._samples + 1
        return self._scope.of_stack(self._alive[-1] if self._alive else None)

    def _hangs(self, frames: tuple[Frame, ...], place: str, *, is_known: bool) -> NoReturn:
        budget = self._target.contract.budget
        message = f"did not end within {budget.seconds:g} s of CPU time, or {budget.wall:g} s on the clock"
        verdict = placed(self._target, Outcome.HANG, frames, message=message, place=place)
        self.known_hangs.add(verdict.place)
        self.incidents[:] = [verdict]
        self._alive = []
        if is_known:
            raise Interruption("a known hang")
        # Should the target swallow this and be killed, the log still knows where it looped.
        os.write(2, LOOP_NOTE + json.dumps(verdict.to_json()).encode("ascii") + b"\n")
        raise Interruption("soft limit")

    def _on_abort(self) -> NoReturn:
        if not self._box.head[RUNNING] or self.is_forked:
            _real_abort()
        self._end(sys._getframe(1), signal.SIGABRT.name)  # noqa: SLF001 - whoever calls it

    def _on_timer(self, number: int, frame: FrameType | None) -> None:
        self._end(frame, signal.Signals(number).name)

    def _on_exit(self, status: int) -> NoReturn:
        if not self._box.head[RUNNING] or self.is_forked:
            real_exit(status)
        # What a parent would see of it (wait(2)).
        self._end(sys._getframe(1), f"exit {status & 0xFF}")  # noqa: SLF001 - as above

    def _on_fork(self) -> None:
        """In a process that the target has forked: end with this execution, by the way that incidents take."""
        self.is_forked = True
        self._tell_of_fork()
        self.incidents.append(_FORKED)

    def _on_closerange(self, first: int, last: int) -> None:
        """Keep a target from closing the line to the supervisor with all its files, as daemons do."""
        if not self._box.head[RUNNING] or self.is_forked or not first <= self._box.descriptor < last:
            _real_closerange(first, last)
        else:
            self._died(sys._getframe(1), "files closed", "closes files that are not its own")  # noqa: SLF001 - as above

    def _end(self, frame: FrameType | None, how: str) -> NoReturn:
        """Note that the target ends its process, and keep it from doing so."""
        self._died(frame, how, f"the target ended the process ({how})")

    def _died(self, frame: FrameType | None, how: str, message: str) -> NoReturn:
        watching, WATCH.active = WATCH.active, False
        frames = self._scope.of_stack(frame)
        self.incidents.append(placed(self._target, Outcome.DIED, frames, exception=how, message=message))
        WATCH.active = watching
        raise Interruption(message)
