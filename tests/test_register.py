"""Each signature once a run, each finding's file there, whatever order findings come and are triaged in."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from fuzzlab.corpus import Corpus
from fuzzlab.evidence import KEPT, grouped
from fuzzlab.project import Config, Project
from fuzzlab.register import Register
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Cause, Finding, Outcome, Status, Verdict

LETTERS = st.sampled_from("ABC")
INPUTS = st.sampled_from([b"a", b"bb", b"ccc", b"dddd"])
EVIDENCE = st.lists(st.sampled_from([b"vvvvv", b"wwwwww", b"xxxxxxx", b"yyyyyyyy"]), max_size=KEPT - 1, unique=True)


def _verdict(letter: str) -> Verdict:
    return Verdict(Outcome.CRASH, f"{letter}Error", "", "", "shop:parse")


def _finding(letter: str, data: bytes) -> Finding:
    return Finding(target="parse", verdict=_verdict(letter), data=data, minimised_from=len(data))


def _register(project: Project, complaints: list[str] | None = None) -> Register:
    said = [] if complaints is None else complaints
    return Register(Corpus(project, "parse", said.append), warn=said.append)


def _on_disk(project: Project) -> list[Finding]:
    return list(Corpus(project, "parse", lambda _: None).findings())


class RegisterMachine(RuleBasedStateMachine):
    """A run as a campaign makes it: a signature that is not seen is noted, later settled; runs follow each other.

    As in a real run, an input found with one signature may show another one, or none, in triage; and a smaller input
    may be one that is on record already.
    """

    noted: Bundle[Any] = Bundle("noted")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.project = Project(Path(self._folder.name), Config())
        self.register = _register(self.project)
        self.announced: Counter[str] = Counter()
        self.pending = 0

    def teardown(self) -> None:
        self._folder.cleanup()

    @rule(target=noted, letter=LETTERS, data=INPUTS)
    def meet(self, letter: str, data: bytes) -> Any:
        """A worker tells of a violation."""
        verdict = _verdict(letter)
        if verdict.signature in self.register.seen:
            return None
        if (known := self.register.known(verdict)) is not None:
            self._announce(known)
            return None
        self.pending += 1
        return self.register.note(_finding(letter, data))

    @rule(raw=consumes(noted), letter=LETTERS, data=INPUTS, deterministic=st.booleans(), others=EVIDENCE)
    def settle(self, raw: Finding | None, letter: str, data: bytes, deterministic: bool, others: list[bytes]) -> None:
        """Triage has come to its end: it never gives a larger input."""
        if raw is None or raw.signature not in self.register.seen:
            return
        self.pending -= 1
        done = replace(raw, deterministic=False)
        if deterministic:
            smaller = data if len(data) < len(raw.data) else raw.data
            evidence = tuple(_finding(letter, other) for other in others)
            done = replace(raw.with_input(smaller, _verdict(letter)), evidence=evidence)
        if (settled := self.register.settle(raw, done)) is not None:
            self._announce(settled)

    @rule(letter=LETTERS)
    def mend(self, letter: str) -> None:
        """A replay sees none of a finding's inputs fail, between two runs."""
        if self.pending == 0:
            register = _register(self.project)
            passed = {f.data for f in _on_disk(self.project) if f.verdict == _verdict(letter)}
            for finding in register.look_back({}, passed):
                register.write_fixed(finding)
            self.begin_again()

    @rule()
    def begin_again(self) -> None:
        """The next run reads what is on disk."""
        if self.pending == 0:
            self.register = _register(self.project)
            self.announced.clear()

    def _announce(self, finding: Finding) -> None:
        self.announced[finding.signature] += 1

    @invariant()
    def what_was_seen_is_on_disk(self) -> None:
        """Every finding of this run has its file, with its content."""
        for finding in self.register.findings():
            assert finding.path
            assert (self.project.root / finding.path).read_bytes() == finding.data
            assert (self.project.root / f"{finding.path}.json").is_file()

    @invariant()
    def each_signature_once(self) -> None:
        """A signature is announced at most once a run."""
        assert all(count == 1 for count in self.announced.values()), self.announced

    @invariant()
    def a_few_files_a_signature(self) -> None:
        """No more than KEPT files of the corpus hold the same signature, once triage is done."""
        if self.pending == 0:
            signatures = Counter(finding.signature for finding in _on_disk(self.project))
            assert all(count <= KEPT for count in signatures.values()), signatures

    @invariant()
    def what_was_seen_is_not_fixed(self) -> None:
        """A finding of this run is open or accepted."""
        assert all(finding.status is not Status.FIXED for finding in self.register.findings())


