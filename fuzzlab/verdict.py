"""How one execution of a target ended, and what makes two failures the same bug."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from fuzzlab.growth import Growth

__all__ = ["SENT", "Cause", "Finding", "Frame", "Moment", "Outcome", "Status", "Verdict", "input_id"]

MESSAGE_LIMIT = 2_000
"""Characters kept of an exception's message: enough to read, too few for a hostile parser to fill the disk."""

FRAMES_LIMIT = 40
"""Frames kept of a traceback, once what repeats in it is folded."""

CAUSES_LIMIT = 3
"""Causes kept of an exception, the nearest first: with itself, four links of its chain."""


_EXHAUSTED = {
    "RuntimeError": "can't start new thread",
    "OSError": "[Errno 24]",  # EMFILE
    "BlockingIOError": "[Errno 11]",  # EAGAIN: no more processes
}
"""How Python says that there are no more threads, files or processes: the beginning of the message."""

SENT = frozenset({"SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGALRM", "SIGVTALRM", "SIGPROF"})
"""Signals that come from somebody, or from a timer, and not from what the process does at that moment."""


def input_id(data: bytes) -> str:
    """Name an input by the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


class Outcome(StrEnum):
    """How an execution ended. The set is closed; `superlinear` is judged over many executions."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CRASH = "crash"
    HANG = "hang"
    MEMORY = "memory"
    DIED = "died"
    BAD_RESULT = "bad_result"
    EFFECT = "effect"
    SUPERLINEAR = "superlinear"

    @property
    def is_violation(self) -> bool:
        """Whether the contract was broken."""
        return self not in (Outcome.ACCEPTED, Outcome.REJECTED)

    @property
    def is_costly(self) -> bool:
        """Whether to see it again costs a second of waiting, a whole worker, or many executions."""
        return self in (Outcome.HANG, Outcome.MEMORY, Outcome.DIED, Outcome.SUPERLINEAR)


class Status(StrEnum):
    """Where a finding stands in its history.

    `fixed`: it was on record, and none of its inputs failed in a replay. `regressed`: it was fixed, and is back.
    """

    NEW = "new"
    KNOWN = "known"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    REGRESSED = "regressed"

    @property
    def is_open(self) -> bool:
        """Whether it is there, and nobody has decided that it may stay: what makes a run fail."""
        return self not in (Status.ACCEPTED, Status.FIXED)


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback, inside the code under test.

    `repeats` is how often the cycle of calls that it belongs to stood there, one after the other (1: no recursion).
    """

    module: str
    function: str
    file: str
    line: int
    repeats: int = 1

    @property
    def place(self) -> str:
        """`module:function`: what stays the same when lines move."""
        return f"{self.module}:{self.function}"


@dataclass(frozen=True, slots=True)
class Cause:
    """An exception from which another came, with frames of its own inside the code under test.

    `location` is `file:line` of the innermost of them. `explicit` says whether it was named (`raise … from error`) or
    was being handled when the other was raised.
    """

    exception: str
    message: str
    place: str
    location: str
    explicit: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One execution's outcome with its evidence.

    `exception` is the exception's name (with its module unless it is a builtin), or how the process died (`SIGSEGV`,
    `exit 0`). `clause` is the part of the contract that a `bad_result` or an `effect` broke. `frames` run from the
    outermost to the innermost, only those inside the code under test. `place` is where the bug is said to be. `causes`
    are those of the exception, the nearest first. `growth` is what a `superlinear` was measured by.
    """

    outcome: Outcome
    exception: str = ""
    message: str = ""
    clause: str = ""
    place: str = ""
    frames: tuple[Frame, ...] = ()
    causes: tuple[Cause, ...] = ()
    growth: Growth | None = None

    @property
    def signature(self) -> str:
        """One line that is equal exactly for failures held to be the same bug: `crash KeyError < ValueError shop:pay`.

        Of the causes it names the types, each once and not where they were raised: an error that is raised anew at each
        level of a document has as many causes as the document has levels, and a helper that wraps what ten readers
        raise is one bug for each kind of error, not for each reader.
        """
        chain = dict.fromkeys([self.exception, *(cause.exception for cause in self.causes)])
        what = self.clause or " < ".join(chain)
        return " ".join(part for part in (str(self.outcome), what, self.place) if part)

    @property
    def unchained(self) -> str:
        """The signature without the causes, as records from before they were kept have it."""
        return replace(self, causes=()).signature

    @property
    def location(self) -> str:
        """`file:line` of the frame that the signature names, or the empty string."""
        for frame in reversed(self.frames):
            if self.place in (frame.place, frame.module):
                return f"{frame.file}:{frame.line}"
        return f"{self.frames[-1].file}:{self.frames[-1].line}" if self.frames else ""

    @property
    def is_exhaustion(self) -> bool:
        """Whether something ran out that earlier executions in the process may have used up: memory, threads, files."""
        return self.outcome is Outcome.MEMORY or (
            self.outcome is Outcome.CRASH and self.message.startswith(_EXHAUSTED.get(self.exception, "\0"))
        )

    @property
    def needs_proof(self) -> bool:
        """Whether it counts only when a fresh process shows it again.

        A busy machine makes hangs and bends curves of costs, somebody's kill or the kernel's OOM killer makes deaths,
        and a leak runs out of something in an execution that is innocent.
        """
        sent = self.outcome is Outcome.DIED and self.exception in SENT
        return sent or self.outcome in (Outcome.HANG, Outcome.SUPERLINEAR) or self.is_exhaustion

    def to_json(self) -> dict[str, Any]:
        """Plain data for a pipe or a file."""
        document = asdict(self)
        if self.growth is None:
            del document["growth"]
        else:
            document["growth"] = self.growth.to_json()
        return document

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """Read `to_json`'s data, which may come from a worker that hostile code took over.

        Raises:
            KeyError, TypeError, ValueError: the data is not a verdict.
        """
        return cls(
            outcome=Outcome(data["outcome"]),
            exception=str(data["exception"])[:MESSAGE_LIMIT],
            message=str(data["message"])[:MESSAGE_LIMIT],
            clause=str(data["clause"])[:MESSAGE_LIMIT],
            place=str(data["place"])[:MESSAGE_LIMIT],
            frames=tuple(
                Frame(
                    str(f["module"]), str(f["function"]), str(f["file"]), _line(f["line"]), _line(f.get("repeats", 1))
                )
                for f in data["frames"][-FRAMES_LIMIT:]
            ),
            causes=tuple(_cause(c) for c in data.get("causes", ())[:CAUSES_LIMIT]),
            growth=Growth.from_json(data["growth"]) if data.get("growth") else None,
        )


