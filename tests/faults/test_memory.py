"""Memory, and what else runs out: one execution's excess is a finding; what many leave behind costs a worker."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

import tests.parsers.faulty  # noqa: F401 - registers the targets
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.engines import coverage
from fuzzlab.events import FindingSeen, WorkerRestarted
from fuzzlab.footprint import FILES, LEAST, PROCESSES, THREADS, Footprint, leftovers
from fuzzlab.project import Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Finding, Outcome, Verdict
from fuzzlab.worker import Worker
from tests.parsers.faulty import BUDGET

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is dependable on Linux only")

WorkerOf = Callable[[Target], Worker]

PLACE = "tests.parsers.faulty"

LEAKING = {"leak": 300, "leave_an_endless_thread": 100, "leave_a_file_open": 40_000}
"""How often it takes until a worker must be replaced, several times over. Where a process may have a million files
open, nothing runs out, and the supervisor has to see it."""


@pytest.mark.parametrize("name", ["allocate_20_gb", "allocate_step_by_step"])
def test_an_allocation_beyond_the_budget(worker_of: WorkerOf, name: str) -> None:
    """It is a `memory` finding with its frames; it costs no worker, and what it took is given back."""
    worker = worker_of(REGISTRY["tests.faulty"])
    for _ in range(3):
        verdict = worker.verdict(name.encode())
        assert verdict.signature == f"memory MemoryError {PLACE}:{name}"
        assert verdict.frames[-1].function == name
        assert verdict.location.startswith("tests/parsers/faulty.py:")
    assert worker.verdict(b"allocate_most_of_the_budget").outcome is Outcome.ACCEPTED
    assert worker.executions == 4
    # What an allocator does not give back at once makes the next one doubtful, which costs a worker and no verdict.
    assert worker.restarts == len(worker.recycled)
    assert name != "allocate_20_gb" or worker.restarts == 0


@pytest.mark.parametrize("name", LEAKING)
def test_a_slow_leak_in_batches(worker_of: WorkerOf, name: str) -> None:
    """Executions that leave a little each are all accepted; workers are replaced, and it is said why."""
    worker = worker_of(REGISTRY["tests.faulty"])
    inputs, ran = [name.encode()] * min(LEAKING[name], 2_048), 0
    while not worker.recycled and ran < LEAKING[name]:
        assert list(worker.run(inputs)) == []
        ran += len(inputs)
    assert worker.executions == worker.accepted == ran
    assert worker.recycled
    assert worker.restarts == len(worker.recycled)
    for reason in worker.recycled:
        assert reason.startswith("recycled: ")
        assert reason.endswith(" executions, no single one over budget")


def test_a_slow_leak_one_by_one(worker_of: WorkerOf) -> None:
    """The same for inputs that are sent one at a time, and for an execution that needs most of its own budget."""
    worker = worker_of(REGISTRY["tests.faulty"])
    for _ in range(5):
        assert worker.verdict(b"leak_much").outcome is Outcome.ACCEPTED
        assert worker.verdict(b"allocate_most_of_the_budget").outcome is Outcome.ACCEPTED
    assert (worker.executions, worker.accepted, worker.rejected) == (10, 10, 0)
    assert worker.recycled
    assert worker.verdict(b"allocate_20_gb").outcome is Outcome.MEMORY
    assert worker.executions == 11


def test_a_session_says_so(project: Project) -> None:
    """A replay of a corpus that leaks is clean, and tells of its recycled workers in one event."""
    seeds = project.corpus / "tests.faulty" / "seeds"
    seeds.mkdir(parents=True)
    for number in range(6):
        (seeds / f"{number}").write_bytes(b"leak_much")
        (seeds / f"{number}b").write_bytes(b"allocate_most_of_the_budget")
    events = list(Session(project, REGISTRY["tests.faulty"]).replay())
    (told,) = [event for event in events if isinstance(event, WorkerRestarted)]
    assert told.reason.startswith("recycled: grew by ")
    assert [event for event in events if isinstance(event, FindingSeen)] == []


@pytest.mark.slow
@pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")
@pytest.mark.parametrize("name", LEAKING)
def test_a_slow_leak_in_a_campaign(project: Project, name: str) -> None:
    """No finding, no lost work: the number of runs is met, in several workers, and it is said why."""
    runs = 60_000  # the worker is looked at once a second: fewer may be over by then
    campaign = Campaign(
        project, [REGISTRY[f"tests.faulty.{name}"]], Limits(seconds=200.0, runs=runs, workers=1, seed=3)
    )
    events = list(campaign.run())
    (result,) = campaign.results()
    reasons = [event.reason for event in events if isinstance(event, WorkerRestarted)]
    assert [event.finding.signature for event in events if isinstance(event, FindingSeen)] == []
    assert result.findings == ()
    assert result.executions == runs
    assert reasons
    assert all(reason.startswith("recycled: ") for reason in reasons)
    assert result.worker_restarts == len(reasons)
    assert not list((project.corpus / result.name).glob("regressions/*"))


START = Footprint(reserved=1 << 30, private=100 << 20, threads=2, files=10, processes=0)
CALM = {"reserved": 1 << 30, "private": 100 << 20, "threads": 2, "files": 10, "processes": 0}


@pytest.mark.parametrize(
    ("grown", "told", "doubted"),
    [
        ({}, "", ""),
        ({"private": LEAST}, "", ""),
        ({"private": (256 << 20) + 1}, "grew by 256 MiB", ""),
        ({"reserved": (64 << 20) + 1}, "", "grew by 64 MiB"),
        ({"threads": THREADS + 1}, "left 33 threads running", "left 33 threads running"),
        ({"threads": THREADS // 8 + 1}, "", "left 5 threads running"),
        ({"files": FILES + 1}, "left 129 files open", "left 129 files open"),
        ({"processes": PROCESSES + 1}, "left 33 processes running", "left 33 processes running"),
        ({"private": -50 << 20, "threads": -1}, "", ""),
    ],
)
def test_how_much_is_too_much(grown: dict[str, int], told: str, doubted: str) -> None:
    """Half of the budget is; after an execution that ran out of something, an eighth of it is suspect already."""
    now = Footprint(**{name: value + grown.get(name, 0) for name, value in CALM.items()})
    assert leftovers(now, START, 512 << 20) == told
    assert leftovers(now, START, 512 << 20, doubting=True) == doubted
    assert "grew" not in leftovers(now, START, 512 << 20, engine=1 << 30)


def test_a_small_budget_is_no_reason(worker_of: WorkerOf) -> None:
    """An interpreter's own caches are more than the smallest budget; they are no leak."""
    now = Footprint(**{**CALM, "private": START.private + LEAST - 1})
    assert leftovers(now, START, 1 << 20) == ""
    assert BUDGET.memory / 2 <= LEAST