TestRegisterMachine = RegisterMachine.TestCase
TestRegisterMachine.settings = settings(max_examples=40, stateful_step_count=12, deadline=None, derandomize=True)


def test_a_smaller_input_takes_the_place(project: Project) -> None:
    """What triage minimised replaces what was noted: one file, one finding."""
    register = _register(project)
    raw = register.note(_finding("A", b"dddd"))
    settled = register.settle(raw, raw.with_input(b"a", raw.verdict))
    assert settled is not None
    assert register.findings() == (settled,)
    assert [found.data for found in _on_disk(project)] == [b"a"]


def test_the_next_run_knows(project: Project) -> None:
    """A signature on record is known; its status and reason are the ones on record."""
    _register(project).note(_finding("A", b"a"))
    Corpus(project, "parse", print).save(replace(_finding("B", b"bb"), status=Status.ACCEPTED, reason="upstream"))
    register = _register(project)
    known, accepted = register.known(_verdict("A")), register.known(_verdict("B"))
    assert known is not None
    assert known.status is Status.KNOWN
    assert accepted is not None
    assert (accepted.status, accepted.reason) == (Status.ACCEPTED, "upstream")
    assert register.known(_verdict("C")) is None
    assert Register.is_open(register.findings())
    assert not Register.is_open([accepted])
    assert not Register.is_open([])


def test_triage_that_leads_to_a_finding_on_record(project: Project) -> None:
    """An input on record that shows another signature in a campaign keeps its file, its acceptance and its reason."""
    Corpus(project, "parse", print).save(replace(_finding("B", b"a"), status=Status.ACCEPTED, reason="upstream"))
    register = _register(project)
    raw = register.note(_finding("A", b"a"))  # in the engine's process, the same input failed elsewhere
    register.settle(raw, raw.with_input(b"a", _verdict("B")))
    (kept,) = _on_disk(project)
    assert (kept.data, kept.status, kept.reason) == (b"a", Status.ACCEPTED, "upstream")
    assert [finding.signature for finding in register.findings()] == [kept.signature]


def test_two_that_turn_out_to_be_one(project: Project) -> None:
    """Two signatures whose inputs show the same bug in a fresh process are announced once."""
    register = _register(project)
    first, second = register.note(_finding("A", b"bb")), register.note(_finding("B", b"ccc"))
    announced = [
        register.settle(first, first.with_input(b"bb", _verdict("B"))),
        register.settle(second, second),
    ]
    assert [a.signature for a in announced if a is not None] == [_verdict("B").signature]
    assert len(_on_disk(project)) == 1


def test_what_cannot_be_saved_is_kept_here(project: Project) -> None:
    """Without a place to write to, a finding has an empty path, and each failure is said once."""
    project.corpus.write_bytes(b"taken")
    complaints: list[str] = []
    register = _register(project, complaints)
    raw = register.note(_finding("A", b"dddd"))
    settled = register.settle(raw, raw.with_input(b"a", raw.verdict))
    assert settled is not None
    assert (settled.path, settled.data) == ("", b"a")
    assert register.findings() == (settled,)
    assert any("cannot save in" in complaint for complaint in complaints)
    assert project.corpus.read_bytes() == b"taken"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_stored(project: Project, outcome: Outcome) -> None:
    """Whatever the outcome, what is noted in one run is known in the next."""
    verdict = Verdict(outcome, "E", "m", "c", "shop:parse")
    _register(project).note(Finding(target="parse", verdict=verdict, data=b"x"))
    assert _register(project).known(verdict) is not None


def test_a_renamed_function(project: Project) -> None:
    """An input on record that fails under another name now is on record under that name from then on."""
    Corpus(project, "parse", print).save(_finding("A", b"a"))
    register = _register(project)
    raw = register.note(_finding("B", b"a"))
    settled = register.settle(raw, raw)
    assert settled is not None
    assert [found.signature for found in _on_disk(project)] == [_verdict("B").signature]
    assert _register(project).known(_verdict("B")) is not None


