"""Where a loop or a recursion is: what stays the same, however long it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import FrameType

from fuzzlab.verdict import Frame

__all__ = ["loop_place", "recursion_place", "room", "stack_of", "still_alive"]

ALIKE = 0.9
"""Share of the most frames with which a module takes part in a recursion as much as the one that has them."""


def stack_of(frame: FrameType | None) -> list[FrameType]:
    """Give a stack, outermost first."""
    stack = []
    while frame is not None:
        stack.append(frame)
        frame = frame.f_back
    return stack[::-1]


def still_alive(before: Sequence[FrameType], now: Sequence[FrameType]) -> list[FrameType]:
    """Give the calls that have not returned between two samples, outermost first.

    Where a slow execution happens to be interrupted is chance. The innermost call that outlives all samples is not: it
    is the one whose loop does not end.
    """
    alive = []
    for old, new in zip(before, now, strict=False):
        if old is not new:
            break
        alive.append(new)
    return alive


def loop_place(frames: Sequence[Frame]) -> str:
    """Name the call that does not end; of a recursion that does not, the function that was entered first."""
    places = [frame.place for frame in frames]
    repeated = [frame.place for frame in frames if frame.repeats > 1 or places.count(frame.place) > 1]
    return (repeated or places[-1:] or [""])[0]


def recursion_place(frames: Sequence[Frame]) -> str:
    """Name the module that recurses: the stack runs out at a random function of the cycle.

    Where modules take turns, one of them has a frame more by the same chance, so the first by name stands for all.
    """
    modules: Counter[str] = Counter()
    for frame in frames:
        modules[frame.module] += frame.repeats
    most = max(modules.values(), default=0)
    return min((module for module, count in modules.items() if count >= most * ALIKE), default="")


def room() -> int:
    """Count the frames for which there is room on the stack of the caller."""

    def deeper(frames: int) -> int:
        try:
            return deeper(frames + 1)
        except RecursionError:
            return frames

    return deeper(2)
