"""Ctrl-C: the first ends a run between two steps, never in the middle of a file; the next ones only make it hurry."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["held", "watched"]


class _Interrupts:
    """What is known of SIGINT in this process."""

    def __init__(self) -> None:
        self.holding = 0
        self.pending = False


_interrupts = _Interrupts()


@contextmanager
def watched(hurry: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Raise KeyboardInterrupt once; after that call `hurry`, for whoever presses twice must not lose what is kept.

    Once there was an interrupt the process is on its way out, and hears no more of them after this block either.

    Only the main thread can watch signals (signal(2) is the process's); elsewhere everything stays as it is. So it does
    where a shell has a job in the background ignore them.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    heard = False

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal heard
        if heard:
            hurry()
            return
        heard = True
        if _interrupts.holding:
            _interrupts.pending = True
        else:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if heard else before)
        _interrupts.pending = False


@contextmanager
def held() -> Iterator[None]:
    """Let what is inside finish; an interrupt meanwhile is raised after it."""
    _interrupts.holding += 1
    try:
        yield
    finally:
        _interrupts.holding -= 1
        if _interrupts.pending and not _interrupts.holding:
            _interrupts.pending = False
            raise KeyboardInterrupt
