"""Campaigns with real coverage workers: every bug of a run, each once, whatever dies on the way."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fuzzlab.backlog import Backlog
from fuzzlab.blackbox import IN_TURN
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.contract import Budget
from fuzzlab.corpus import Corpus
from fuzzlab.course import Course
from fuzzlab.engines import coverage
from fuzzlab.events import Event, FindingSeen, Plateaued, TargetFinished, TargetResult, TargetStarted
from fuzzlab.finder import adhoc
from fuzzlab.lane import Lane
from fuzzlab.mix import ALL_TRIED
from fuzzlab.process import Lost
from fuzzlab.project import Config, Project
from fuzzlab.quarters import First
from fuzzlab.register import Register
from fuzzlab.schedule import Slice
from fuzzlab.verdict import Finding, Outcome, Status, Verdict
from fuzzlab.worker import scratch
from tests.parsers.planted import SESAME
from tests.processes import alive, children
from tests.projects import environment, fuzzlab, make_project

pytestmark = pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")

PARSERS = "tests.parsers.planted"


def _campaign(
    project: Project, specs: Sequence[str], **limits: float | None
) -> tuple[list[Event], dict[str, TargetResult]]:
    options = {"seconds": 60.0, "runs": 3_000, "workers": 1, "seed": 7, **limits}
    campaign = Campaign(project, [adhoc(f"{PARSERS}:{spec}") for spec in specs], Limits(**options))  # type: ignore[arg-type]  # ints and floats
    events = list(campaign.run())
    return events, {e.result.name: e.result for e in events if isinstance(e, TargetFinished)}


def _signatures(events: Sequence[Event]) -> Counter[str]:
    return Counter(event.finding.signature for event in events if isinstance(event, FindingSeen))


def test_it_finds_its_bug_and_no_other(project: Project) -> None:
    """One planted bug behind two comparisons: found, minimised to its minimum, announced once, stored."""
    events, results = _campaign(project, ["magic"], runs=200_000)
    assert _signatures(events) == {f"crash KeyError {PARSERS}:magic": 1}
    (result,) = results.values()
    (finding,) = result.findings
    assert finding.data == b"fz:"
    assert (finding.status, finding.deterministic) == (Status.NEW, True)
    assert (project.root / finding.path).read_bytes() == finding.data
    assert finding.found_after_executions <= result.executions
    assert 0 < finding.found_after_seconds <= result.seconds
    assert result.coverage > 0
    assert result.corpus_size > 1
    assert isinstance(events[0], TargetStarted)
    assert result.newest is not None
    assert 0 <= result.newest < result.seconds + 60
    assert result.workers == 0


def test_the_number_of_runs_is_met(project: Project) -> None:
    """`--runs N` is N executions of each target, accepted, refused or broken, and not one more."""
    _, results = _campaign(project, ["magic", "sound"], runs=3_000, workers=2)
    assert {name.rpartition(".")[2]: r.executions for name, r in results.items()} == {"magic": 3_000, "sound": 3_000}
    sound = results[f"{PARSERS}.sound"]
    assert sound.accepted + sound.rejected == sound.executions
    assert sound.accepted > 0
    assert sound.rejected > 0
    assert sound.findings == ()


@pytest.mark.parametrize("runs", [1, 50])
def test_a_small_number_of_runs_is_met(project: Project, runs: int) -> None:
    """The examples that a campaign begins with are executions too."""
    _, results = _campaign(project, ["sound"], runs=runs)
    assert [result.executions for result in results.values()] == [runs]


def test_the_next_campaign_knows(project: Project) -> None:
    """What is on record is shown as known, once, and its coverage inputs are begun with."""
    _, first = _campaign(project, ["exits"])
    events, second = _campaign(project, ["exits"])
    seen = [event.finding for event in events if isinstance(event, FindingSeen)]
    assert {finding.status for finding in seen} == {Status.KNOWN}
    assert {f.id for f in seen} == {f.id for r in first.values() for f in r.findings}
    assert second[f"{PARSERS}.exits"].corpus_size >= first[f"{PARSERS}.exits"].corpus_size > 2


@pytest.mark.parametrize(
    ("parser", "signature"),
    [
        ("exits", "died exit 3"),
        ("segfaults", "died SIGSEGV"),
        ("kills", "died SIGKILL"),
        pytest.param("loops", "hang", marks=pytest.mark.slow),
    ],
)
def test_a_campaign_goes_on_after_a_death(project: Project, parser: str, signature: str) -> None:
    """What kills or hangs a worker is found once with the right input, and the other bug behind it is found too."""
    events, results = _campaign(project, [parser])
    (result,) = results.values()
    found = {finding.signature: finding for finding in result.findings}
    (deadly,) = [f for s, f in found.items() if s.startswith(signature)]
    assert deadly.data.startswith(b"!")
    assert f"crash IndexError {PARSERS}:{parser}" in found
    assert len(found) == 2
    assert all(count == 1 for count in _signatures(events).values())
    if parser != "loops":  # each loop costs two seconds
        assert result.executions >= 3_000
    else:  # found when it began, and not when we had waited long enough
        assert deadly.found_after_seconds < result.seconds - 1


@pytest.mark.slow
def test_several_targets_share_the_workers(project: Project) -> None:
    """In a campaign by the clock every target gets a turn, and it ends when it should."""
    began = time.monotonic()
    _, results = _campaign(project, ["magic", "sound", "exits"], seconds=8.0, runs=None, workers=2)
    assert time.monotonic() - began < 60
    assert all(result.executions > 0 for result in results.values())


def test_a_worker_runs_what_another_one_found(tmp_path: Path) -> None:
    """An input offered to a worker in the middle of its turn is executed within seconds: here, it is a finding."""
    target = adhoc(f"{PARSERS}:sealed")
    lane = Lane(
        target, tmp_path, First(inputs=[b"seed"]), seconds=60, runs=None, seed=1, seen=[], known_hangs=[],
        draws=False, in_turn=None, active_before=0, executions_before=0,
    )  # fmt: skip
    told: list[bytes] = []
    try:
        assert _eventually(lane.is_running for _ in iter(int, 1))
        lane.offer(SESAME)

        def looked() -> bool:
            list(lane.new_inputs())
            told.extend(message["data"] for message in lane.messages())
            return bool(told)

        assert _eventually(looked() for _ in iter(int, 1))
    finally:
        lane.close()
    assert told == [SESAME]


@pytest.mark.parametrize(
    ("outcome", "deterministic", "times"),
    [(Outcome.HANG, False, 2), (Outcome.HANG, True, 1), (Outcome.MEMORY, False, 1)],
)
def test_a_loop_that_ends_without_instrumentation_stretches_the_budget(
    project: Project, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, deterministic: bool, times: int
) -> None:
    """For the worker that runs and for those to come; not where it is one, nor for what is no matter of time."""
    target = adhoc(f"{PARSERS}:sealed")
    campaign = Campaign(project, [target], Limits(seconds=60))
    course = campaign._states[target.name]
    lane = Lane(
        target, campaign.folder, First(inputs=[b"seed"]), seconds=60, runs=None, seed=1, seen=[], known_hangs=[],
        draws=False, in_turn=None, slowness=course.slowness, active_before=0, executions_before=0,
    )  # fmt: skip
    course.lanes.append(lane)
    raw = course.register.note(Finding(target.name, Verdict(outcome, "", "too much", "", "shop:parse"), b"x"))
    done = [(raw, replace(raw, deterministic=deterministic))]
    monkeypatch.setattr(Backlog, "finished", lambda _: iter(done))
    budget = target.contract.budget
    try:
        assert (lane.child.seconds, lane.child.wall) == (budget.seconds, budget.wall)
        list(campaign._settle())
        assert course.slowness == times
        assert (lane.child.seconds, lane.child.wall) == (times * budget.seconds, times * budget.wall)
    finally:
        campaign.close()  # and its workers


def test_what_is_tried_in_turn_has_one_worker_at_a_time(project: Project) -> None:
    """It goes on in the next worker where the one that was at it has ended, whoever else is at work."""
    target, folder = adhoc(f"{PARSERS}:sealed"), scratch(project)
    corpus = Corpus(project, target.name, print)
    course = Course(target, corpus, Register(corpus, warn=print))

    def begin() -> Lane:
        lane = Lane(
            target, folder, First(inputs=[b"seed"]), seconds=60, runs=None, seed=1, seen=[], known_hangs=[],
            draws=False, in_turn=course.left_in_turn(), active_before=0, executions_before=0,
        )  # fmt: skip
        course.lanes.append(lane)
        return lane

    try:
        first, _ = begin(), begin()
        assert course.left_in_turn() is None
        first.child.kill()
        first.child.box.head[IN_TURN] = 7
        course.take_over(first)
        first.close()
        assert course.left_in_turn() == 7
        course.in_turn = ALL_TRIED
        assert course.left_in_turn() is None
    finally:
        for lane in course.lanes:
            lane.close()


@pytest.mark.parametrize("skipped", [[], [SESAME]])
def test_a_folder_is_handed_over_but_for_what_is_skipped(project: Project, skipped: list[bytes]) -> None:
    """A worker begins with what lies in the corpus's own folder; what costs too much there lies still."""
    target = adhoc(f"{PARSERS}:sealed")
    corpus = Corpus(project, target.name, print)
    for data in (SESAME, b"one", b"two"):
        corpus.add_coverage(data)
    lane = Lane(
        target, scratch(project), First(plain=corpus.plain_coverage(), skipped=skipped), seconds=60, runs=200, seed=1,
        seen=[], known_hangs=[], draws=False, in_turn=None, active_before=0, executions_before=0,
    )  # fmt: skip
    told: list[bytes] = []
    try:
        with pytest.raises(Lost):  # noqa: PT012 - it ends at its number of runs, seen by either
            while True:
                told.extend(message["data"] for message in lane.messages())
                lane.child.watch()
                time.sleep(lane.TICK)
        assert lane.executions == 200
    finally:
        lane.close()
    assert told == ([] if skipped else [SESAME])
    assert set(corpus.coverage()) == {SESAME, b"one", b"two"}


