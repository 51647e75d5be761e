"""SIGKILL at random moments to a worker, the supervisor, both: nothing announced is lost, the next start is clean."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fuzzlab.engines import coverage
from fuzzlab.verdict import Verdict, input_id
from tests.processes import alive, children, eventually
from tests.projects import environment, fuzzlab, make_project

pytestmark = [
    pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris"),
    pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's"),
]

TARGETS = '''
"""Quick bugs, one of which takes long to minimise, one of which kills its process."""

import os

from fuzzlab import formats, target


@target(format=formats.text(max_size=400))
def several(value: str) -> str:
    """Fail in three ways."""
    if len(value) > 40:
        raise KeyError(value)
    if value[0] == "0":
        return {}[value]
    return value


@target(format=formats.text(max_size=400))
def slow_to_minimise(value: str) -> int:
    """Fail for what a thousand attempts do not make smaller."""
    if len(value) > 60:
        sum(range(100_000))
        raise TypeError(value)
    return len(value)


@target(format=formats.text(max_size=32))
def exits(value: str) -> str:
    """End the process."""
    if "." in value:
        os._exit(3)
    return value
'''

SAVED = re.compile(r"saved:\s+(\S+)$", re.MULTILINE)

LONGEST = "4s"
"""Of the campaigns that are killed, in case the moment never comes."""


@dataclass(slots=True)
class Crime:
    """One campaign, and who is killed in it when."""

    folder: Path
    random: random.Random
    out: Path = field(init=False)
    err: Path = field(init=False)

    def __post_init__(self) -> None:
        self.out, self.err = self.folder.parent / "out", self.folder.parent / "err"

    def commit(self, phase: str, victim: str) -> int | None:
        """Start a campaign, wait for the moment, kill; give the exit status of a supervisor that lived on."""
        words = [sys.executable, "-m", "fuzzlab", "fuzz", "--time", LONGEST, "--workers", "2"]
        words += ["--seed", str(self.random.randrange(1 << 30))]
        with (
            self.out.open("wb") as out,
            self.err.open("wb") as err,
            subprocess.Popen(words, cwd=self.folder, env=environment(), stdout=out, stderr=err) as supervisor,
        ):
            self._wait_for(phase, supervisor)
            workers = children(supervisor.pid)
            if victim in ("worker", "all") and workers:
                for pid in workers if victim == "all" else [self.random.choice(workers)]:
                    _kill(pid)
            if victim in ("supervisor", "all"):
                _kill(supervisor.pid)
            supervisor.wait(timeout=60)
        assert eventually(lambda: not any(map(alive, workers))), "a worker outlived its supervisor"
        return None if supervisor.returncode == -signal.SIGKILL else supervisor.returncode

    def _wait_for(self, phase: str, supervisor: subprocess.Popen[bytes]) -> None:
        """Sleep until a random moment of a phase; a campaign that ends before it comes is a moment too."""
        workers, corpus = self.folder / ".fuzzlab" / "workers", self.folder / "corpus"
        signs: dict[str, tuple[Callable[[], bool], float]] = {
            "start": (lambda: True, 2.0),
            "execution": (lambda: any(workers.glob("fuzzlab-lane-*")), 1.5),
            "saving": (lambda: len(list(corpus.glob("*/regressions/*"))) > before, 0.02),
            "minimising": (lambda: len(list(corpus.glob("*/regressions/*.json"))) > before, 1.0),
        }
        before = len(list(corpus.glob("*/regressions/*")))
        sign, spread = signs[phase]
        while not sign() and supervisor.poll() is None:
            time.sleep(0.001)
        time.sleep(self.random.random() * spread)

    def announced(self) -> list[str]:
        """Give the paths that the campaign's cards name."""
        return SAVED.findall(self.out.read_text(encoding="utf-8"))


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _own_files(folder: Path) -> Iterator[Path]:
    """Every file that a campaign wrote under its content's name."""
    for place in (*folder.glob("corpus/*/regressions/*"), *folder.glob(".fuzzlab/coverage/*/*")):
        if not place.name.endswith(".json") and not place.name.startswith("."):
            yield place


