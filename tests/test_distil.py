"""The distilled corpus: the same features, nothing superfluous, whatever dies or is interrupted on the way."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from fuzzlab.corpus import Corpus
from fuzzlab.distil import Distilled, distil
from fuzzlab.engines import coverage
from fuzzlab.errors import UserError
from fuzzlab.finder import adhoc
from fuzzlab.lane import Lane
from fuzzlab.project import Project
from fuzzlab.quarters import First
from fuzzlab.target import Target
from fuzzlab.tracing import trace
from fuzzlab.verdict import input_id
from fuzzlab.worker import scratch
from tests.projects import environment, snapshot

pytestmark = pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")

SPEC = "tests.parsers.branches:branches"

ALPHABET = "()a0459z"

INPUTS = 150


def _texts(count: int = INPUTS) -> list[bytes]:
    rng = Random(5)  # noqa: S311 - the same ones every time
    return ["".join(rng.choices(ALPHABET, k=rng.randrange(40))).encode() for _ in range(count)]


@pytest.fixture
def target() -> Target:
    """Give the parser of many ways."""
    return adhoc(SPEC)


@pytest.fixture
def corpus(project: Project, target: Target) -> Corpus:
    """Fill every role."""
    corpus = Corpus(project, target.name, print)
    corpus.seeds_folder.mkdir(parents=True)
    corpus.regressions_folder.mkdir(parents=True)
    (corpus.seeds_folder / "an odd\nname").write_bytes(b"((a))")
    (corpus.seeds_folder / "twice").write_bytes(b"((a))")
    (corpus.regressions_folder / input_id(b"5")).write_bytes(b"5")
    for data in _texts():
        corpus.add_coverage(data)
    return corpus


def _seen(project: Project, target: Target, whole: Sequence[bytes]) -> dict[bytes, set[int]]:
    """Trace inputs from a folder of their own: an observer that the distilling knows nothing of.

    Only what one process numbered can be compared.
    """
    folder = project.root / "observed"
    folder.mkdir(exist_ok=True)
    paths = [folder / input_id(data) for data in whole]
    for path, data in zip(paths, whole, strict=True):
        path.write_bytes(data)
    traces = trace(target, scratch(project), list(map(str, paths)), largest=max(map(len, whole)), known_hangs=[])
    assert not traces.costly
    return {data: set(traces.features[number]) for number, data in enumerate(whole)}


def _assert_the_same_features(project: Project, target: Target, whole: Sequence[bytes], part: Sequence[bytes]) -> None:
    seen = _seen(project, target, whole)
    assert set().union(*(seen[data] for data in part)) == set().union(*seen.values())


def test_the_features_are_the_same(project: Project, target: Target, corpus: Corpus) -> None:
    """Seeds and regressions untouched, far fewer coverage inputs, each of them needed, and not a feature less."""
    whole = list(dict.fromkeys(corpus.inputs()))
    committed = snapshot(project.corpus)
    done = distil(project, target, print)
    part = list(dict.fromkeys(corpus.inputs()))
    assert snapshot(project.corpus) == committed
    left = list(corpus.coverage())
    assert done.after == (len(left), sum(map(len, left)))
    assert 0 < len(left) < done.before[0] / 4
    seen = _seen(project, target, whole)
    features = set().union(*seen.values())
    assert set().union(*(seen[data] for data in part)) == features
    assert done.features == len(features) > 20
    for data in left:
        assert set().union(*(seen[other] for other in part if other != data)) < features


def test_it_is_idempotent(project: Project, target: Target, corpus: Corpus) -> None:
    """A second time there is nothing to remove; a dry run removes nothing and says the same."""
    files = snapshot(corpus.coverage_folder)
    dry = distil(project, target, print, dry_run=True)
    assert snapshot(corpus.coverage_folder) == files
    first = distil(project, target, print)
    assert first == dry
    files = snapshot(corpus.coverage_folder)
    again = distil(project, target, print)
    assert (again.before, again.after) == (first.after, first.after)
    assert snapshot(corpus.coverage_folder) == files


def test_what_kills_stays_and_stops_nothing(project: Project, corpus: Corpus) -> None:
    """Inputs that crash the interpreter, loop in C or exit are told and kept; the others are distilled as without."""
    target = adhoc(SPEC)
    alone = distil(project, target, print, dry_run=True)
    lethal = [b"a!", b"(!", b"?a", b"?"]
    for data in lethal:
        corpus.add_coverage(data)
    done = distil(project, target, print)
    assert sorted(Path(path).name for path, _ in done.costly) == sorted(map(input_id, lethal))
    assert {what.split()[0] for _, what in done.costly} == {"died"}
    assert done.after[0] == alone.after[0] + len(lethal)
    assert done.features == alone.features
    assert set(lethal) <= set(corpus.coverage())
    assert distil(project, target, print).after == done.after


@pytest.mark.parametrize("removals", [0, 1, 40])
def test_an_interrupt_in_the_middle(
    project: Project, target: Target, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, removals: int
) -> None:
    """Ctrl-C between any two removals leaves all features there, and the next time ends where one would have."""
    whole = list(dict.fromkeys(corpus.inputs()))
    expected = distil(project, target, print, dry_run=True)
    unlink, left = os.unlink, iter(range(removals))

    def interrupted(path: str, **options: int) -> None:
        if str(path).startswith(str(corpus.coverage_folder)) and next(left, None) is None:
            raise KeyboardInterrupt
        unlink(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr("fuzzlab.distil.os.unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            distil(project, target, print)
    assert corpus.sizes()["coverage"] == expected.before[0] - removals
    _assert_the_same_features(project, target, whole, list(corpus.inputs()))
    assert not list(scratch(project).glob("fuzzlab-lane-*"))
    assert distil(project, target, print).after == expected.after


def test_killed_in_the_middle(project: Project, target: Target, corpus: Corpus) -> None:
    """`kill -9`, as soon as the first file is gone or the process is about to end, leaves all features there."""
    whole = list(dict.fromkeys(corpus.inputs()))
    script = f"""
