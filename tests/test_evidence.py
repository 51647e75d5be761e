"""Several inputs of one bug are one finding, and only those are kept that teach something."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.evidence import KEPT, Ways, grouped
from fuzzlab.verdict import Cause, Finding, Frame, Outcome, Status, Verdict


def _verdict(line: int, *, outcome: Outcome = Outcome.CRASH, exception: str = "KeyError") -> Verdict:
    return Verdict(outcome, exception, place="shop:pay", frames=(Frame("shop", "pay", "shop.py", line),))


@given(st.lists(st.tuples(st.binary(max_size=6), st.integers(1, 6)), min_size=1))
def test_the_smallest_input_of_a_few_ways(met: list[tuple[bytes, int]]) -> None:
    """Never more than KEPT with the smallest of all; each by a way of its own, none larger than one met by that way."""
    ways = Ways()
    for data, line in met:
        ways.met(data, _verdict(line))
    data, line = min(met, key=lambda each: (len(each[0]), each[0]))
    others = ways.others(data, _verdict(line))
    assert 1 + len(others) <= KEPT
    lines = [other.frames[0].line for _, other in others]
    assert line not in lines
    assert len(set(lines)) == len(lines)
    for kept, other in others:
        assert len(kept) == min(len(d) for d, each in met if each == other.frames[0].line)


@pytest.mark.parametrize(
    "verdict",
    [
        _verdict(1, exception="RecursionError"),
        _verdict(1, outcome=Outcome.HANG),
        _verdict(1, outcome=Outcome.BAD_RESULT),
        _verdict(1, outcome=Outcome.DIED),
    ],
)
def test_where_lines_are_chance(verdict: Verdict) -> None:
    """A stack that ran out, a loop that was interrupted and an oracle's complaint have no ways."""
    ways = Ways()
    for line, data in enumerate((b"aaa", b"bb", b"c")):
        ways.met(data, replace(verdict, frames=(Frame("shop", "pay", "shop.py", line),)))
    assert ways.others(b"c", verdict) == []


def test_a_cause_at_another_line_is_another_way() -> None:
    """Two errors that one wrapper raises at one line came from two places."""
    ways = Ways()
    for line, data in enumerate((b"aa", b"b")):
        ways.met(data, replace(_verdict(9), causes=(Cause("ValueError", "", "shop:read", f"shop.py:{line}", True),)))
    ((kept, _),) = ways.others(b"b", replace(_verdict(9), causes=(Cause("ValueError", "", "", "shop.py:1", True),)))
    assert kept == b"aa"


def _finding(letter: str, data: bytes, status: Status = Status.KNOWN) -> Finding:
    return Finding("pay", Verdict(Outcome.CRASH, letter), data, status)


def test_files_of_one_signature_are_one_finding() -> None:
    """The smallest is its input, the others its evidence; other targets and signatures are others."""
    files = [_finding("A", b"ccc"), _finding("B", b"x"), _finding("A", b"a"), replace(_finding("A", b"bb"), target="x")]
    first, second, third = grouped(files)
    assert (first.data, [other.data for other in first.evidence]) == (b"a", [b"ccc"])
    assert (second.data, second.evidence, third.target) == (b"x", (), "x")


@pytest.mark.parametrize(
    ("statuses", "together"),
    [
        ((Status.KNOWN, Status.ACCEPTED), Status.ACCEPTED),
        ((Status.FIXED, Status.KNOWN), Status.KNOWN),
        ((Status.FIXED, Status.REGRESSED), Status.REGRESSED),
        ((Status.FIXED, Status.FIXED), Status.FIXED),
        ((Status.REGRESSED, Status.ACCEPTED), Status.ACCEPTED),
    ],
)
def test_records_that_disagree(statuses: tuple[Status, Status], together: Status) -> None:
    """After a merge, a decision counts for the signature, and nothing is fixed of which a part is not."""
    for pair in (statuses, statuses[::-1]):
        files = [_finding("A", data, status) for data, status in zip((b"a", b"bb"), pair, strict=True)]
        (one,) = grouped(files)
        assert one.status is together


def test_what_fails_each_time_comes_before_what_is_smaller() -> None:
    """The input that a person is shown is one that fails."""
    (one,) = grouped([replace(_finding("A", b"a"), deterministic=False), _finding("A", b"bb")])
    assert one.data == b"bb"
