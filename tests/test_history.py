"""An input is answered as it is by itself, and a call leaves its process as it was: what is noticed, what is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fuzzlab import history as history_module
from fuzzlab.answer import Answer
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import FindingSeen
from fuzzlab.history import CAMPAIGN, EVERY, FRAMES, History
from fuzzlab.process import STUCK
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Finding, Outcome, Verdict
from fuzzlab.worker import Worker
from tests.parsers import stateful as _stateful  # noqa: F401 - it registers the targets

PLACE = "tests.parsers.stateful"

WorkerOf = Callable[[Target], Worker]

LEFT = {
    "chdir": ("working directory", "from '.+' to '/'"),
    "environment a": ("environment", "FUZZLAB_TEST_STATE from nothing to 'a'"),
    "context": ("decimal context", "from 28 to 7"),
    "recursion_limit": ("recursion limit", "from [0-9]+ to 50000"),
    "lower_recursion_limit": ("recursion limit", "from [0-9]+ to 300"),
    "filters": ("warnings filters", "from [0-9]+ filters to [0-9]+"),
    "handler": ("signal handlers", "SIGUSR1 is handled otherwise"),
    "thread": ("threads", "from [0-9]+ threads running to [0-9]+, such as .*"),
    "files": ("open files", "from [0-9]+ files open to [0-9]+, such as .*/dev/null.*"),
    "modules": ("modules", "from [0-9]+ modules imported to [0-9]+, such as .*fuzzlab_test_.*"),
    "path": ("search path", r"\['/nowhere'\] added, \[\] removed"),
    "streams": ("standard streams", "sys.stdout replaced"),
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One for all that can be left; from its first finding on it looks after each execution."""
    made = Worker(REGISTRY["tests.leaves"], tmp_path_factory.mktemp("leaves"))
    assert made.verdict(b"path").outcome is Outcome.EFFECT
    yield made
    made.close()


@pytest.mark.parametrize("data", LEFT)
def test_what_a_call_leaves(worker: Worker, data: str) -> None:
    """What a call leaves behind is named, from what to what; it is put back, so that the next input is not blamed."""
    name, what = LEFT[data]
    verdict = worker.verdict(data.encode())
    assert verdict.signature == f"effect state({name}) {PLACE}:leaves"
    told = re.fullmatch(f"the call changes the {name} of the process: {what}", verdict.message, re.DOTALL)
    assert told, verdict.message
    assert worker.verdict(b"chdir_and_back") == Verdict(Outcome.ACCEPTED)
    assert worker.verdict(data.encode()).signature == verdict.signature
    assert worker.restarts == 0


@pytest.mark.parametrize(
    "name",
    [
        "chdir_and_back", "context_and_back", "filters_and_back", "handler_and_back", "thread_that_ends",
        "file_in_a_cycle", "lazily",
    ],
)  # fmt: skip
def test_what_a_call_puts_back(worker: Worker, name: str) -> None:
    """What is put back, collected, or done once for all is nothing that a call leaves."""
    assert [worker.verdict(name.encode()) for _ in range(3)] == [Verdict(Outcome.ACCEPTED)] * 3
    assert worker.late == []


def test_who_does_not_want_it(worker_of: WorkerOf) -> None:
    """A target whose contract leaves it out is not looked at."""
    worker = worker_of(REGISTRY["tests.leaves_much"])
    assert [worker.verdict(data.encode()).outcome for data in LEFT] == [Outcome.ACCEPTED] * len(LEFT)
    assert worker.late == []


def test_the_second_time(worker_of: WorkerOf) -> None:
    """An input that is refused the second time is a finding by itself, again and again, in fresh processes."""
    worker = worker_of(REGISTRY["tests.once_only"])
    for _ in range(2):
        verdict = worker.verdict(b"a")
        assert verdict.signature == f"bad_result state {PLACE}:once_only"
        assert "accepted the first time, rejected with ValueError the second time" in verdict.message
        worker.fresh()


def test_a_crash_the_second_time(worker_of: WorkerOf) -> None:
    """So is one that crashes the second time, which nobody else would run again."""
    worker = worker_of(REGISTRY["tests.used_up"])
    for _ in range(2):
        verdict = worker.verdict(b"a")
        assert verdict.signature == f"bad_result state {PLACE}:used_up"
        assert "accepted the first time, crash with KeyError the second time" in verdict.message
        worker.fresh()


def test_what_is_no_dependence(worker_of: WorkerOf) -> None:
    """A cache, a counter, the time, random numbers: answers vary, what is accepted does not."""
    worker = worker_of(REGISTRY["tests.blameless"])
    inputs = [f"a b {n % 7}{' c' * (n % 3)}".encode() for n in range(300)]
    assert list(worker.run(inputs)) == []
    assert worker.late == []
    assert worker.executions == 300


def test_a_death_takes_nothing_with_it(worker_of: WorkerOf) -> None:
    """What inputs have left is told before the next one of the batch can end the process."""
    worker = worker_of(REGISTRY["tests.leaves"])
    inputs = [b"environment a", b"dies"]
    assert [(index, verdict.outcome) for index, verdict in worker.run(inputs)] == [(1, Outcome.DIED)]
    assert [(data, verdict.clause) for data, verdict in worker.late] == [(inputs[0], "state(environment)")]