import sys
from pathlib import Path
from fuzzlab.distil import distil
from fuzzlab.finder import adhoc
from fuzzlab.project import Config, Project
distil(Project(Path(sys.argv[1]), Config()), adhoc({SPEC!r}), print)
"""
    count = corpus.sizes()["coverage"]
    command = [sys.executable, "-c", script, str(project.root)]
    with subprocess.Popen(command, env=environment()) as process:
        while process.poll() is None and corpus.sizes()["coverage"] == count:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert corpus.sizes()["coverage"] < count
    _assert_the_same_features(project, target, whole, list(corpus.inputs()))


def test_two_at_once(project: Project, target: Target, corpus: Corpus) -> None:
    """A second distilling of the same corpus is refused, and changes nothing."""
    files = snapshot(project.root)
    descriptor = os.open(corpus.coverage_folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="by another process"):
            distil(project, target, print)
    finally:
        os.close(descriptor)
    assert snapshot(project.root) == files


def test_an_empty_corpus(project: Project, target: Target) -> None:
    """Where there is nothing, nothing is done, and no folder made."""
    assert distil(project, target, print) == Distilled(target=target.name, before=(0, 0), after=(0, 0), features=0)
    assert not list(project.root.iterdir())


def test_what_a_worker_kept(project: Project, target: Target, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the next worker begins with, once one has run many inputs, has the features of all; newer ones are there."""
    monkeypatch.setattr("fuzzlab.lane.MANY", INPUTS // 2)
    for path in corpus.coverage_folder.iterdir():
        os.utime(path, (0, 0))
    whole = list(corpus.coverage())
    lane = Lane(
        target, scratch(project), First(plain=corpus.plain_coverage()), seconds=60, runs=None, seed=1, seen=[],
        known_hangs=[], draws=False, in_turn=None, active_before=0, executions_before=0,
    )  # fmt: skip
    try:
        while not lane.has_begun:
            list(lane.messages())
            lane.child.watch()
            time.sleep(lane.TICK)
        lane.child.kill()
        for data in lane.new_inputs(final=True):  # it may have found a smaller one for one of them
            corpus.add_coverage(data)
        corpus.add_coverage(b"((((((((newer")
        kept = lane.kept()
    finally:
        lane.close()
    assert kept is not None
    assert b"((((((((newer" in kept
    assert 0 < len(set(kept) & set(whole)) < len(whole) / 2
    _assert_the_same_features(project, target, list(dict.fromkeys([*whole, *kept])), kept)


@pytest.mark.slow
def test_what_hangs_stays(project: Project, corpus: Corpus) -> None:
    """A loop in C costs its budget and a worker, and nothing else."""
    corpus.add_coverage(b"a~")
    done = distil(project, adhoc(SPEC), print)
    assert [(Path(path).name, what.split()[0]) for path, what in done.costly] == [(input_id(b"a~"), "hang")]
    assert done.after[0] > 1


def test_what_no_branch_shows_is_kept(project: Project) -> None:
    """Refusals of a reader in C differ in what they say, and nothing else: an input of each kind stays."""
    target = adhoc("json:loads", format_name="text")
    corpus = Corpus(project, target.name, print)
    kinds = [b"[1", b'{"a"', b'"a', b"nul"]
    for data in [*kinds, *(b"[" + b"1," * n for n in range(5, 9))]:
        corpus.add_coverage(data)
    distil(project, target, print)
    kept = list(corpus.coverage())
    messages = {re.sub(r"\d+", "", _complaint(data)) for data in kept}
    assert messages == {re.sub(r"\d+", "", _complaint(data)) for data in [*kinds, b"[1,"]}
    assert len(kept) < 8


def _complaint(data: bytes) -> str:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads(data)
    return raised.value.msg
