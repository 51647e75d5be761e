"""What was slow, and which errors refused: counted in the worker, told with the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.blackbox import KINDS_MOST
from fuzzlab.channel import pack
from fuzzlab.process import TICK, Child
from fuzzlab.slowest import SLOW_KEPT, Slowest, refusals
from fuzzlab.target import REGISTRY, Target
from fuzzlab.worker import Worker
from tests.parsers import refusing

assert refusing  # registers its targets


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 30))))
def test_the_slowest_are_kept(met: list[tuple[float, int]]) -> None:
    """They are those of the longest times, each input once, with its longest."""
    slowest = Slowest()
    for seconds, number in met:
        slowest.met(seconds, b"%d" % number)
    longest: dict[bytes, float] = {}
    for seconds, number in met:
        longest[b"%d" % number] = max(seconds, longest.get(b"%d" % number, 0.0))
    assert [s.seconds for s in slowest.all] == sorted(longest.values(), reverse=True)[:SLOW_KEPT]
    assert all(longest[slow.data] == slow.seconds for slow in slowest.all)


def test_refusals_are_counted_by_type(worker_of: Callable[[Target], Worker]) -> None:
    """Each type has its own count, with the class of the contract it falls under, also over several batches."""
    worker = worker_of(REGISTRY["refusing"])
    assert list(worker.run([b"1", b'"x"', b'"x"', b"{", b'"k"'])) == []
    assert list(worker.run([b'"k"', b'"k"'])) == []
    counted = {(r.allowed, r.error): r.count for r in refusals(worker.refusals)}
    assert counted == {
        ("ValueError", "ValueError"): 2,
        ("LookupError", "KeyError"): 3,
        ("", "no value in the format"): 1,
    }
    assert worker.rejected == sum(counted.values())


def test_a_new_type_for_each_input(worker_of: Callable[[Target], Worker]) -> None:
    """Code under test that makes types by the hundred costs a word, and no count is lost."""
    worker = worker_of(REGISTRY["inventive"])
    assert list(worker.run([b"%d" % number for number in range(300)])) == []
    counted = refusals(worker.refusals)
    assert sum(r.count for r in counted) == 300
    assert len(counted) == KINDS_MOST
    assert (counted[0].error, counted[0].count) == ("errors of other types", 300 - KINDS_MOST + 1)


def test_a_batch_tells_what_was_slow(worker_of: Callable[[Target], Worker]) -> None:
    """Of many inputs the one that takes long is named first."""
    worker = worker_of(REGISTRY["dawdling"])
    assert list(worker.run([b"a", b"slow", *[b"%d" % number for number in range(50)]])) == []
    assert worker.slow.all[0].data == b"slow"
    assert worker.slow.all[0].seconds >= 0.05


def test_a_heartbeat_tells_what_was_slow(tmp_path: Path) -> None:
    """What is looked at again while it runs is noted by the supervisor too, unless it ends as a hang."""
    child = Child(REGISTRY["burning"], tmp_path, capacity=4096)
    try:
        child.wait_ready()
        child.channel.send({"inputs": [pack(data) for data in (b"burn", b"a", b"hang")]})
        told: list[str] = []
        while "ran" not in told:
            child.watch()
            message = child.receive(TICK)
            told += [message["is"]] if message else []
        assert told == ["verdict", "ran"]
        assert [slow.data for slow in child.slow.all] == [b"burn"]
        assert 0 < child.slow.all[0].seconds <= 1.0
    finally:
        child.close()