def _save(project: Project, finding: Finding) -> Finding:
    return Corpus(project, "parse", print).save(finding)


def test_an_acceptance_is_not_carried_over_and_not_lost_silently(project: Project) -> None:
    """An accepted input that fails under another name is new; what was decided is said and stands in its history."""
    _save(project, turned(_finding("A", b"a"), Status.ACCEPTED, note="upstream"))
    said: list[str] = []
    register = _register(project, said)
    raw = register.note(_finding("B", b"a"))
    settled = register.settle(raw, raw)
    assert settled is not None
    assert (settled.status, settled.reason) == (Status.NEW, "")
    assert any("upstream" in line and _verdict("A").signature in line for line in said)
    (stored,) = _on_disk(project)
    assert stored.status is Status.KNOWN
    assert [moment.status for moment in stored.history] == [Status.ACCEPTED, Status.NEW]
    assert "upstream" in stored.history[-1].note


def test_what_is_fixed_and_comes_back(project: Project) -> None:
    """Known, fixed, regressed, fixed: each in the history, and a regression fails a run with its own input stored."""
    _save(project, _finding("A", b"aa"))
    register = _register(project)
    (fixed,) = register.look_back({}, {b"aa"})
    assert fixed.status is Status.FIXED
    register.write_fixed(fixed)
    assert list(_register(project).look_back({}, {b"aa"})) == []

    register = _register(project)
    assert register.known(_verdict("A")) is None
    raw = register.note(_finding("A", b"bbbb"))
    settled = register.settle(raw, raw)
    assert settled is not None
    assert settled.status is Status.REGRESSED
    assert Register.is_open([settled])
    assert {f.data: f.status for f in _on_disk(project)} == {b"aa": Status.FIXED, b"bbbb": Status.REGRESSED}
    known = _register(project).known(_verdict("A"))
    assert known is not None
    assert (known.status, known.data) == (Status.REGRESSED, b"aa")

    assert list(_register(project).look_back({b"bbbb": _verdict("A")}, {b"aa"})) == []
    (fixed,) = _register(project).look_back({}, {b"aa", b"bbbb"})
    register.write_fixed(fixed)
    (one,) = grouped(_on_disk(project))
    assert [moment.status for moment in one.history] == [Status.FIXED, Status.REGRESSED, Status.FIXED]


@pytest.mark.parametrize(
    ("finding", "passed"),
    [
        (replace(_finding("A", b"a"), deterministic=False), {b"a"}),
        (_finding("A", b"a"), set()),
        (replace(_finding("A", b"a"), status=Status.FIXED), {b"a"}),
    ],
    ids=["by chance", "not run", "fixed already"],
)
def test_what_is_not_fixed(project: Project, finding: Finding, passed: set[bytes]) -> None:
    """What fails now and then has passed by chance; what was not run has not passed."""
    _save(project, finding)
    assert list(_register(project).look_back({}, passed)) == []


def test_an_acceptance_that_nobody_needs(project: Project) -> None:
    """An accepted finding that no longer fails is told and stays accepted, also where its input fails otherwise."""
    _save(project, turned(_finding("A", b"a"), Status.ACCEPTED, note="upstream"))
    (finding,) = _register(project).look_back({}, {b"a"})
    assert (finding.status, finding.reason) == (Status.ACCEPTED, "upstream")
    assert list(_register(project).look_back({b"a": _verdict("A")}, set())) == [finding]
    register = _register(project)
    register.known(_verdict("A"))
    assert list(register.look_back({b"a": _verdict("A")}, set())) == []


CHAINED = replace(_verdict("A"), causes=(Cause("ValueError", "", "shop:read", "shop.py:1", explicit=True),))


