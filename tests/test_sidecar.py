"""A finding's record: what is written is read again, from every version, within bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.sidecar import HISTORY_KEPT, read_sidecar, turned, written_sidecar
from fuzzlab.verdict import Cause, Finding, Frame, Moment, Outcome, Status, Verdict

TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
STORED = st.sampled_from([status for status in Status if status is not Status.NEW])

FINDINGS = st.builds(
    Finding,
    target=st.just("pay"),
    verdict=st.builds(
        Verdict,
        outcome=st.sampled_from(list(Outcome)),
        exception=TEXTS, message=TEXTS, clause=TEXTS, place=TEXTS,
        frames=st.lists(st.builds(Frame, TEXTS, TEXTS, TEXTS, st.integers(0, 9), st.integers(1, 999))).map(tuple),
        causes=st.lists(st.builds(Cause, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans()), max_size=3).map(tuple),
    ),
    data=st.just(b"x"),
    status=STORED,
    deterministic=st.booleans(),
    minimised_from=st.integers(0, 1000),
    minimised=st.booleans(),
    path=st.just("p"),
    reason=TEXTS,
    date=TEXTS,
    options=st.just(()) | st.tuples(TEXTS, TEXTS),
    history=st.lists(st.builds(Moment, TEXTS, STORED, TEXTS, TEXTS, TEXTS), max_size=5).map(tuple),
)  # fmt: skip


@given(FINDINGS)
def test_a_record_is_read_as_it_was_written(finding: Finding) -> None:
    """Every field survives, lone surrogates and controls included."""
    assert read_sidecar("pay", b"x", written_sidecar(finding), "p") == finding


OLD: dict[str, Any] = {
    "signature": "crash KeyError shop:pay", "outcome": "crash", "exception": "KeyError", "message": "'x'",
    "clause": "", "place": "shop:pay",
    "frames": [{"module": "shop", "function": "pay", "file": "shop.py", "line": 3}],
    "date": "2026-01-01", "versions": {"fuzzlab": "0.0.1", "python": "3.11.7"}, "minimised_from": 9,
    "deterministic": True, "status": "known", "reason": "", "options": [],
}  # fmt: skip


def test_a_record_from_before() -> None:
    """It is read as it is: no chain is known of it, nothing is to be taken up; and it stays so when it is written."""
    finding = read_sidecar("pay", b"x", json.dumps(OLD).encode(), "p")
    assert (finding.exact, finding.minimised, finding.history) == (False, True, ())
    assert finding.signature == "crash KeyError shop:pay"
    again = json.loads(written_sidecar(turned(finding, Status.ACCEPTED, note="upstream")))
    assert "causes" not in again
    assert (again["status"], again["reason"], again["history"][0]["note"]) == ("accepted", "upstream", "upstream")


@pytest.mark.parametrize(
    "broken",
    [
        {"history": [{}]},
        {"history": [{"date": "", "status": "nice", "versions": {"fuzzlab": "", "python": ""}, "note": ""}]},
        {"history": [3]},
        {"history": {"a": 1}},
        {"causes": [{}]},
        {"causes": 3},
        {"frames": [{"module": "", "function": "", "file": "", "line": 1, "repeats": "many"}]},
        {"status": "nice"},
    ],
)
def test_what_is_no_record(broken: dict[str, Any]) -> None:
    """A field that means nothing is one of the errors that the corpus passes over, never another."""
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        read_sidecar("pay", b"x", json.dumps(OLD | broken).encode(), "p")


def test_a_history_is_bounded() -> None:
    """Of a finding that comes and goes for years, the beginning and the last entries stay."""
    finding = Finding("pay", Verdict(Outcome.CRASH), b"x")
    for number in range(100):
        finding = turned(finding, Status.ACCEPTED if number % 2 else Status.KNOWN, note=str(number))
    notes = [moment.note for moment in finding.history]
    assert len(notes) == HISTORY_KEPT
    assert (notes[0], notes[1], notes[-1]) == ("0", str(101 - HISTORY_KEPT), "99")
    assert finding.reason == "99"
    assert turned(finding, Status.KNOWN).reason == ""