def _examine(folder: Path, announced: list[str]) -> set[str]:
    """Check what stands on disk after a kill; give the signatures of what was announced."""
    for path in _own_files(folder):
        assert path.name == input_id(path.read_bytes()), f"{path} is not what its name says"
    sidecars = [path for path in folder.glob("corpus/*/regressions/*.json") if not path.name.startswith(".")]
    for sidecar in sidecars:
        Verdict.from_json(json.loads(sidecar.read_bytes()))
        assert sidecar.with_suffix("").exists(), f"{sidecar} has no input"
    log = folder / ".fuzzlab" / "events.jsonl"
    events = [json.loads(line) for line in log.read_bytes().split(b"\n")[:-1]] if log.exists() else []
    on_record = {json.loads(sidecar.read_bytes())["signature"] for sidecar in sidecars}
    told = {e["finding"]["input_file"]: e["finding"]["signature"] for e in events if e["event"] == "FindingSeen"}
    signatures = set()
    for shown in announced:
        if (folder / shown).exists():
            assert (folder / f"{shown}.json").exists(), f"{shown} was announced, and its sidecar is lost"
            signatures.add(json.loads((folder / f"{shown}.json").read_bytes())["signature"])
        else:  # a smaller input of the same bug has taken its place
            assert told.get(shown) in on_record, f"{shown} was announced, and is lost"
            signatures.add(told[shown])
    assert not list(folder.glob(".fuzzlab/quarantine/**/*")), "a file of our own was set aside"
    assert not [s for s in signatures if "SIGKILL" in s], "somebody's kill is no bug of the parser"
    return signatures


def _next_start(folder: Path) -> None:
    """The next campaign ends as any other, says nothing of broken files, and leaves nothing lying about."""
    again = fuzzlab(folder, "fuzz", "--time", "3s", "--workers", "2", "--seed", "1")
    assert again.code in (0, 1), again.err
    assert "quarantine" not in again.out + again.err
    assert "passed over" not in again.out + again.err
    left = [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.name.startswith((".", "fuzzlab-lane-", "box-"))
    ]
    assert sorted(set(left) - {".fuzzlab"}) == []
    assert list((folder / ".fuzzlab" / "workers").iterdir()) == []


PHASES = ("start", "execution", "saving", "minimising")
VICTIMS = ("supervisor", "worker", "all")


def _spree(folder: Path, seed: int, moments: int) -> None:
    """Kill so many times, in one project and in fresh ones; look after each, start anew after every fifth."""
    print(f"seed {seed}, {moments} moments")  # noqa: T201 - how to have the same again
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    project = make_project(folder / "0", TARGETS)
    kept: set[str] = set()
    for moment in range(moments):
        phase, victim = PHASES[moment % len(PHASES)], rng.choice(VICTIMS)
        print(f"moment {moment}: {victim} in {phase}")  # noqa: T201 - as above
        crime = Crime(project, rng)
        status = crime.commit(phase, victim)
        assert status in (None, 0, 1), crime.err.read_text(encoding="utf-8")
        kept |= _examine(project, crime.announced())
        if moment % 5 == 4 or moment == moments - 1:
            _next_start(project)
            _replays(project, kept)
            project, kept = make_project(folder / str(moment + 1), TARGETS), set()


def _replays(folder: Path, kept: set[str]) -> None:
    """What was announced is seen again by a replay of what is stored."""
    done = fuzzlab(folder, "replay", "--json")
    assert done.code in (0, 1), done.err
    seen = {finding["signature"] for target in done.document["targets"] for finding in target["findings"]}
    assert kept <= seen


def test_a_few_moments(tmp_path: Path) -> None:
    """Ten of them, in every run of the tests."""
    _spree(tmp_path, seed=1, moments=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_two_hundred_moments(tmp_path: Path, seed: int) -> None:
    """Ten times twenty random moments of start, execution, saving and minimising."""
    _spree(tmp_path, seed=seed, moments=20)
