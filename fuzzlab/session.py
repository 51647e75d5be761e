"""One target from beginning to end under the replay or the property engine: what `replay`, `check` and pytest share."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from fuzzlab import steepness
from fuzzlab.causes import cause
from fuzzlab.corpus import Corpus, Role
from fuzzlab.engines import Runner
from fuzzlab.engines import property as property_engine
from fuzzlab.engines.replay import replay
from fuzzlab.errors import UserError
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    GrowthMeasured,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.examples import first_inputs
from fuzzlab.inprocess import InProcess
from fuzzlab.ledger import Engine, Ledger
from fuzzlab.project import Project
from fuzzlab.register import Register
from fuzzlab.slowest import refusals
from fuzzlab.steepness import Steep, Steepness
from fuzzlab.tally import Tally
from fuzzlab.target import Target
from fuzzlab.triage import triage
from fuzzlab.verdict import Finding, Status, Verdict
from fuzzlab.worker import Worker, scratch

__all__ = ["CHECK_MINIMISE_SECONDS", "Session", "standing"]

CHECK_MINIMISE_SECONDS = 10.0
"""Seconds of minimising a finding in a pull request: Hypothesis has shrunk the cheap ones already."""


CHECK_GROWTH_SECONDS = 10.0
"""Seconds that a pull request waits at most for the growth of one target; a fast one takes less than one."""

GROWN = 256
"""Coverage inputs, the newest, of which the dearest are grown."""

DRAWN, DRAWN_SECONDS = 8, 0.5
"""Inputs of the format that are grown where none is stored, and seconds in which to draw them."""


@dataclass(slots=True)
class Session:
    """A target, its corpus and its register, for one run of one engine.

    `minimise` is how many seconds to minimise a finding. `strict`: look also at the inputs of accepted findings, which
    somebody wants to know of when they no longer fail. `records`: whether to write down what is fixed.
    """

    project: Project
    target: Target
    in_process: bool = False
    minimise: float = CHECK_MINIMISE_SECONDS
    strict: bool = False
    records: bool = True
    corpus: Corpus = field(init=False)
    register: Register = field(init=False)
    _warnings: list[Warned] = field(default_factory=list)
    _runner: Worker | InProcess | None = None
    _search: Steepness | None = None
    _began: float = 0.0
    _seconds: float | None = None
    _fixed: list[Finding] = field(default_factory=list)
    _outdated: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read what is on record."""
        self.corpus = Corpus(self.project, self.target.name, self._warn)
        self.register = Register(self.corpus, warn=self._warn)

    def replay(self, files: Sequence[Path] = (), *, roles: Sequence[Role] = tuple(Role)) -> Iterator[Event]:
        """Run the stored inputs of these roles once each, or these files, which are not stored.

        Raises:
            UserError: the target does not import, or a file cannot be read.
            HarnessError: fuzzlab itself failed.
        """
        given = {_read(path): path for path in files}
        stored = list(given) or list(self.corpus.inputs(*roles))
        yield TargetStarted(self.target.name, self.target.contract.allowed)
        yield from self._drain()
        with self._running(self._make_runner(max(map(len, stored), default=0))) as runner:
            if stored:
                self._start(runner)
            failed: dict[bytes, Verdict] = {}
            for data, verdict in replay(stored, runner):
                failed[data] = verdict
                if data in given:
                    yield self._shown(data, verdict, given[data])
                else:
                    yield from self._replayed(data, verdict)
                yield from self._drain()
            yield from self._grown_again(failed, given)
            if not given:
                yield from self._look_back(failed, stored)
        yield from self._finished(None if given else "replay")

    def regressions(self) -> Iterator[tuple[Finding | None, Sequence[bytes]]]:
        """Yield what once broke the contract: a finding's inputs together, those that people put there one by one."""
        on_record: set[str] = set()
        for finding in self.register.recorded.values():
            files = (finding, *finding.evidence)
            on_record.update(each.id for each in files)
            yield finding, [each.data for each in files]
        yield from ((None, [data]) for data in self.corpus.regressions(but=on_record))

    def rerun(self, finding: Finding | None, inputs: Sequence[bytes], runner: Worker) -> Iterator[Event]:
        """Run what `regressions` gave, in a worker that somebody else keeps.

        What it shows is told each time, also when another finding's input has shown it before.
        """
        self._runner = runner
        failed: dict[bytes, Verdict] = {}
        for data, verdict in replay(inputs, runner):
            is_told = verdict.signature in {before.signature for before in failed.values()}
            failed[data] = verdict
            if is_told:
                continue
            known = self.register.known(verdict) or self.register.seen.get(verdict.signature)
            if known is not None:
                yield FindingSeen(known)
            else:
                yield from self._replayed(data, verdict)
        among = [finding] if finding else []
        yield from self._grown_again(failed, {}, among=among)
        yield from self._look_back(failed, inputs, among=among)
        yield from self._drain()

    def _grown_again(
        self, failed: dict[bytes, Verdict], given: Mapping[bytes, Path], *, among: Iterable[Finding] | None = None
    ) -> Iterator[Event]:
        """Measure what is on record as growing too fast: to run its input once says nothing of that."""
        known = self.register.recorded.values() if among is None else among
        records = (file for finding in known for file in (finding, *finding.evidence))
        steep = [f for f in records if f.verdict.growth is not None and (not given or f.data in given)]
        if not steep or self.in_process:
            return
        search = steepness.of(self.target, scratch(self.project))
        try:
            for finding in steep:
                growth = finding.verdict.growth
                verdict = None if growth is None else search.again(finding.data, growth)
                if verdict is None:
                    continue
                failed[finding.data] = verdict
                if finding.data in given:
                    yield self._shown(finding.data, verdict, given[finding.data])
                else:
                    yield from self._replayed(finding.data, verdict)
        finally:
            search.scales.close()

    def _replayed(self, data: bytes, verdict: Verdict) -> Iterator[Event]:
        """A stored input failed."""
        if verdict.signature in self.register.seen:
            return
        if (known := self.register.known(verdict)) is not None:
            if self.register.is_news(known):
                yield FindingSeen(known)
            return
        noted = self.register.note(self._finding(data, verdict, self._runner.executions if self._runner else 0))
        if (found := self.register.settle(noted, noted)) is not None:
            yield FindingSeen(found)

    def _look_back(
        self, failed: dict[bytes, Verdict], tried: Sequence[bytes], *, among: Sequence[Finding] | None = None
    ) -> Iterator[Event]:
        """Tell of what is on record, or among these, and no longer fails.

        Without a worker no limit is enforced and no side effect is seen: that nothing failed says nothing then.
        """
        if self.in_process:
            return
        for finding in self.register.look_back(failed, set(tried) - failed.keys(), among=among):
            if finding.status is Status.ACCEPTED:
                self._outdated.append(finding)
            else:
                self._fixed.append(finding)
                if self.records:
                    self.register.write_fixed(finding)
            yield FindingPassed(finding)
            yield from self._drain()

    def growth(self, *, seconds: float, ways: int | None, seed: int, bound: float | None = None) -> Iterator[Event]:
        """Look for inputs whose cost grows too fast.

        Args:
            seconds: at the most.
            ways: to grow, that are looked at (None: as many as there is time for).
            seed: of the random choices.
            bound: of the exponent, for that of the target's budget.

        Raises:
            UserError, HarnessError: as `replay`.
        """
        yield TargetStarted(self.target.name)
        yield from self._drain()
        yield from self._grown(seconds=seconds, ways=ways, seed=seed, bound=bound)
        if self._search is not None:
            yield GrowthMeasured(self.target.name, self._search.steepest, self._search.scales.curves)
        yield from self._finished(None)

    def _grown(self, *, seconds: float, ways: int | None, seed: int, bound: float | None = None) -> Iterator[Event]:
        self._search = search = steepness.of(self.target, scratch(self.project), bound=bound, seed=seed)
        began = time.monotonic()
        self._began = self._began or began
        try:
            inputs = self._to_grow()
            for steep in search.search(
                search.dearest(inputs), most=ways, should_stop=lambda: time.monotonic() > began + seconds
            ):
                yield from self._steep(steep)
        finally:
            search.scales.close()
            self._seconds = time.monotonic() - self._began

    def _to_grow(self) -> list[bytes]:
        """Give the inputs on record, or some of the format's own where there are none."""
        return self.corpus.newest(GROWN) or first_inputs(self.target.format, count=DRAWN, seed=1, seconds=DRAWN_SECONDS)

    def _steep(self, steep: Steep) -> Iterator[Event]:
        """Something grows too fast, and is as small as it gets."""
        finding = self._finding(steep.data, steep.verdict, self._search.scales.executions if self._search else 0)
        if (grown := self.register.grown(replace(finding, minimised_from=steep.first_size))) is not None:
            yield FindingSeen(grown)
        yield from self._drain()

    def check(
        self, *, examples: int | None, seed: int | None, seconds: float = math.inf, ways: int = 0
    ) -> Iterator[Event]:
        """Run the property engine for so many examples and seconds; what it finds is deflaked, minimised and stored.

        First stored inputs grow in so many `ways`: what grows too fast is told as that, at a few hundred bytes, before
        a large example hangs in the same loop for seconds.

        Raises:
            UserError, HarnessError: as `replay`.
        """
        yield TargetStarted(self.target.name, self.target.contract.allowed)
        seeds = list(self.corpus.seeds())
        yield from self._drain()
        if ways and not self.in_process:
            yield from self._grown(seconds=CHECK_GROWTH_SECONDS, ways=ways, seed=seed or 0)
        with self._running(self._make_runner(0, impatient=True)) as runner:
            self._start(runner)
            if self.strict:
                yield from self._accepted(runner)
            failures = property_engine.check(
                self.target, runner, seeds=seeds, examples=examples, seed=seed, seconds=seconds
            )
            for failure in failures:
                if self.register.covers(failure.verdict):
                    continue
                if (known := self.register.known(failure.verdict)) is not None:
                    if self.register.is_news(known):
                        yield FindingSeen(known)
                    continue
                finding = self._finding(failure.data, failure.verdict, failure.executions)
                yield from self._triaged(self.register.note(replace(finding, minimised_from=failure.first_size)))
        yield from self._finished("check")

    def _accepted(self, runner: Runner) -> Iterator[Event]:
        """Run the inputs of accepted findings, which examples need not meet."""
        accepted = [f for f in self.register.recorded.values() if f.status is Status.ACCEPTED]
        inputs = [other.data for finding in accepted for other in (finding, *finding.evidence)]
        failed = dict(replay(inputs, runner))
        for data, verdict in failed.items():
            yield from self._replayed(data, verdict)
        yield from self._grown_again(failed, {})
        yield from self._look_back(failed, inputs)

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to tell of it."""
        return self._runner is not None or self._search is not None

    def result(self) -> TargetResult:
        """Give where the target stands, in the middle of a run too."""
        runner, search = self._runner, self._search
        seconds = self._seconds if self._seconds is not None else time.monotonic() - self._began
        return TargetResult(
            name=self.target.name,
            executions=(runner.executions if runner else 0) + (search.scales.executions if search else 0),
            seconds=seconds if self.has_begun else 0.0,
            accepted=runner.accepted if runner else 0,
            rejected=runner.rejected if runner else 0,
            corpus_size=sum(self.corpus.sizes().values()),
            worker_restarts=runner.restarts if runner else 0,
            findings=self.register.findings(),
            fixed=tuple(self._fixed),
            outdated=tuple(self._outdated),
            tally=runner.tally if runner else Tally(),
            steepest=search.steepest if search else None,
            refusals=refusals(runner.refusals) if runner else (),
            slow=runner.slow.all if runner else (),
        )

    @contextmanager
    def _running(self, runner: Worker | InProcess) -> Iterator[Runner]:
        self._runner, self._began = runner, time.monotonic()
        try:
            yield runner
        finally:
            self._seconds = time.monotonic() - self._began
            runner.close()

    def _start(self, runner: Runner) -> None:
        """Import the target before the clock starts: seconds count from the first execution."""
        runner.start()
        self._began = time.monotonic()

    def _shown(self, data: bytes, verdict: Verdict, path: Path) -> FindingSeen:
        """A file that somebody asks about: shown as it is, whatever is on record of its signature."""
        finding = Finding(
            target=self.target.name, verdict=verdict, data=data, status=self.register.status(verdict),
            minimised_from=len(data), path=self.project.shown(path.resolve()), options=self.target.options,
        )  # fmt: skip
        self.register.seen[finding.signature] = finding
        return FindingSeen(finding)

    def _triaged(self, finding: Finding) -> Iterator[Event]:
        bench = Worker(self.target, scratch(self.project), largest=len(finding.data))
        try:
            done = triage(
                finding, bench, self.target.format, seconds=self.minimise,
                on_better=lambda better: self.register.improve(finding, better),
            )  # fmt: skip
            done = replace(done, cause=done.cause or cause(done, bench, self.target.format, self.corpus.seeds()))
        finally:
            bench.close()
        if (settled := self.register.settle(finding, done)) is not None:
            yield FindingSeen(settled)
        yield from self._drain()

    def _finding(self, data: bytes, verdict: Verdict, executions: int) -> Finding:
        return Finding(
            target=self.target.name, verdict=verdict, data=data, minimised_from=len(data),
            found_after_seconds=time.monotonic() - self._began, found_after_executions=executions,
            options=self.target.options,
        )  # fmt: skip

    def _make_runner(self, largest: int, *, impatient: bool = False) -> Worker | InProcess:
        if self.in_process:
            return InProcess(self.target)
        return Worker(self.target, scratch(self.project), largest=largest, impatient=impatient)

    def _finished(self, engine: Engine | None) -> Iterator[Event]:
        result = self.result()
        if engine is not None and not self.in_process:
            Ledger(self.project).note(self.target, engine, result)
        yield from self._drain()
        recycled = self._runner.recycled if self._runner else []
        for reason in recycled[-1:]:
            often = f" ({len(recycled)} times)" if len(recycled) > 1 else ""
            yield WorkerRestarted(self.target.name, reason + often)
        if result.worker_restarts > len(recycled):
            yield WorkerRestarted(self.target.name, f"{result.worker_restarts - len(recycled)} times")
        yield TargetFinished(result)

    def _warn(self, message: str) -> None:
        self._warnings.append(Warned(message, self.target.name))

    def _drain(self) -> Iterator[Event]:
        warnings, self._warnings[:] = list(self._warnings), []
        yield from warnings


def standing(sessions: Sequence[Session]) -> list[TargetResult]:
    """Give where those that have begun stand."""
    return [session.result() for session in sessions if session.has_begun]


def _read(path: Path) -> bytes:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UserError(f"--input {path}: no ordinary file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"--input {path}: {error.strerror}") from None
