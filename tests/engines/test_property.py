"""The property engine: bugs by example, each once, shrunk, the same every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from types import SimpleNamespace

import pytest

import tests.parsers.hostile
import tests.parsers.nasty  # noqa: F401 - these register the targets
from fuzzlab.engines.property import Failure, check
from fuzzlab.finder import adhoc
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome, Verdict
from fuzzlab.worker import Worker
from tests.formats.nastiness import CSV, SEEDS, Sheet
from tests.parsers import planted

WorkerOf = Callable[[Target], Worker]


def _check(
    worker: Worker, *, examples: int = 60, seed: int | None = None, seeds: tuple[bytes, ...] = ()
) -> list[Failure]:
    return list(check(worker.target, worker, seeds=seeds, examples=examples, seed=seed))


def test_a_bug_is_shrunk_and_told_once(worker_of: WorkerOf) -> None:
    """The smallest input of each signature, and the search goes on behind it."""
    worker = worker_of(adhoc(f"{planted.__name__}:two"))
    failures = {failure.verdict.signature: failure for failure in _check(worker, examples=200)}
    assert len(failures) == 2
    assert failures[f"crash IndexError {planted.__name__}:two"].data == b""
    assert failures[f"crash KeyError {planted.__name__}:two"].data in (b"0", b"\x80", b"1")
    assert all(f.first_size >= len(f.data) and f.executions > 0 for f in failures.values())


def test_it_is_the_same_each_time(worker_of: WorkerOf) -> None:
    """Without a seed two runs try the same; a seed tries something else, the same for the same seed."""
    target = adhoc(f"{planted.__name__}:sound")
    counts = []
    for seed in (None, None, 1, 1, 2):
        worker = worker_of(target)
        assert _check(worker, seed=seed) == []
        counts.append((worker.accepted, worker.rejected))
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    assert len(set(counts)) > 1
    assert all(40 <= accepted + rejected <= 60 for accepted, rejected in counts)


def test_a_time_instead_of_a_number(worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a number of examples the clock ends the search, in whichever run of Hypothesis that is."""
    monkeypatch.setattr("fuzzlab.engines.property.ROUND", 40)
    monkeypatch.setattr("fuzzlab.engines.property.time", SimpleNamespace(monotonic=count().__next__))
    worker = worker_of(adhoc(f"{planted.__name__}:sound"))
    assert list(check(worker.target, worker, seeds=(), examples=None, seed=None, seconds=100)) == []
    assert worker.executions == 99
    worker = worker_of(adhoc(f"{planted.__name__}:two"))
    failures = list(check(worker.target, worker, seeds=(), examples=None, seed=None, seconds=300))
    assert len(failures) == 2
    assert worker.executions >= 299, "what is shrunk is not counted"


def test_seeds_are_mutated(worker_of: WorkerOf) -> None:
    """A bug one change away from a seed is found, though no strategy would guess the seed."""
    worker = worker_of(adhoc(f"{planted.__name__}:near"))
    failures = _check(worker, examples=100, seeds=(b"magic word:x",))
    assert [f.verdict.exception for f in failures] == ["KeyError"]
    assert failures[0].data.startswith(b"magic word:")
    assert _check(worker_of(worker.target), examples=100) == []


@pytest.mark.parametrize("name", ["exits", "kills"])
def test_what_costs_a_worker_is_not_shrunk_here(worker_of: WorkerOf, name: str) -> None:
    """A death is told once with an input that does it; the cheap bug beside it is found as well."""
    worker = worker_of(adhoc(f"{planted.__name__}:{name}"))
    failures = _check(worker, examples=300, seeds=(b"!x",))
    assert sorted(f.verdict.outcome for f in failures) == ["crash", "died"]


def _seen(worker: Worker, monkeypatch: pytest.MonkeyPatch, *, examples: int) -> list[bytes]:
    """What is tried beside the examples."""
    seen: list[bytes] = []

    def verdict(data: bytes) -> Verdict:
        seen.append(data)
        return Verdict(Outcome.ACCEPTED)

    with monkeypatch.context() as patch:
        patch.setattr(worker, "verdict", verdict)
        patch.setattr("fuzzlab.engines.property._round", lambda *_: True)
        assert _check(worker, examples=examples, seeds=(SEEDS["csv"],)) == []
    return seen


def test_what_has_a_name_is_tried_beside_the_examples(worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it with the usual number of examples, some of it where they are few, the same each time."""
    worker = worker_of(REGISTRY["nasty_rows"])
    seen = [Sheet(data) for data in _seen(worker, monkeypatch, examples=100)]
    assert [name for name, (_, has) in CSV.items() if not any(map(has, seen))] == []
    few = _seen(worker, monkeypatch, examples=5)
    assert len(set(few)) == 10
    assert few == _seen(worker, monkeypatch, examples=5)


def test_what_is_exchanged_is_made_as_it_is_tried(worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up nothing more of it is made: all of it may take seconds."""
    worker, made = worker_of(adhoc(f"{planted.__name__}:sound")), list[bytes]()
    form = worker.target.format

    def exchanges(inputs: Sequence[bytes]) -> Iterator[bytes]:
        for data in inputs:
            for number in range(1_000):
                made.append(data + b"%d" % number)
                yield made[-1]

    monkeypatch.setattr(form, "exchanges", exchanges)
    monkeypatch.setattr(form, "named", lambda *_, **__: iter(()))
    assert list(check(worker.target, worker, seeds=[b"seed"], examples=None, seed=None, seconds=0)) == []
    assert made == [b"seed0"]


def test_a_bug_in_what_has_a_name_is_told_once(worker_of: WorkerOf) -> None:
    """So few examples meet it only there, and tell no bug again."""
    worker = worker_of(adhoc(f"{planted.__name__}:twice", format_name="csv"))
    failures = _check(worker, examples=50, seeds=(SEEDS["csv"],))
    assert [f.verdict.exception for f in failures] == ["KeyError"]
    assert failures[0].data.count(b"code,amount,note") == 2


def test_a_flaky_target(worker_of: WorkerOf) -> None:
    """A parser that answers differently each time does not fail the engine."""
    worker = worker_of(adhoc(f"{planted.__name__}:flaky"))
    assert len(_check(worker, examples=100)) <= 1


def test_undecodable_inputs_are_refusals(worker_of: WorkerOf) -> None:
    """Everything is counted."""
    worker = worker_of(REGISTRY["tests.hostile"])
    failures = _check(worker)
    assert worker.executions >= worker.accepted + worker.rejected
    assert failures == []


def test_an_interrupt_at_hypothesis_s_start(worker_of: WorkerOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Hypothesis then holds to be impossible is still somebody's Ctrl-C, and no failure of the harness."""

    def digest(_function: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("hypothesis.core.function_digest", digest)
    with pytest.raises(KeyboardInterrupt):
        _check(worker_of(adhoc(f"{planted.__name__}:sound")))
