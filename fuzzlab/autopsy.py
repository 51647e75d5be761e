"""What killed a worker: from its exit status and its last words to a verdict."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Sequence

from fuzzlab.endings import LOOP_NOTE
from fuzzlab.scope import Scope, bounded, home, packages, shown_path
from fuzzlab.target import Target
from fuzzlab.verdict import SENT, Frame, Outcome, Verdict

__all__ = ["autopsy", "is_sent", "last_place"]

_THREAD = re.compile(r"^(?:Stack|Current thread)[^\n]*\n((?:  (?:File|\.\.\.)[^\n]*\n?)+)", re.MULTILINE)
"""A stack as faulthandler writes it, the most recent call first."""

_FRAME = re.compile(r'^  File "([^"\n]+)", line (\d+) in (.+)$', re.MULTILINE)


def autopsy(target: Target, status: int, log: str, *, hung: bool) -> Verdict:
    """Give the verdict on the input that was running when a worker ended.

    Args:
        target: what it ran.
        status: the exit status, negative for a signal.
        log: what the interpreter wrote to standard error.
        hung: whether it was killed because the hard limit was reached.
    """
    stacks = [_frames(target, match.group(1)) for match in _THREAD.finditer(log)]
    if hung:
        frames = _noted(log) or _common([stack for stack in stacks if stack])
        return _verdict(
            target, Outcome.HANG, "", f"did not end within {_hard(target):g} s, and could not be interrupted", frames
        )
    frames = stacks[-1] if stacks else ()
    how = _how(status)
    outcome = Outcome.MEMORY if _out_of_memory(status, log) else Outcome.DIED
    return _verdict(target, outcome, how, f"the process ended: {how}", frames)


def last_place(target: Target, log: str) -> str:
    """Give the place where the last stack dumped into a log stands, or the empty string."""
    dumped = [match.group(1) for match in _THREAD.finditer(log)]
    frames = _frames(target, dumped[-1]) if dumped else ()
    return frames[-1].place if frames else ""


def _noted(log: str) -> tuple[Frame, ...]:
    """Give the frames that the soft limit saw, where Python code swallowed its exception."""
    begin = log.rfind(LOOP_NOTE.decode())
    if begin < 0:
        return ()
    try:
        note = json.loads(log[begin + len(LOOP_NOTE) :].partition("\n")[0])
        return Verdict.from_json(note).frames
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


def _verdict(target: Target, outcome: Outcome, how: str, message: str, frames: tuple[Frame, ...]) -> Verdict:
    place = frames[-1].place if frames else target.place
    return Verdict(outcome, how, message, "", place, bounded(frames) or home(target))


def _how(status: int) -> str:
    if status >= 0:
        return f"exit {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def is_sent(status: int) -> bool:
    """Whether a process ended by a signal that comes from somebody, not from what it did."""
    return status < 0 and _how(status) in SENT


def _out_of_memory(status: int, log: str) -> bool:
    """Whether an allocation that failed below Python took the process along."""
    return status == -signal.SIGABRT and bool(
        re.search(r"bad_alloc|MemoryError|out of memory|cannot allocate", log, re.IGNORECASE)
    )


def _hard(target: Target) -> float:
    return target.contract.budget.seconds * 2


def _common(stacks: Sequence[tuple[Frame, ...]]) -> tuple[Frame, ...]:
    """Give the outermost frames that all stacks share; the calls themselves cannot be told apart in a dump."""
    if not stacks:
        return ()
    depth = 0
    while all(depth < len(stack) and stack[depth].place == stacks[0][depth].place for stack in stacks):
        depth += 1
    return stacks[-1][:depth]


def _frames(target: Target, text: str) -> tuple[Frame, ...]:
    """Read one dumped stack; keep the frames under test, outermost first, named as tracebacks name them."""
    scope = Scope(packages(target))
    modules = {
        path: name
        for name, module in list(sys.modules.items())
        if name in scope and isinstance(path := getattr(module, "__file__", None), str)
    }
    frames = []
    for path, line, function in _FRAME.findall(text):
        if module := modules.get(path):
            frames.append(Frame(module, function, shown_path(path), int(line)))
    return tuple(reversed(frames))