def test_the_second_turn_does_not_run_it_all_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn lasts until its first corpus is run, however short; the next ones begin with what was of use in it."""
    monkeypatch.setattr("fuzzlab.lane.MANY", 100)
    target = adhoc("tests.parsers.branches:branches")
    corpus = Corpus(project, target.name, print)
    for number in range(500):
        corpus.add_coverage(b"%d" % number)
    for path in corpus.coverage_folder.iterdir():
        os.utime(path, (0, 0))
    campaign = Campaign(project, [target], Limits(seconds=600.0, runs=1_000_000, seed=3))
    (state,) = campaign._states.values()
    firsts: list[First] = []
    real = Course.first_corpus

    def noted(course: Course) -> First:
        firsts.append(real(course))
        return firsts[-1]

    monkeypatch.setattr(Course, "first_corpus", noted)

    def short(wanting: object, *_: object, **__: object) -> Slice | None:
        return Slice(target.name, 0.01) if wanting else None

    monkeypatch.setattr("fuzzlab.campaign.next_slice", short)
    with contextlib.closing(campaign.run()) as events:
        for _ in events:
            if len(firsts) > 1:
                break
    assert len(firsts) > 1
    assert firsts[0].plain is not None
    assert firsts[0].plain.files == 500
    assert all(first.plain is None for first in firsts[1:])
    assert 0 < len(firsts[1].inputs) < 400
    assert state.kept is not None
    assert set(state.kept) <= set(corpus.coverage())


def test_what_one_worker_finds_is_offered_to_the_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers on one target: each new input of one goes to the other, and to nobody else."""
    offered: list[tuple[Lane, bytes]] = []
    monkeypatch.setattr(Lane, "offer", lambda lane, data: offered.append((lane, data)))
    _campaign(project, ["magic"], runs=None, workers=2, seconds=5.0)
    assert offered
    stored = set(Corpus(project, f"{PARSERS}.magic", warn=print).coverage())
    assert {data for _, data in offered} <= stored
    assert max(Counter(data for _, data in offered).values()) == 1


