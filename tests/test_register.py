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
from fuzzlab.project import Config, Project
from fuzzlab.register import Register
from fuzzlab.verdict import Finding, Outcome, Status, Verdict

LETTERS = st.sampled_from("ABC")
INPUTS = st.sampled_from([b"a", b"bb", b"ccc", b"dddd"])


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

    @rule(raw=consumes(noted), letter=LETTERS, data=INPUTS, deterministic=st.booleans())
    def settle(self, raw: Finding | None, letter: str, data: bytes, deterministic: bool) -> None:
        """Triage has come to its end: it never gives a larger input."""
        if raw is None or raw.signature not in self.register.seen:
            return
        self.pending -= 1
        done = replace(raw, deterministic=False)
        if deterministic:
            smaller = data if len(data) < len(raw.data) else raw.data
            done = raw.with_input(smaller, _verdict(letter))
        if (settled := self.register.settle(raw, done)) is not None:
            self._announce(settled)

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
    def one_file_a_signature(self) -> None:
        """No two files of the corpus hold the same signature, once triage is done."""
        if self.pending == 0:
            signatures = Counter(finding.signature for finding in _on_disk(self.project))
            assert all(count == 1 for count in signatures.values()), signatures


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
