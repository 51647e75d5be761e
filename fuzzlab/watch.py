"""The watch over a target's side effects: the audit hook that asks `sanitizers.py`, and blocks what it condemns.

There is one for each process, because an audit hook can never be removed (PEP 578). It looks only while a target has
control, and costs nothing where no event is raised.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from opcode import opmap
from types import FrameType
from typing import Any

from fuzzlab.sanitizers import EVENTS, UNDECLARED, Concern, Declared, judge

__all__ = ["WATCH", "Interruption", "Watch"]

CALLERS_LIMIT = 100
"""Frames looked at from an audit event outwards: an import chain is long, a target's stack may be longer."""

CLEARED_MOST = 4096
"""Arguments that are remembered as harmless."""

_IMPORT_NAME = opmap["IMPORT_NAME"]

OnConcern = Callable[[str, Concern, FrameType], None]
IsHarmless = Callable[[str, Concern], bool]


class Interruption(BaseException):
    """What is raised inside a target to end its execution; no `except Exception` holds it.

    Its verdict is noted before it is raised, so that a target which swallows it gains nothing.
    """


class Watch:
    """Who is told of a concern, and which events have turned out to be none.

    While `wanted` is set, an execution is repeated with another input: an event whose name and text it gives is `seen`,
    other doubtful ones pass, and certain effects are blocked without a word.
    """

    def __init__(self) -> None:
        self.active = False
        self.enabled: frozenset[str] = frozenset()
        self.declared = UNDECLARED
        self.on_concern: OnConcern | None = None
        self.is_harmless: IsHarmless = lambda _event, _concern: False
        self.carries: Callable[[str], bool] = bool
        self.cleared: set[tuple[str, str]] = set()
        self.wanted: tuple[str, str] | None = None
        self.seen = False
        self.is_lenient = False

    def install(
        self, enabled: frozenset[str], declared: Declared, on_concern: OnConcern, is_harmless: IsHarmless,
        carries: Callable[[str], bool],
    ) -> None:  # fmt: skip
        """Begin to look.

        Args:
            enabled: the contract's sanitizers.
            declared: what the target may do.
            on_concern: told of an event that is to be blocked, with the frame that raised it.
            is_harmless: whether a doubtful event is known to be none, so that it passes.
            carries: whether a text holds a stretch of the input in hand.
        """
        if self.on_concern is None:
            sys.addaudithook(self.hook)
        self.enabled, self.declared, self.carries = enabled, declared, carries
        self.on_concern, self.is_harmless = on_concern, is_harmless

    def clear(self, event: str, text: str) -> None:
        """Let an event with this argument pass from now on."""
        if len(self.cleared) >= CLEARED_MOST:
            self.cleared.clear()
        self.cleared.add((event, text))

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Look at one event; end the execution where it is an effect, or may be one."""
        if not self.active or event not in EVENTS or self.on_concern is None:
            return
        self.active = False  # looking at frames raises audit events of its own
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's frame
            if event == "import" and _is_statement(frame):
                return
            concern = judge(event, args, _callers(frame), self.enabled, self.declared)
            if concern is None or not self._counts(event, concern):
                return
            if self.wanted is None:
                if not concern.certain and self.is_harmless(event, concern):
                    return
                self.on_concern(event, concern, frame)
        finally:
            self.active = True
        raise Interruption(concern.reason)

    def _counts(self, event: str, concern: Concern) -> bool:
        if self.wanted is not None:
            if event == self.wanted[0] and self.wanted[1] in concern.text.lower():
                self.seen = True
            return self.seen or concern.certain
        if concern.certain:
            return True
        return not self.is_lenient and (event, concern.text) not in self.cleared and self.carries(concern.text)


WATCH = Watch()
"""The one of this process."""


def _is_statement(frame: FrameType) -> bool:
    """Whether an import is a statement, whose name its author wrote, and not a call with a name from somewhere."""
    return frame.f_code.co_code[frame.f_lasti] == _IMPORT_NAME


def _callers(frame: FrameType | None) -> Sequence[tuple[str, str]]:
    callers: list[tuple[str, str]] = []
    while frame is not None and len(callers) < CALLERS_LIMIT:
        callers.append((str(frame.f_globals.get("__name__", "")), frame.f_code.co_name))
        frame = frame.f_back
    return callers
