"""Many targets, several workers, one budget: supervise, take in what is found, lose nothing.

The supervisor's loop only waits, watches heartbeats and files what comes; deflaking and minimising happen in a thread
with a worker of its own. A finding is stored as soon as it is told, and again when it is smaller.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import queue
import select
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from fuzzlab.backlog import Backlog
from fuzzlab.channel import Message
from fuzzlab.corpus import Corpus
from fuzzlab.course import Course
from fuzzlab.engines import coverage
from fuzzlab.errors import FuzzlabError, HarnessError, UserError
from fuzzlab.events import (
    Event,
    FindingSeen,
    Plateaued,
    Progressed,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.interrupts import held
from fuzzlab.lane import Lane
from fuzzlab.ledger import Ledger
from fuzzlab.process import CLOSED_LINE, Lost
from fuzzlab.project import Project
from fuzzlab.quarters import sweep
from fuzzlab.register import Register
from fuzzlab.schedule import Standing, next_slice, standings_after
from fuzzlab.sideline import Sideline
from fuzzlab.steepness import Steep
from fuzzlab.target import Target
from fuzzlab.verdict import Finding, Outcome, Verdict
from fuzzlab.worker import scratch

__all__ = ["Campaign", "Limits"]

PROGRESS_EVERY = 1.0
"""Seconds between two events of progress."""

LOSSES = 3
"""Workers in a row that may be killed from outside before their first execution."""

GROWN = 32
"""Coverage inputs of earlier runs, the newest, whose growth is looked at."""

GRACE = 15.0
"""Seconds that triage may go on after a campaign's end; findings beyond stay stored as they were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What ends a campaign, whichever comes first.

    `seconds` on the wall clock; for each target `runs` executions (None: no limit), `seconds_each` of a worker's time,
    and, where `plateau` is not 0, a chance of new behaviour an execution below that.
    """

    seconds: float = math.inf
    runs: int | None = None
    seconds_each: float = math.inf
    plateau: float = 0.0
    workers: int = 1
    seed: int = 0
    growth: float = 0.0
    """Part of a worker's time in which the growth of costs is looked at."""
    minimise: float | None = None
    """Seconds of minimising a finding (None: as long as is usual for its outcome)."""