def test_a_campaign_stops_at_a_plateau(project: Project) -> None:
    """Where there is nothing to discover the target is given up, long before the time is over."""
    events, results = _campaign(project, ["flat"], runs=None, seconds=600.0, plateau=1e-3)
    (given_up,) = [event for event in events if isinstance(event, Plateaued)]
    (result,) = results.values()
    assert given_up.executions == result.executions >= 5_900  # 3 / n over the later half, but for the approximation
    assert result.seconds < 300


def test_time_for_each_target(project: Project) -> None:
    """Without a time for all, each target has its own and the campaign ends."""
    _, results = _campaign(project, ["flat", "sound"], runs=None, seconds=math.inf, seconds_each=3.0)
    assert all(result.executions > 0 for result in results.values())


def test_ctrl_c_waits_for_no_attempt(project: Project) -> None:
    """An input that sleeps for minutes is in triage when the campaign is closed: that ends at once."""
    target = adhoc(f"{PARSERS}:sleeps")
    backlog = Backlog(scratch(project))
    verdict = Verdict(Outcome.HANG, place=target.place)
    patient = replace(target, contract=replace(target.contract, budget=Budget(seconds=600)))
    backlog.put(patient, Finding(target=target.name, verdict=verdict, data=b"!"))
    assert _eventually(backlog.is_trying for _ in iter(int, 1))
    backlog.close()
    assert list(backlog.finished()) == []


def test_triage_leaves_a_search_its_first_moments(project: Project) -> None:
    """A crash of the first moments is looked into after them, a hang at once, and all of it when the campaign ends."""
    target = adhoc(f"{PARSERS}:flat")
    backlog = Backlog(scratch(project))
    crash = Finding(target=target.name, verdict=Verdict(Outcome.CRASH, "ValueError", place="x"), data=b"1")
    hang = Finding(target=target.name, verdict=Verdict(Outcome.HANG, place="x"), data=b"2")
    done: list[bytes] = []

    def is_done(data: bytes) -> bool:
        done.extend(raw.data for raw, _ in backlog.finished())
        return data in done

    backlog.put(target, replace(crash, found_after_seconds=-1000.0))  # as if the search began in a thousand seconds
    backlog.put(target, hang)
    assert _eventually(is_done(b"2") for _ in iter(int, 1))
    for _ in range(10):
        assert not backlog.is_trying  # the hang came first by its rank; now nothing else is begun
        time.sleep(0.05)
    assert done == [b"2"]
    backlog.hurry(time.monotonic() + 60)
    assert _eventually(is_done(b"1") for _ in iter(int, 1))
    backlog.close()


