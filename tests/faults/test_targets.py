"""Targets that mistreat their process: what one execution does to it changes no verdict on another one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tests.parsers.faulty  # noqa: F401 - registers the target
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.engines import coverage
from fuzzlab.events import FindingSeen
from fuzzlab.project import Project
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker
from tests.processes import alive, children, eventually
from tests.projects import fuzzlab, make_project

WorkerOf = Callable[[Target], Worker]

COVERAGE = pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")

PLACE = "tests.parsers.faulty"

HARMLESS = [
    "change_folder", "delete_folder", "replace_stdout", "close_stdout", "ignore_signals", "block_signals",
    "handle_signals", "forget_a_timer", "forget_a_handled_timer", "fork_and_return", "fork_and_exit", "fork_and_raise",
    "fork_and_stay", "print_100_mb", "lower_the_recursion_limit", "leave_a_raising_thread", "leave_an_endless_thread",
    "leave_a_file_open", "read_standard_input",
]  # fmt: skip
"""Strange, and within the contract of a target whose side effects nobody watches."""


@pytest.mark.parametrize("name", HARMLESS)
def test_what_lasts_beyond_its_execution(worker_of: WorkerOf, name: str) -> None:
    """It is accepted, and the executions after it get the verdicts that they get without it, in the same process."""
    worker = worker_of(REGISTRY["tests.faulty"])
    batch = [b"fine", name.encode(), b"wait", b"refuse", b"crash", b"fine", name.encode(), b"wait", b"crash"]
    broken = {index: verdict.signature for index, verdict in worker.run(batch)}
    assert broken == dict.fromkeys((4, 8), f"crash IndexError {PLACE}:crash")
    assert (worker.executions, worker.accepted, worker.rejected, worker.restarts) == (9, 6, 1, 0)


@pytest.mark.parametrize("name", ["delete_folder", "ignore_signals", "handle_signals", "lower_the_recursion_limit"])
def test_limits_hold_afterwards(worker_of: WorkerOf, name: str) -> None:
    """Frames keep their files' names, a loop is still interrupted, and the stack is as deep as before."""
    worker = worker_of(REGISTRY["tests.faulty"])
    before = worker.verdict(b"crash")
    assert worker.verdict(name.encode()).outcome is Outcome.ACCEPTED
    assert worker.verdict(b"crash") == before
    assert worker.verdict(b"block_on_a_lock").signature == f"hang {PLACE}:block_on_a_lock"
    assert worker.restarts == 0


def test_a_timer_of_the_target_s_own(worker_of: WorkerOf) -> None:
    """One that it does not handle is its death, at its place; one that it handles works as it does anywhere."""
    worker = worker_of(REGISTRY["tests.faulty"])
    assert worker.verdict(b"die_of_a_timer").signature == f"died SIGALRM {PLACE}:die_of_a_timer"
    assert worker.verdict(b"use_a_timer").outcome is Outcome.REJECTED
    assert worker.restarts == 0


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_forked_process_says_nothing_and_ends(worker_of: WorkerOf) -> None:
    """What a target forks counts nothing, holds no line open, and goes with its worker."""
    worker = worker_of(REGISTRY["tests.faulty"])
    assert worker.verdict(b"fork_and_crash").signature == f"crash KeyError {PLACE}:fork_and_crash"
    assert worker.verdict(b"fork_and_stay").outcome is Outcome.ACCEPTED
    assert worker._child is not None
    process = worker._child.process
    forked = children(process.pid)
    assert len(forked) == 2
    process.kill()
    assert worker.verdict(b"fine").outcome is Outcome.ACCEPTED
    assert eventually(lambda: not any(map(alive, forked)))
    assert (worker.executions, worker.restarts) == (3, 1)


IMPORTED_ONCE = """
import os
import sys

from fuzzlab import formats, target

if sys.argv[0].endswith("child.py"):
    {ending}


@target(format=formats.text(max_size=9))
def {name}(value: str) -> str:
    return value
"""

FINE = """
from fuzzlab import formats, target


class Broken(type(formats.text())):
    def decode(self, data: bytes) -> str:
        if len(data) > 5:
            raise ZeroDivisionError(data)
        return super().decode(data)


@target(format=Broken(max_size=9, alphabet=None, surrogates=True))
def undecodable(value: str) -> str:
    return value[0]


@target(format=formats.text(max_size=9))
def fine(value: str) -> str:
    return value[0]
"""


def _project(folder: Path, *endings: str) -> list[str]:
    """Write a project whose modules die in a worker in these ways, and one with a target whose format fails."""
    names = [f"dies_{number}" for number, _ in enumerate(endings)]
    make_project(folder, FINE, module="good")
    for name, ending in zip(names, endings, strict=True):
        source = IMPORTED_ONCE.format(ending=ending, name=name)
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    modules = json.dumps([*names, "good"])
    (folder / "pyproject.toml").write_text(f"[tool.fuzzlab]\ntargets = {modules}\n", encoding="utf-8")
    return names


@COVERAGE
def test_a_target_that_cannot_be_fuzzed_is_dropped(tmp_path: Path) -> None:
    """Workers that die at import, a format that fails: the others go on, and all that is found is stored and shown."""
    dying = _project(tmp_path, "raise RuntimeError('not here')", "os._exit(3)", "os.abort()")
    done = fuzzlab(tmp_path, "fuzz", "--runs", "1000", "--time", "100s", "--workers", "2", "--json")
    assert done.code == 3, done.err
    for name in dying:
        assert f"warning: {name}: dropped, the others go on: {name}" in done.err
    assert "failure of the harness, not a finding" in done.err
    assert "ZeroDivisionError" in done.err
    results = {result["name"]: result for result in done.document["targets"]}
    assert done.document["exit_code"] == 3
    assert {name: results[name]["executions"] for name in [*dying, "fine"]} == {
        **dict.fromkeys(dying, 0),
        "fine": 1_000,
    }
    (finding,) = results["fine"]["findings"]
    assert (tmp_path / finding["input_file"]).read_bytes() == b""
    assert all("ZeroDivision" not in f["signature"] for r in results.values() for f in r["findings"])


@COVERAGE
def test_a_module_that_dies_is_the_user_s_mistake(tmp_path: Path) -> None:
    """Where nothing of ours failed, the exit code says so; it is never that of findings, for one target has not run."""
    names = _project(tmp_path, "os._exit(3)")
    done = fuzzlab(tmp_path, "fuzz", *names, "fine", "--runs", "500", "--time", "60s", "--workers", "1", "--json")
    assert done.code == done.document["exit_code"] == 2, done.err
    assert "Traceback" not in done.err
    assert [len(result["findings"]) for result in done.document["targets"]] == [0, 1]


@pytest.mark.slow
@COVERAGE
def test_in_a_campaign(project: Project) -> None:
    """The same in coverage workers, where libFuzzer has the loop: no finding, no lost execution, no second process."""
    names = ["ignore_signals", "fork_and_return", "lower_the_recursion_limit", "forget_a_timer", "print_1_mb"]
    targets = [REGISTRY[f"tests.faulty.{name}"] for name in names]
    campaign = Campaign(project, targets, Limits(seconds=100.0, runs=300, workers=1, seed=3))
    events = list(campaign.run())
    assert [event.finding.signature for event in events if isinstance(event, FindingSeen)] == []
    results = campaign.results()
    assert len(results) == len(names)
    for result in results:
        assert (result.name, result.executions, result.worker_restarts) == (result.name, 300, 0)
        assert result.accepted + result.rejected == result.executions
        assert min(result.accepted, result.rejected) > 0