@pytest.mark.parametrize(
    ("verdict", "exhausted", "unproven"),
    [
        (Verdict(Outcome.MEMORY, "MemoryError"), True, True),
        (Verdict(Outcome.CRASH, "RuntimeError", "can't start new thread"), True, True),
        (Verdict(Outcome.CRASH, "OSError", "[Errno 24] Too many open files: 'x'"), True, True),
        (Verdict(Outcome.CRASH, "BlockingIOError", "[Errno 11] Resource temporarily unavailable"), True, True),
        (Verdict(Outcome.CRASH, "RuntimeError", "anything else"), False, False),
        (Verdict(Outcome.CRASH, "KeyError", "[Errno 24]"), False, False),
        (Verdict(Outcome.BAD_RESULT, "OSError", "[Errno 24]"), False, False),
        (Verdict(Outcome.HANG), False, True),
        (Verdict(Outcome.DIED, "SIGKILL"), False, True),
        (Verdict(Outcome.DIED, "SIGSEGV"), False, False),
        (Verdict(Outcome.DIED, "exit 3"), False, False),
        (Verdict(Outcome.CRASH, "SIGKILL"), False, False),
    ],
)
def test_what_needs_proof(verdict: Verdict, exhausted: bool, unproven: bool) -> None:
    """What a machine, a person or earlier executions may have caused counts only when it is seen again."""
    assert (verdict.is_exhaustion, verdict.needs_proof) == (exhausted, unproven)
    assert Finding("parse", verdict, b"x").verdict is verdict
