"""What a target may not take from its worker: its signals, its stack, its memory shared with the supervisor.

Code under test installs handlers, arms timers, lowers limits and forks, all of which is its right in a process of its
own. Here it acts for one execution and is over with it. The guards are in place before the target is imported, so that
`from signal import signal` finds them too; outside of an execution they let everything through.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Any

from fuzzlab.blackbox import RUNNING, SEQUENCE, BlackBox

__all__ = ["DUMP_SIGNAL", "SOFT_LIMIT_SIGNAL", "Guard", "die_with"]

SOFT_LIMIT_SIGNAL = signal.SIGXCPU
"""Asks the executor to look at the stack, and to end the execution. It means what we use it for: too much CPU time."""

DUMP_SIGNAL = signal.SIGQUIT
"""Has faulthandler write the stack from C, where no Python code runs."""

TIMERS = (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF)
"""Sent by timers that a target may arm and forget; unhandled, each ends the process."""

_OURS = frozenset({SOFT_LIMIT_SIGNAL, DUMP_SIGNAL})

Handler = Callable[[int, FrameType | None], Any] | int | None


def die_with(supervisor: int) -> None:
    """End with the supervisor, even when `kill -9` gives it no time to say so (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != supervisor:
            sys.exit(0)


class Guard:
    """The guards of one worker."""

    def __init__(self, box: BlackBox, descriptors: Sequence[int], *, timers: Sequence[int] = TIMERS) -> None:
        """Prepare them.

        Args:
            box: shared with the supervisor, who must not see what a forked process does.
            descriptors: of what only this process may write to.
            timers: signals of timers whose unhandled arrival belongs to the execution that armed them.
        """
        self.box = box
        self.descriptors = descriptors
        self.timers = tuple(timers)
        self.on_fork: list[Callable[[], None]] = []
        self.on_timer: Callable[[int, FrameType | None], None] | None = None
        self.owner, self._real_kill = os.getpid(), os.kill
        self._armed = 0
        self._by_main = True
        self._asked_limit = 0
        self._handlers: dict[int, Handler] = {}
        self._first: dict[int, Handler] = {}
        self._real_signal, self._real_getsignal = signal.signal, signal.getsignal
        self._real_mask, self._real_limit = signal.pthread_sigmask, sys.setrecursionlimit

    def install(self) -> None:
        """Stand guard for the life of this process."""
        for number in self.timers:
            self._real_signal(number, self._timer)
        signal.signal, signal.getsignal, signal.pthread_sigmask = self._signal, self._getsignal, self._mask
        sys.setrecursionlimit = self._limit
        for name in ("alarm", "setitimer"):
            setattr(signal, name, self._arming(getattr(signal, name)))
        faulthandler.disable = faulthandler.unregister = lambda *_: None  # type: ignore[assignment]  # any signature
        os.register_at_fork(before=self._forking, after_in_child=self._forked)

    def on_signal(self, number: int, handler: Callable[[int, FrameType | None], Any]) -> None:
        """Install a handler of the worker's own."""
        self._real_signal(number, handler)

    def _is_running(self) -> bool:
        return bool(self.box.head[RUNNING])

    def _signal(self, signalnum: int, handler: Handler) -> Handler:
        """Stand for `signal.signal`: handlers act while the target has control, and never for our signals."""
        before = self._getsignal(signalnum)
        if signalnum in _OURS and self._is_running():
            return before
        self._first.setdefault(signalnum, before)
        if callable(handler):

            def guarded(raised: int, frame: FrameType | None) -> None:
                if self._is_running() and (raised not in TIMERS or self._armed == self.box.head[SEQUENCE]):
                    handler(raised, frame)

            self._real_signal(signalnum, guarded)
        elif signalnum in self.timers and handler == signal.SIG_DFL:
            self._real_signal(signalnum, self._timer)
        else:
            self._real_signal(signalnum, handler)
        self._handlers[signalnum] = handler
        return before

    def _getsignal(self, signalnum: int) -> Handler:
        """Stand for `signal.getsignal`: what the target has installed."""
        default = signal.SIG_DFL if signalnum in TIMERS else self._real_getsignal(signalnum)
        return self._handlers.get(signalnum, default)

    def _mask(self, how: int, mask: Iterable[int]) -> Any:
        """Stand for `signal.pthread_sigmask`: our signals cannot be blocked."""
        return self._real_mask(how, mask if how == signal.SIG_UNBLOCK else set(mask) - _OURS)

    def _limit(self, limit: int) -> None:
        """Stand for `sys.setrecursionlimit`: a lower one would be the harness's, too, in all later executions."""
        self._asked_limit = limit if self._is_running() else 0
        if not self._is_running() or limit > sys.getrecursionlimit():
            self._real_limit(limit)

    def recursion_limit(self) -> int:
        """Give the limit that the target has asked for, or else the one that is."""
        return self._asked_limit or sys.getrecursionlimit()

    def put_recursion_limit(self, limit: int) -> None:
        """Put back the limit that there was."""
        self._asked_limit = 0
        self._real_limit(limit)

    def handlers(self) -> dict[int, Handler]:
        """Give the handlers that the target has installed in the place of others."""
        return {number: now for number, now in self._handlers.items() if now != self._first.get(number)}

    def put_handlers(self, handlers: dict[int, Handler]) -> None:
        """Put back the handlers that there were."""
        for number in {**self._handlers, **handlers}:
            if self._handlers.get(number) != handlers.get(number):
                self._signal(number, handlers.get(number, self._first.get(number, signal.SIG_DFL)))
        self._handlers = dict(handlers)

    def _arming(self, arm: Callable[..., Any]) -> Callable[..., Any]:
        """Stand for a function that arms a timer."""

        def armed(*args: Any) -> Any:
            self._armed = self.box.head[SEQUENCE] if self._is_running() else 0
            return arm(*args)

        return armed

    def _timer(self, number: int, frame: FrameType | None) -> None:
        """A timer that nobody handles: the death of the execution that armed it, and nothing to a later one."""
        if self._is_running() and self._armed == self.box.head[SEQUENCE] and self.on_timer is not None:
            self.on_timer(number, frame)

    def _forking(self) -> None:
        self._by_main = threading.current_thread() is threading.main_thread()

    def _forked(self) -> None:
        """In a process that the target has forked: let go of what is shared, and end with the worker."""
        self.box.seclude()
        for descriptor in self.descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        if sys.platform == "linux" and self._by_main:  # what another thread forks would end with that thread
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # prctl(2): PR_SET_PDEATHSIG
            if os.getppid() != self.owner:  # it is gone already, and nobody sends the signal
                self._real_kill(os.getpid(), signal.SIGKILL)
        for act in self.on_fork:
            act()