def _eventually(condition: Iterator[bool], *, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    for holds in condition:
        if holds:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.slow
def test_kill_9_of_the_supervisor(tmp_path: Path) -> None:
    """No process is left, what was found is on disk, and the next campaign begins as if nothing had been."""
    make_project(tmp_path)
    words = [sys.executable, "-m", "fuzzlab", "fuzz", "indexed", "--time", "100s", "--workers", "2"]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL) as supervisor:
        regressions = tmp_path / "corpus" / "indexed" / "regressions"
        assert _eventually(any(regressions.glob("*.json")) for _ in iter(int, 1))
        started = children(supervisor.pid)
        assert started
        os.kill(supervisor.pid, signal.SIGKILL)
    assert _eventually(not any(map(alive, started)) for _ in iter(int, 1))
    (sidecar,) = regressions.glob("*.json")
    assert json.loads(sidecar.read_bytes())["signature"] == "crash IndexError shop:indexed"
    again = fuzzlab(tmp_path, "fuzz", "indexed", "--runs", "500", "--time", "30s", "--json")
    assert again.code == 1, again.err
    assert [f["status"] for f in again.document["targets"][0]["findings"]] == ["known"]
    assert "warning" not in again.err
    assert not list((tmp_path / ".fuzzlab" / "workers").glob("fuzzlab-lane-*"))


def test_what_was_left_comes_after_what_is_new(project: Project) -> None:
    """A finding that an earlier campaign left is minimised when nothing new waits, and left again at the end."""
    target = adhoc(f"{PARSERS}:lingers")
    backlog = Backlog(scratch(project), seconds=60.0)
    verdict = Verdict(Outcome.CRASH, "KeyError", place=f"{PARSERS}:lingers")
    old = Finding(target.name, verdict, b"!!" + b"x" * 300, minimised=False)
    new = Finding(target.name, verdict, b"!!")
    try:
        backlog.put(target, old, later=True)
        backlog.put(target, old, later=True)
        backlog.put(target, new)
        backlog.hurry(time.monotonic() + 60)
        done: list[tuple[Finding, Finding]] = []

        def is_over() -> bool:
            done.extend(backlog.finished())
            return len(done) == 3

        assert _eventually((is_over() for _ in iter(int, 1)), seconds=120)
        assert backlog.pending == 0
    finally:
        backlog.close()
    settled = dict(done)
    assert settled[new].minimised
    assert settled[new].data == b"!!"
    assert not settled[old].minimised


@pytest.mark.slow
def test_minimising_survives_kill_9(tmp_path: Path) -> None:
    """Killed in the middle of it, a campaign has stored what it had; the next one goes on and comes to the minimum."""
    project = Project(make_project(tmp_path), Config())
    target = f"{PARSERS}:lingers"
    folder = tmp_path / "corpus" / f"{PARSERS}.lingers"
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "long").write_bytes(b"x" * 100 + b"!" + b"y" * 200 + b"!" + b"z" * 100)

    def record() -> dict[str, object]:
        found = [json.loads(path.read_bytes()) for path in (folder / "regressions").glob("*.json")]
        return found[0] if len(found) == 1 else {}

    def size() -> int:
        return min((p.stat().st_size for p in (folder / "regressions").glob("*") if not p.suffix), default=402)

    words = [sys.executable, "-m", "fuzzlab", "fuzz", target, "--time", "300s", "--minimize-time", "200s"]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL) as supervisor:
        assert _eventually((size() < 402 and bool(record()) for _ in iter(int, 1)), seconds=200)
        os.kill(supervisor.pid, signal.SIGKILL)
    left = record()
    assert (left["minimised"], left["status"]) == (False, "known")

    campaign = Campaign(project, [adhoc(target)], Limits(seconds=300.0, workers=1, seed=1, minimise=200.0))
    events = campaign.run()
    for event in events:
        if record().get("minimised"):
            break
        assert not (isinstance(event, FindingSeen) and event.finding.status is Status.NEW)
    events.close()
    assert record()["signature"] == left["signature"]
    assert record()["minimised_from"] == left["minimised_from"]
    assert [p.read_bytes() for p in (folder / "regressions").iterdir() if not p.suffix] == [b"!!"]
