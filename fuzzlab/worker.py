"""A `Runner` over child processes: answers batches of inputs (replay, property, triage), replaces a child that dies."""

from __future__ import annotations

import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.behaviour import Behaviour
from fuzzlab.blackbox import ACCEPTED, BESIDE, DONE, IMPATIENT, INDEX, REJECTED, RUNNING, SEQUENCE
from fuzzlab.channel import Closed, Message, pack
from fuzzlab.errors import FuzzlabError, HarnessError, UserError
from fuzzlab.files import spare_folder
from fuzzlab.process import TICK, Child, Lost
from fuzzlab.project import Project
from fuzzlab.slowest import Slowest
from fuzzlab.tally import Tally
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["Worker", "scratch"]

ANSWER = 0.5
"""Seconds that a child at rest may take to tell its tally when it is given back; it takes a thousandth of that."""

LOSSES = 3
"""Workers in a row that may be killed from outside without an execution between."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where a batch ended early: at an input with its verdict, or before one, for the worker was killed or recycled.

    A verdict is doubtful when something else than the input may have caused it: somebody's signal, a leak before.
    """

    index: int
    verdict: Verdict | None
    is_doubtful: bool


class Worker:
    """A `Runner` whose children are replaced when they die."""

    def __init__(
        self, target: Target, folder: Path, *, largest: int = 0, impatient: bool = False, gentle: bool = False,
        observer: Callable[[int, Behaviour], None] | None = None,
        lines: bool = False,
    ) -> None:  # fmt: skip
        """Prepare one; no process is started before the first input.

        Args:
            target: what it runs.
            folder: for its files.
            largest: bytes of the largest input it will see, if that is more than the format's own limit.
            gentle: whether it leaves the processor to others that want it.
            impatient: whether to cut short an execution that loops where one was seen to hang before.
            observer: told what each input did, by its index; what a violation did is in its verdict.
            lines: whether to note in `lines` which lines of source run, which takes several times as long.
        """
        self.target = target
        self.folder = folder
        self.capacity = max(target.format.max_size, largest) + 4096
        self.executions = self.accepted = self.rejected = self.restarts = 0
        self.recycled: list[str] = []
        self.late: list[tuple[bytes, Verdict]] = []
        self.tally = Tally()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.slow = Slowest()
        self.lines: dict[str, set[int]] = defaultdict(set)
        self._notes_lines = lines
        self._child: Child | None = None
        self._impatient = impatient
        self._abandoned = False
        self._gentle = gentle
        self._observer = observer

    def start(self) -> None:
        """Start a process now, and wait until it has imported the target.

        Raises:
            UserError, HarnessError: as `run`.
        """
        self._started()

    def run(self, inputs: Sequence[bytes]) -> Iterator[tuple[int, Verdict]]:
        """Run each input once; yield (its index, its verdict) for those that broke the contract.

        Raises:
            UserError: the target does not import.
            HarnessError: fuzzlab's own part of a worker failed.
        """
        begin, doubted, losses = 0, -1, 0
        while begin < len(inputs):
            stop = yield from self._batch(inputs, begin)
            if stop is None:
                return
            if stop.verdict is None:
                losses = losses + 1 if stop.index == begin else 1
                if losses > LOSSES:
                    raise HarnessError(f"{self.target.name}: workers are killed from outside")
                begin = stop.index
            elif stop.is_doubtful and stop.index != doubted and not self._abandoned:
                self.executions -= 1  # it is run again, in a new process
                begin = doubted = stop.index
            else:
                yield stop.index, stop.verdict
                begin = stop.index + 1

    def _batch(self, inputs: Sequence[bytes], begin: int) -> Generator[tuple[int, Verdict], None, _Stop | None]:
        """Run the inputs from `begin` on in one process; say where and why that ended early."""
        child = self._started()
        child.box.head[INDEX] = child.box.head[DONE] = 0
        with contextlib.suppress(Closed):
            child.channel.send({"inputs": [pack(data) for data in inputs[begin:]]})
        exhausted: tuple[int, Verdict] | None = None
        try:
            while (message := self._next(child, begin, len(inputs)))["is"] != "ran":
                index, verdict = begin + message["index"], message["verdict"]
                if verdict.is_exhaustion:
                    exhausted = index, verdict
                else:
                    yield index, verdict
        except Lost as lost:
            index, is_done = begin + child.box.head[INDEX], child.box.head[DONE] > child.box.head[INDEX]
            self._retire()
            if lost.recycled:
                self.recycled.append(lost.reason)
            elif lost.verdict is None and not lost.killed:
                raise HarnessError(f"{self.target.name}: {lost.reason}") from None
            self.restarts += 1
            if is_done:
                return self._lost_beside(index, lost)
            return _Stop(index, lost.verdict, is_doubtful=lost.verdict is not None and _may_be_sent(lost.verdict))
        finally:
            self._count()
        done = self._done(message, inputs[begin:])
        excess = child.excess(doubting=exhausted is not None)
        if excess:
            self._retire()
            self.restarts += 1
            self.recycled.append(excess)
        if exhausted:
            return _Stop(*exhausted, is_doubtful=bool(excess))
        return None if begin + done == len(inputs) else _Stop(begin + done, None, is_doubtful=False)

    def _lost_beside(self, index: int, lost: Lost) -> _Stop:
        """Go on behind an input that is done with: what ended the process was an earlier one, run again beside it."""
        if lost.data is not None and lost.verdict is not None and not _may_be_sent(lost.verdict):
            self.late.append((lost.data, lost.verdict))
        return _Stop(index + 1, None, is_doubtful=False)

    def _done(self, message: Message, inputs: Sequence[bytes]) -> int:
        """Take in how far a process came, and what was slow."""
        done = int(message["done"])
        if message["tally"] is not None:
            self.tally += message["tally"]
        if not 0 <= done <= len(inputs):
            raise HarnessError(f"{self.target.name}: a worker ran what it was not given")
        for index, nanoseconds in message["slow"]:
            if 0 <= index < done:
                self.slow.met(nanoseconds / 1e9, inputs[index])
        for path, lines in message["lines"].items():
            self.lines[path] |= lines
        return done

    def verdict(self, data: bytes) -> Verdict:
        """Run one input and give its verdict, whatever it is.

        Raises:
            UserError, HarnessError: as `run`.
        """
        accepted = self.accepted
        if broken := list(self.run([data])):
            return broken[0][1]
        for late in self.late:
            if late[0] == data:
                self.late.remove(late)
                return late[1]
        return Verdict(Outcome.ACCEPTED if self.accepted > accepted else Outcome.REJECTED)

    def fresh(self) -> None:
        """Let the next input find a new process."""
        self._retire()

    def abandon(self) -> None:
        """Kill the child in the middle of what it does; for another thread, or a signal handler."""
        self._abandoned = True
        if (child := self._child) is not None:
            child.stop()

    def close(self) -> None:
        """Give everything back."""
        self._ask()
        self._retire()

    def _ask(self) -> None:
        """Let a child that is at rest tell what it has not told yet of what it saw."""
        child = self._child
        if child is None or self._abandoned or child.box.head[RUNNING] or not child.box.head[SEQUENCE]:
            return
        deadline = time.monotonic() + ANSWER
        with contextlib.suppress(Closed, Lost, FuzzlabError):
            child.channel.send({"inputs": [], "is_last": True})
            while (left := deadline - time.monotonic()) > 0:
                message = child.receive(left)
                if message is not None and message["is"] == "ran" and message["tally"] is not None:
                    self.tally += message["tally"]
                    return

    def _next(self, child: Child, begin: int, end: int) -> Message:
        """Wait for the next verdict, or the end of the batch; hand on what is told of behaviour until then."""
        while True:
            message = child.receive(TICK)
            if message is None:
                child.watch()
            elif message["is"] == "ran":
                return message
            elif message["is"] == "late":
                self.late.append((message["data"], message["verdict"]))
            elif not begin <= begin + message["index"] < end:
                raise HarnessError(f"{self.target.name}: a worker told of an input that it was not given")
            elif message["is"] == "verdict":
                return message
            elif self._observer is not None:
                self._observer(begin + message["index"], message["behaviour"])

    def _started(self) -> Child:
        losses = 0
        while self._child is None:
            child = Child(
                self.target, self.folder, capacity=self.capacity, gentle=self._gentle,
                observes=self._observer is not None, lines=self._notes_lines,
            )  # fmt: skip
            child.box.head[IMPATIENT] = self._impatient
            self._child, self._counted, self._refused = child, (0, 0, 0), Counter[tuple[str, str]]()
            try:
                child.wait_ready()
            except FuzzlabError:
                self._retire()
                raise
            except Lost as lost:
                self._retire()
                self.restarts, losses = self.restarts + 1, losses + 1
                if losses == LOSSES or self._abandoned:
                    raise HarnessError(f"{self.target.name}: workers are killed from outside: {lost.reason}") from None
        return self._child

    def _count(self) -> None:
        """Take over what the child's box has counted since the last look."""
        if self._child is None:
            return
        head = self._child.box.head
        now = (head[SEQUENCE] - head[BESIDE], head[ACCEPTED], head[REJECTED])
        before, self._counted = self._counted, now
        self.executions += now[0] - before[0]
        self.accepted += now[1] - before[1]
        self.rejected += now[2] - before[2]
        refused = self._child.box.refusals()
        self.refusals.update(refused - self._refused)
        self._refused = refused

    def _retire(self) -> None:
        if self._child is not None:
            self._count()
            self._child.close()
            self._child = None


def _may_be_sent(verdict: Verdict) -> bool:
    """Whether a death may have been somebody else's doing; a hang was waited for, and is one."""
    return verdict.needs_proof and verdict.outcome is not Outcome.HANG


def scratch(project: Project) -> Path:
    """Give the folder for workers' files, or the system's own where the project cannot be written.

    Raises:
        UserError: there is neither.
    """
    folder = project.state / "workers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if (spare := spare_folder()) is None:
            raise UserError(f"no room for a worker's files in {folder} ({error.strerror}), nor elsewhere") from None
        return spare
    return folder