def _cause(data: Mapping[str, Any]) -> Cause:
    exception, message, place, location = (
        str(data[name])[:MESSAGE_LIMIT] for name in ("exception", "message", "place", "location")
    )
    return Cause(exception, message, place, location, bool(data["explicit"]))


def _line(number: object) -> int:
    if not isinstance(number, int):
        raise TypeError(f"a line's number is {number!r}")
    return number


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of a finding's history: what it became, when, by which versions, and why where there is a reason."""

    date: str
    status: Status
    fuzzlab: str = ""
    python: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A bug: a verdict, the smallest input known to cause it, and its history.

    `minimised_from` is the size in bytes of the input that was first seen; `minimised` says whether minimising came to
    its end, or is to be taken up again. `path` is where the input was saved, relative to the project, or empty while it
    is nowhere but here. `date` is the day on which it was first stored. `options` are those of a target that nobody
    registered. `evidence` are further inputs of the same signature, which fail at other lines. `exact` says whether its
    signature was made with the chain of causes; records from before have one without. `cause` names the drift of an
    accepted input that shows the same failure, where there is one.
    """

    target: str
    verdict: Verdict
    data: bytes = field(repr=False)
    status: Status = Status.NEW
    deterministic: bool = True
    minimised_from: int = 0
    minimised: bool = True
    found_after_seconds: float = 0.0
    found_after_executions: int = 0
    path: str = ""
    reason: str = ""
    date: str = ""
    options: tuple[str, ...] = ()
    history: tuple[Moment, ...] = ()
    evidence: tuple[Finding, ...] = ()
    exact: bool = True
    cause: str = ""

    @property
    def id(self) -> str:
        """The name of its input."""
        return input_id(self.data)

    @property
    def signature(self) -> str:
        """Its verdict's signature."""
        return self.verdict.signature

    def with_input(self, data: bytes, verdict: Verdict) -> Finding:
        """The same finding on another input of the same signature."""
        return replace(self, data=data, verdict=verdict)
