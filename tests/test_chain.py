"""What an exception came from: as Python shows it, within bounds, whatever the exceptions do."""

from __future__ import annotations

from types import TracebackType

import pytest

from fuzzlab.chain import causes, exception_text
from fuzzlab.finder import adhoc
from fuzzlab.inprocess import InProcess
from fuzzlab.verdict import CAUSES_LIMIT, Frame, Verdict
from fuzzlab.worker import Worker
from tests.parsers import chained

PLACE = chained.__name__


def _verdict(text: str) -> Verdict:
    runner = InProcess(adhoc(f"{PLACE}:parse"))
    try:
        return runner.verdict(text.encode())
    finally:
        runner.close()


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("from", f"crash KeyError < ZeroDivisionError {PLACE}:explicit"),
        ("handling", f"crash KeyError < ZeroDivisionError {PLACE}:handling"),
        ("none", f"crash KeyError {PLACE}:hidden"),
        ("both", f"crash KeyError < ValueError {PLACE}:both"),
        ("library", f"crash KeyError {PLACE}:library"),
        ("deep", f"crash {PLACE}.Wrapped < ZeroDivisionError {PLACE}:deep"),
        ("deeper", f"crash {PLACE}.Wrapped < ZeroDivisionError {PLACE}:deep"),
        ("many", f"crash KeyError < IndexError < AttributeError < ZeroDivisionError {PLACE}:many"),
        ("cycle", f"crash KeyError < IndexError {PLACE}:cycle"),
        ("liar", f"crash {PLACE}.Liar < ZeroDivisionError {PLACE}:liar"),
        ("overflow", f"crash KeyError < RecursionError {PLACE}:overflow"),
    ],
)  # fmt: skip
def test_a_chain_is_part_of_the_signature(text: str, signature: str) -> None:
    """The types that passed through code under test, each once, cause before context, nothing behind `from None`."""
    verdict = _verdict(text)
    assert verdict.signature == signature
    assert verdict.unchained == f"crash {verdict.exception} {verdict.place}"
    assert len(verdict.causes) <= CAUSES_LIMIT
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_the_evidence_of_a_chain() -> None:
    """Each cause has its message, its place, its line, and whether it was named."""
    (named,) = _verdict("from").causes
    assert (named.exception, named.message, named.place) == (
        "ZeroDivisionError", "division by zero", f"{PLACE}:divide",
    )  # fmt: skip
    assert named.explicit
    assert named.location.startswith("tests/parsers/chained.py:")
    (met,) = _verdict("handling").causes
    assert not met.explicit


def test_the_chain_is_the_same_in_a_worker(tmp_path: pytest.TempPathFactory) -> None:
    """A worker and this process, the first input and the hundredth, say the same."""
    worker = Worker(adhoc(f"{PLACE}:parse"), tmp_path)  # type: ignore[arg-type]  # a path
    try:
        texts = ["from", "handling", "deep", "deeper", "many", "overflow"]
        told = [worker.verdict(text.encode()).signature for text in texts * 3]
    finally:
        worker.close()
    assert told == [_verdict(text).signature for text in texts] * 3


def test_a_chain_of_the_stack_s_depth_costs_bounded_looks() -> None:
    """However long it is, no more links are looked at than there are levels of a stack."""
    looked = 0

    def frames_of(_: TracebackType | None) -> tuple[Frame, ...]:
        nonlocal looked
        looked += 1
        return ()

    error: BaseException = ValueError()
    for _ in range(10_000):
        outer = ValueError()
        outer.__cause__ = error
        error = outer
    assert causes(error, frames_of) == ()
    assert 1_000 <= looked <= 2_000


def test_a_message_that_fails() -> None:
    """A hostile `__str__` gives no message and no exception."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise SystemExit(3)

    assert "no message" in exception_text(Mute())