@pytest.mark.parametrize("status", [Status.KNOWN, Status.ACCEPTED])
def test_a_record_without_a_chain_is_known_with_any(project: Project, status: Status) -> None:
    """A finding recorded before chains were kept is known, told once and as it is, whatever chain is seen now."""
    _save(project, replace(_finding("A", b"a"), exact=False, status=status))
    other = replace(CHAINED, causes=(replace(CHAINED.causes[0], exception="IndexError"),))
    register = _register(project)
    known = [register.known(verdict) for verdict in (CHAINED, other)]
    assert [finding.status for finding in known if finding] == [status, status]
    assert [register.is_news(finding) for finding in known if finding] == [True, False]
    assert len(register.findings()) == 1
    assert list(register.look_back({b"a": CHAINED}, set())) == []


def test_a_record_with_another_chain_is_another_bug(project: Project) -> None:
    """What was recorded with its chain, or with none, matches that chain only."""
    _save(project, _finding("A", b"a"))
    assert _register(project).known(CHAINED) is None


def test_a_better_input_is_stored_at_once(project: Project) -> None:
    """In the middle of minimising the smallest input so far is on disk, and is to be taken up after a kill."""
    register = _register(project)
    raw = register.note(_finding("A", b"dddd"))
    for better in (b"ccc", b"bb"):
        register.improve(raw, raw.with_input(better, raw.verdict))
        (stored,) = _on_disk(project)
        assert (stored.data, stored.minimised) == (better, False)
        assert register.findings()[0].data == better
    (left,) = _register(project).take_up()  # as after a kill
    assert left.data == b"bb"

    settled = register.settle(raw, replace(raw.with_input(b"a", raw.verdict), minimised=True))
    assert settled is not None
    (stored,) = _on_disk(project)
    assert (stored.data, stored.minimised, stored.minimised_from) == (b"a", True, 4)
    assert list(_register(project).take_up()) == []


def test_what_an_earlier_run_left_is_taken_up(project: Project) -> None:
    """It is settled without a word, keeps its history, and its smaller input takes the old one's place."""
    _save(project, turned(replace(_finding("A", b"dddd"), minimised=False), Status.REGRESSED))
    _save(project, replace(_finding("B", b"ccc"), minimised=False, status=Status.ACCEPTED))
    register = _register(project)
    (left,) = register.take_up()
    known = register.known(_verdict("A"))
    assert known == left
    register.improve(left, left.with_input(b"ccccc"[:3] + b"!", left.verdict))
    register.improve(left, left.with_input(b"xx", left.verdict))
    assert register.settle(left, replace(left.with_input(b"a", left.verdict), minimised=True)) is None
    stored = {f.data: f for f in _on_disk(project)}
    assert set(stored) == {b"a", b"ccc"}
    done = stored[b"a"]
    assert (done.minimised, done.status, done.minimised_from) == (True, Status.REGRESSED, 4)
    assert len(done.history) == 1
    assert [f.data for f in register.findings()] == [b"a"]


@pytest.mark.parametrize("other", [{"deterministic": False}, {"verdict": _verdict("B")}])
def test_what_fails_otherwise_today_is_left(project: Project, other: dict[str, Any]) -> None:
    """To take up what does not fail, or fails elsewhere, changes nothing of the record."""
    saved = _save(project, replace(_finding("A", b"dddd"), minimised=False))
    register = _register(project)
    (left,) = register.take_up()
    assert register.settle(left, replace(left, **other)) is None
    assert _on_disk(project) == [replace(saved, status=Status.KNOWN)]


def test_what_does_not_fail_each_time_fails_no_pull_request() -> None:
    """It fails a campaign, whose findings somebody reads, and no pull request."""
    flaky = replace(_finding("A", b"a"), deterministic=False)
    assert Register.is_open([flaky])
    assert not Register.is_open([flaky], by_chance=False)
    assert Register.is_open([flaky, _finding("B", b"b")], by_chance=False)


def test_an_input_that_people_put_there_stays(project: Project) -> None:
    """A smaller input takes the place of what this run stored, not of a file that somebody committed."""
    corpus = Corpus(project, "parse", print)
    saved = corpus.save(_finding("A", b"committed"))
    (project.root / f"{saved.path}.json").unlink()
    register = _register(project)
    raw = register.note(_finding("A", b"committed"))
    register.settle(raw, raw.with_input(b"c", raw.verdict))
    assert set(corpus.regressions()) == {b"committed", b"c"}
    assert [found.data for found in _on_disk(project)] == [b"c"]
