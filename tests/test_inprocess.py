"""A runner without a worker, for debuggers."""

from __future__ import annotations

from fuzzlab.finder import adhoc
from fuzzlab.inprocess import InProcess
from fuzzlab.verdict import Outcome
from tests.parsers import planted


def test_it_gives_the_same_verdicts() -> None:
    """Acceptance, refusal and crash, counted as a worker counts them; larger inputs than the format's limit as well."""
    runner = InProcess(adhoc(f"{planted.__name__}:two"))
    assert runner.verdict(b"abc").outcome is Outcome.ACCEPTED
    assert runner.verdict(b"a" * 100_000).outcome is Outcome.ACCEPTED
    broken = list(runner.run([b"a", b"", b"1"]))
    assert [(index, v.signature) for index, v in broken] == [
        (1, f"crash IndexError {planted.__name__}:two"),
        (2, f"crash KeyError {planted.__name__}:two"),
    ]
    assert (runner.executions, runner.accepted, runner.rejected, runner.restarts) == (5, 3, 0, 0)
    runner.close()
