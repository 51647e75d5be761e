"""One target's course through a campaign: its corpus and register, its workers, and what they have done so far."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, islice

from fuzzlab.corpus import Corpus
from fuzzlab.errors import FuzzlabError
from fuzzlab.events import TargetResult
from fuzzlab.lane import Lane
from fuzzlab.mix import ALL_TRIED
from fuzzlab.plateau import Discoveries
from fuzzlab.quarters import First
from fuzzlab.register import Register
from fuzzlab.slowest import Slowest, refusals
from fuzzlab.target import Target
from fuzzlab.verdict import input_id

__all__ = ["Course"]

SLOWNESS = 2.0
"""How many times its budget of time an execution gets, once triage, which is not instrumented, has seen one end that
had been interrupted at the budget itself. Before, each loop is paid for until triage has confirmed it, and most are
loops."""

LETHAL = 8
"""Inputs that ended workers, of which a worker is told: the shortest say best what it was."""
MOST_LEARNT, LARGEST_LEARNT = 32, 1 << 14
"""Seeds, and bytes of one, that a worker's format learns from: they travel in the order that starts it."""


@dataclass(slots=True)
class Course:
    """What became of a target so far, and who works on it."""

    target: Target
    corpus: Corpus
    register: Register
    lanes: list[Lane] = field(default_factory=list)
    discoveries: Discoveries = field(default_factory=Discoveries)
    turns: int = 0
    active: float = 0.0
    executions: int = 0
    tried: int = 0
    accepted: int = 0
    rejected: int = 0
    coverage: int = 0
    restarts: int = 0
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    slow: Slowest = field(default_factory=Slowest)
    started: bool = False
    is_taken_up: bool = False
    """Whether what an earlier campaign left of its findings is in triage."""
    failure: FuzzlabError | None = None
    losses: int = 0
    learned: float | None = None
    is_told_idle: bool = True
    given_up: bool = False
    """Whether it is at a plateau: what its last worker leaves behind does not begin it again."""
    lethal: set[bytes] = field(default_factory=set)
    examples: list[bytes] | None = None
    slowness: float = 1.0
    in_turn: int = 0
    """How many inputs were tried of those that are tried in turn: what ends a worker must not end them."""
    kept: list[bytes] | None = None
    """Of many coverage inputs those with which a worker begins, once one has run them all; what is found since, too."""

    @property
    def all_tried(self) -> int:
        """Executions of new inputs, of past turns and of running ones."""
        return self.tried + sum(lane.tried for lane in self.lanes)

    @property
    def all_executions(self) -> int:
        """Those of past turns and of running ones."""
        return self.executions + sum(lane.executions for lane in self.lanes)

    def result(self) -> TargetResult:
        """Count what is done, and what its running workers have done so far."""
        return TargetResult(
            name=self.target.name,
            executions=self.all_executions,
            seconds=self.active,
            accepted=self.accepted + sum(lane.accepted for lane in self.lanes),
            rejected=self.rejected + sum(lane.rejected for lane in self.lanes),
            coverage=max([self.coverage, *(lane.coverage for lane in self.lanes)]),
            corpus_size=self.corpus.size,
            worker_restarts=self.restarts,
            findings=self.register.findings(),
            newest=None if self.learned is None else time.monotonic() - self.learned,
            workers=len(self.lanes),
            refusals=refusals(sum((lane.child.box.refusals() for lane in self.lanes), self.refusals)),
            slow=self.slow.all,
        )

    def first_corpus(self) -> First:
        """Give what a worker starts with: every stored input but those that cost a second or a worker each time."""
        costly = {f.data for f in self.register.recorded.values() if f.verdict.outcome.is_costly}
        costly |= {f.data for f in self.register.findings() if f.verdict.outcome.is_costly} | self.lethal
        plain = self.corpus.plain_coverage() if self.kept is None else None
        others = self.kept if self.kept is not None else () if plain else self.corpus.coverage()
        few = chain(self.corpus.regressions(), self.corpus.seeds(), others)
        inputs = dict.fromkeys([*few, *(self.examples or ())])
        return First(
            inputs=[data for data in inputs if data not in costly],
            plain=plain,
            recorded=[data for data in islice(self.corpus.seeds(), MOST_LEARNT) if len(data) <= LARGEST_LEARNT],
            skipped=[data for data in costly if plain and (plain.folder / input_id(data)).exists()],
        )

    def shortest_lethal(self) -> list[bytes]:
        """Give some of the inputs that ended workers."""
        return sorted(self.lethal, key=lambda data: (len(data), data))[:LETHAL]

    def left_in_turn(self) -> int | None:
        """Say how much of what is tried in turn was; None where a worker is at it, or all is tried."""
        is_busy = any(lane.has_turns for lane in self.lanes)
        return None if is_busy or self.in_turn == ALL_TRIED else self.in_turn

    def be_patient(self) -> None:
        """Give executions the time that instrumented code takes: one that was interrupted has ended without."""
        self.slowness = SLOWNESS
        for lane in self.lanes:
            lane.be_patient(SLOWNESS)

    def take_over(self, lane: Lane) -> None:
        """Count what a worker has done that is no more, and forget it."""
        self.executions += lane.executions
        self.tried += lane.tried
        self.accepted += lane.accepted
        self.rejected += lane.rejected
        self.refusals += lane.child.box.refusals()
        self.slow.add(lane.child.slow.all)
        self.coverage = max(self.coverage, lane.coverage)
        self.in_turn = max(self.in_turn, lane.in_turn)
        if lane.is_running and self.examples is None:
            self.examples = lane.examples()
        if self.kept is None:
            self.kept = lane.kept()
        self.lanes.remove(lane)