class Campaign:
    """A run of the coverage engine; iterate over `run()` to make it happen."""

    def __init__(self, project: Project, targets: Sequence[Target], limits: Limits) -> None:
        """Prepare one.

        Raises:
            UserError: there is no coverage engine on this machine.
        """
        if (why := coverage.missing()) is not None:
            raise UserError(why)
        self.project = project
        self.limits = limits
        self.folder = scratch(project)
        sweep(self.folder)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        if (slow := coverage.untraced()) is not None:
            self._events.put(Warned(slow))
        self._states = {target.name: self._state(target) for target in targets}
        self._standings = {name: Standing(left=limits.seconds_each) for name in self._states}
        self._triage = Backlog(self.folder, seconds=limits.minimise, on_better=self._improved)
        self._sideline = Sideline(self.folder, targets, share=limits.growth * limits.workers, seed=limits.seed)
        self._end = 0.0

    def run(self) -> Generator[Event, None, None]:
        """Fuzz until a limit is reached; yield what happens. Closing the iterator ends the campaign with all work kept.

        Raises:
            UserError: a target does not import.
            HarnessError: fuzzlab itself failed.
        """
        self._end = time.monotonic() + self.limits.seconds
        progressed = looked = time.monotonic()
        for state in self._states.values():
            self._sideline.offer(state.target.name, state.corpus.newest(GROWN) if self.limits.growth else ())
        try:
            while self._fill():
                self._wait()
                passed, looked = time.monotonic() - looked, time.monotonic()
                yield from self._step(passed)
                if time.monotonic() - progressed >= PROGRESS_EVERY:
                    progressed = time.monotonic()
                    for state in self._states.values():
                        if state.lanes or not state.is_told_idle:
                            state.is_told_idle = not state.lanes
                            yield Progressed(state.result())
            deadline = time.monotonic() + GRACE
            self._triage.hurry(deadline)
            while self._triage.pending and time.monotonic() < deadline + GRACE:
                time.sleep(0.02)
                with held():
                    settled = list(self._settle())
                yield from settled
            yield from self._drain()
        finally:
            self.close()
        for state in self._states.values():
            if not state.executions and state.failure is None:
                yield Warned("was not executed: the campaign was too short; give more --time", state.target.name)
            yield TargetFinished(state.result())
        yield from self._drain()
        self._fail()

    def hurry(self) -> None:
        """Stop what `close` would wait for; all that is found stays as it was found."""
        self._triage.abandon()

    def results(self) -> list[TargetResult]:
        """Give where every target stands."""
        return [state.result() for state in self._states.values()]

    def close(self) -> None:
        """End all workers, with what they found taken in."""
        for state in self._states.values():
            for lane in list(state.lanes):
                self._retire(state, lane)
        self._sideline.close()
        self._triage.close()
        for raw, done in self._triage.finished():
            self._states[raw.target].register.settle(raw, done)
        for state in self._states.values():
            Ledger(self.project).note(state.target, "fuzz", state.result())

    def _drop(self, state: Course, error: FuzzlabError) -> Iterator[Event]:
        """Go on without a target whose own format fails or whose module does not import; what it has found stays."""
        if state.failure is not None:
            return
        state.failure = error
        for lane in list(state.lanes):
            self._retire(state, lane)
        yield Warned(f"dropped, the others go on: {error}", state.target.name)

    def _fail(self) -> None:
        """Raise what became of the targets that were dropped."""
        failures = [state.failure for state in self._states.values() if state.failure is not None]
        kind = HarnessError if any(isinstance(failure, HarnessError) for failure in failures) else UserError
        if failures:
            raise kind("\n".join(map(str, failures)))

    def _step(self, passed: float) -> list[Event]:
        """Look after all that runs, `passed` seconds after the last time; an interrupt waits for the end of it."""
        with held():
            events: list[Event] = []
            for state in self._states.values():
                try:
                    for event in self._tend(state, passed):
                        events.append(event)  # noqa: PERF402 - what came before a failure is kept
                except FuzzlabError as error:
                    events += self._drop(state, error)
                if state.lanes and self._is_flat(state):
                    state.given_up = True
                    for lane in list(state.lanes):
                        self._retire(state, lane)
                    events.append(Plateaued(state.target.name, state.executions))
            events += self._settle()
            events += self._drain()
            return events

    def _is_flat(self, state: Course) -> bool:
        """Whether new behaviour has become too unlikely to go on."""
        return state.discoveries.chance(state.all_tried) < self.limits.plateau

    def _state(self, target: Target) -> Course:
        def warn(message: str) -> None:
            self._events.put(Warned(message, target.name))

        corpus = Corpus(self.project, target.name, warn)
        return Course(target, corpus, Register(corpus, warn=warn))

    def _fill(self) -> bool:
        """Give every free worker a turn; say whether anything runs."""
        while True:
            running = [state.target.name for state in self._states.values() for _ in state.lanes]
            if len(running) >= self.limits.workers:
                return True
            turn = next_slice(
                {name: self._standings[name] for name, state in self._states.items() if self._wants(state)},
                running,
                remaining=self._end - time.monotonic(),
                workers=self.limits.workers,
            )
            if turn is None:
                return bool(running)
            with held():  # or a lane has files, and nobody knows of it
                self._start(self._states[turn.target], turn.seconds)

    def _wants(self, state: Course) -> bool:
        """Whether a target can use another worker; with a limit of its own it has one, so that the limit is met."""
        has_time = self._standings[state.target.name].left > 0
        if not has_time or state.failure is not None or state.given_up:
            return False
        if self.limits.runs is None and self.limits.seconds_each == math.inf:
            return True
        return not state.lanes and (self.limits.runs is None or state.executions < self.limits.runs)

    def _start(self, state: Course, seconds: float) -> None:
        if not state.started:
            state.started = True
            self._events.put(TargetStarted(state.target.name, state.target.contract.allowed))
        state.turns += 1
        state.lanes.append(
            Lane(
                state.target,
                self.folder,
                state.first_corpus(),
                seconds=seconds,
                runs=None if self.limits.runs is None else self.limits.runs - state.executions,
                seed=_seed(self.limits.seed, state.target.name, state.turns),
                seen=list(state.register.seen),
                known_hangs=state.register.known_hangs(),
                draws=state.examples is None,
                slowness=state.slowness,
                in_turn=state.left_in_turn(),
                lethal=state.shortest_lethal(),
                active_before=state.active,
                executions_before=state.executions,
                room=max(0.0, min(self._end - time.monotonic(), self._standings[state.target.name].left) - seconds),
            )
        )

    def _wait(self) -> None:
        """Sleep until a worker says something, at most a heartbeat's tick."""
        readable = select.poll()
        for state in self._states.values():
            for lane in state.lanes:
                readable.register(lane.child.channel.fileno(), select.POLLIN)
        readable.poll(Lane.TICK * 1000)

    def _tend(self, state: Course, passed: float) -> Iterator[Event]:
        """Look after one target's workers."""
        if any(lane.is_running for lane in state.lanes):
            state.active += passed
            self._take_up(state)
        for lane in list(state.lanes):
            try:
                for message in lane.messages():
                    yield from self._told(state, lane, message)
                lane.child.watch()
            except Lost as lost:
                is_hang = lost.verdict is not None and lost.verdict.outcome is Outcome.HANG
                executions = lane.executions
                seconds = lane.found_after(lane.child.began() if is_hang else None)
                self._retire(state, lane)
                if lost.verdict is None or lost.data is None:
                    if lost.recycled or lost.reason == CLOSED_LINE:
                        state.restarts += lost.recycled
                        yield WorkerRestarted(state.target.name, lost.reason)
                    elif lane.ended_well:
                        pass
                    elif (lost.killed or executions) and state.losses < LOSSES:
                        state.losses = 1 if executions else state.losses + 1
                        state.restarts += 1
                        reason = "killed from outside" if lost.killed else lost.reason
                        yield WorkerRestarted(state.target.name, reason)
                    else:
                        raise HarnessError(f"{state.target.name}: {lost.reason}") from None
                    continue
                state.restarts += 1
                state.lethal.add(lost.data)
                yield WorkerRestarted(state.target.name, lost.reason)
                yield from self._found(state, lane, lost.data, lost.verdict, executions, seconds)
                continue
            self._take_in(state, lane)
            if lane.is_over:
                yield from self._overdue(state, lane)
                self._retire(state, lane)

    def _take_up(self, state: Course) -> None:
        """Hand over, once its search has begun, what an earlier campaign has left of a target's findings."""
        if not state.is_taken_up:
            state.is_taken_up = True
            for finding in list(state.register.take_up()):
                self._triage.put(state.target, finding, recorded=state.corpus.seeds(), later=True)

    def _told(self, state: Course, lane: Lane, message: Message) -> Iterator[Event]:
        """A worker told of a finding."""
        told = message["data"], message["verdict"], message["executions"], lane.found_after(message["at"])
        yield from self._found(state, lane, *told)

    def _found(
        self, state: Course, lane: Lane, data: bytes, verdict: Verdict, executions: int, seconds: float
    ) -> Iterator[Event]:  # fmt: skip
        """A worker met a violation whose signature it had not met before."""
        if verdict.signature in state.register.seen or state.register.covers(verdict):
            return
        if (known := state.register.known(verdict)) is not None:
            if state.register.is_news(known):
                yield FindingSeen(known)
            return
        finding = state.register.note(
            Finding(
                target=state.target.name, verdict=verdict, data=data, minimised_from=len(data),
                found_after_seconds=seconds, found_after_executions=lane.executions_before + executions,
                options=state.target.options,
            )
        )  # fmt: skip
        self._triage.put(state.target, finding, recorded=state.corpus.seeds())

    def _improved(self, raw: Finding, better: Finding) -> None:
        self._states[raw.target].register.improve(raw, better)

    def _settle(self) -> Iterator[Event]:
        for raw, done in self._triage.finished():
            state = self._states[raw.target]
            settled = state.register.settle(raw, done)
            if settled is None and not done.deterministic:
                state.lethal.discard(raw.data)
                if raw.verdict.outcome is Outcome.HANG:
                    state.be_patient()
            if settled is not None:
                yield FindingSeen(settled)
                if settled.verdict.outcome is Outcome.HANG:
                    for lane in state.lanes:
                        lane.lose_patience(settled.verdict.place)
        for name, error in self._triage.failures():
            yield from self._drop(self._states[name], error)
        for name, found in self._sideline.finished():
            if isinstance(found, Steep):
                yield from self._steep(self._states[name], found)
            else:
                yield Warned(f"its growth is not looked at: {found}", name)

    def _steep(self, state: Course, steep: Steep) -> Iterator[Event]:
        """The cost of an input grows too fast."""
        finding = Finding(
            target=state.target.name, verdict=steep.verdict, data=steep.data, minimised_from=steep.first_size,
            found_after_seconds=state.active, found_after_executions=state.all_executions,
            options=state.target.options,
        )  # fmt: skip
        if (grown := state.register.grown(finding)) is not None:
            yield FindingSeen(grown)

    def _take_in(self, state: Course, lane: Lane, *, final: bool = False) -> None:
        """Move what reached new code into the corpus."""
        for data in lane.new_inputs(final=final):
            try:
                is_new = state.corpus.add_coverage(data)
            except OSError as error:
                self._events.put(Warned(f"cannot keep coverage inputs: {error}", state.target.name))
                return
            if is_new:
                state.learned = time.monotonic()
                lane.discoveries += 1
                if state.kept is not None:
                    state.kept.append(data)
                state.discoveries.note(state.all_tried)
                self._sideline.offer(state.target.name, [data])
                for other in state.lanes:
                    if other is not lane:
                        other.offer(data)

    def _overdue(self, state: Course, lane: Lane) -> Iterator[Event]:
        """A turn ends in the middle of an execution that lasts: a hang, if triage sees it again."""
        data = lane.child.box.input()
        if data is not None and lane.child.is_overdue():
            verdict = Verdict(Outcome.HANG, message="did not end before its turn did", place=state.target.place)
            seconds = lane.found_after(lane.child.began())
            yield from self._found(state, lane, data, verdict, lane.executions, seconds)

    def _retire(self, state: Course, lane: Lane) -> None:
        lane.child.kill()
        with contextlib.suppress(Lost, UserError, HarnessError):  # what it told before its end is still in the line
            for message in lane.messages():
                for event in self._told(state, lane, message):
                    self._events.put(event)
        self._take_in(state, lane, final=True)
        self._standings = standings_after(
            self._standings, state.target.name, seconds=lane.age, discoveries=lane.discoveries
        )  # fmt: skip
        state.take_over(lane)
        lane.close()

    def _drain(self) -> Iterator[Event]:
        while not self._events.empty():
            yield self._events.get()


def _seed(seed: int, name: str, turn: int) -> int:
    """Give every turn a random sequence of its own, the same one for the same campaign seed."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name} {turn}".encode()).digest()[:4], "big") >> 1