def test_a_death_in_a_review(worker_of: WorkerOf) -> None:
    """It is told of the input that died when it was run again, not of the one after which one looked; that is done."""
    worker = worker_of(REGISTRY["tests.armed"])
    assert list(worker.run([b"mine", b"!arm", b"other"])) == []
    assert [(data, verdict.outcome) for data, verdict in worker.late] == [(b"mine", Outcome.DIED)]
    assert (worker.executions, worker.accepted, worker.restarts) == (3, 3, 1)


class _Slow:
    """Stands for a fresh process on a clock of its own: the answer changes behind one of the inputs before."""

    def __init__(self, seconds: float, culprit: bytes) -> None:
        self.now, self._seconds, self._culprit = 0.0, seconds, culprit

    def answer(self, inputs: list[bytes], *, frames: int = 0) -> Answer:
        assert frames in FRAMES
        self.now += len(inputs) * self._seconds
        return Answer(Outcome.REJECTED, "ValueError") if self._culprit in inputs[:-1] else Answer(Outcome.ACCEPTED)


@pytest.mark.parametrize("seconds", [0.00001, 0.0001, 0.001])
@pytest.mark.parametrize("place", [0, EVERY // 2, EVERY - 2])
def test_a_search_for_the_culprit_is_no_standstill(monkeypatch: pytest.MonkeyPatch, seconds: float, place: int) -> None:
    """However slow a target is, its supervisor does not take the search for a stuck worker; what is told is true."""
    past = [b"%d" % number for number in range(EVERY)]
    fresh = _Slow(seconds, past[place])
    monkeypatch.setattr(history_module, "time", SimpleNamespace(monotonic=lambda: fresh.now))
    executor: Any = SimpleNamespace(target=REGISTRY["tests.poisoned"], proof=None)
    guard: Any = None
    history = History(executor, guard, CAMPAIGN, on_review=lambda: None)
    history._fresh, history.past = fresh, past  # type: ignore[assignment]  # it answers as the real one does
    kept = history_module._Kept(b"mine", Answer(Outcome.ACCEPTED), is_stable=True)
    told = history._proven(kept, Answer(Outcome.REJECTED, "ValueError"))
    assert fresh.now < STUCK
    after = re.fullmatch("accepted by itself, rejected with ValueError after (.+)", told)
    assert after is not None, told
    many = re.fullmatch("([0-9]+) other inputs, the last of them (b'[0-9]+')", after[1])
    if many is None:
        assert after[1] == repr(past[place])
    else:
        assert seconds == 0.001
        assert int(many[1]) > place
        assert many[2] == repr(past[int(many[1]) - 1])


def _findings(events: object) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, FindingSeen)]  # type: ignore[attr-defined]  # events


def _project(root: Path, name: str, seeds: list[bytes]) -> Project:
    folder = root / "corpus" / name / "seeds"
    folder.mkdir(parents=True)
    for number, seed in enumerate(seeds):
        (folder / f"{number:03}").write_bytes(seed)
    return Project(root, Config())


POISON = [b"one two", b"three", b"four five", b"!strict", *(b"word%d" % n for n in range(8))]


def test_a_replay_sees_what_one_input_does_to_another(tmp_path: Path) -> None:
    """The finding is the input whose answer changes; its message says after which other one."""
    (finding,) = _findings(Session(_project(tmp_path, "tests.poisoned", POISON), REGISTRY["tests.poisoned"]).replay())
    assert finding.signature == f"bad_result state {PLACE}:poisoned"
    assert len(finding.data) > 2
    assert "by itself, rejected with ValueError after b'!strict'" in finding.verdict.message


def test_a_campaign_sees_it(tmp_path: Path) -> None:
    """So does the coverage engine; what a fresh process does not show from the one input is called not reproducible."""
    project = _project(tmp_path, "tests.poisoned", [b"one two", b"three", b"four five"])
    limits = Limits(seconds=120, runs=20_000, workers=1, seed=1)
    (finding,) = _findings(Campaign(project, [REGISTRY["tests.poisoned"]], limits).run())
    assert finding.signature == f"bad_result state {PLACE}:poisoned"
    assert not finding.deterministic
    assert "after b" in finding.verdict.message


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("tests.once_only", b"abc"),
        pytest.param("tests.leaves", b"environment abc", marks=pytest.mark.slow),
    ],
)
def test_all_engines_and_the_record(tmp_path: Path, name: str, seed: bytes) -> None:
    """What one input shows is found by check and by a campaign, minimised, stored, and seen again by a replay."""
    project = _project(tmp_path, name, [seed])
    limits = Limits(seconds=120, runs=3_000, workers=1, seed=1)
    found = _findings(Campaign(project, [REGISTRY[name]], limits).run())
    again = _findings(Session(project, REGISTRY[name]).replay())
    checked = _findings(Session(project, REGISTRY[name]).check(examples=40, seed=None))
    assert found
    assert all(finding.deterministic for finding in found)
    assert {finding.signature for finding in again} == {finding.signature for finding in found}
    assert {finding.signature for finding in checked} <= {finding.signature for finding in found}
    assert all(len(finding.data) <= len(seed) for finding in found)


def test_nothing_to_find(tmp_path: Path) -> None:
    """A campaign over a target with a cache, a counter and a clock reports nothing."""
    project = _project(tmp_path, "tests.blameless", [b"one two", b"a b c d"])
    limits = Limits(seconds=120, runs=20_000, workers=1, seed=1)
    assert _findings(Campaign(project, [REGISTRY["tests.blameless"]], limits).run()) == []
