"""Verdicts cross a pipe from a worker that hostile code may have taken over."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.verdict import FRAMES_LIMIT, MESSAGE_LIMIT, Finding, Frame, Outcome, Verdict, input_id

TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)
FRAMES = st.builds(Frame, TEXTS, TEXTS, TEXTS, st.integers(0, 10**6))
VERDICTS = st.builds(
    Verdict,
    outcome=st.sampled_from(list(Outcome)),
    exception=TEXTS,
    message=TEXTS,
    clause=TEXTS,
    place=TEXTS,
    frames=st.lists(FRAMES, max_size=5).map(tuple),
)


@given(VERDICTS)
def test_a_verdict_survives_the_pipe(verdict: Verdict) -> None:
    """Through JSON and back it is the same."""
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_a_verdict_or_refused(document: Any) -> None:
    """What is no verdict raises one of the three errors that the docstring names."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Verdict.from_json(document)


@pytest.mark.parametrize("line", [float("inf"), float("nan"), None, "x", [], 10**400])
def test_a_line_that_is_none(line: object) -> None:
    """A frame's line is a number, and what is none is refused as the rest is."""
    document = {
        **Verdict(Outcome.CRASH).to_json(),
        "frames": [{"module": "m", "function": "f", "file": "f", "line": line}],
    }
    with contextlib.suppress(KeyError, TypeError, ValueError):
        assert Verdict.from_json(document).frames[0].line == line


def test_a_hostile_worker_cannot_fill_the_disk() -> None:
    """Texts and frames are cut."""
    frame = {"module": "m", "function": "f", "file": "f", "line": 1}
    document = {
        "outcome": "crash", "exception": "e" * 10**6, "message": "m" * 10**6, "clause": "c" * 10**6,
        "place": "p" * 10**6, "frames": [frame] * 10_000,
    }  # fmt: skip
    verdict = Verdict.from_json(document)
    assert len(verdict.message) == len(verdict.exception) == MESSAGE_LIMIT
    assert len(verdict.frames) == FRAMES_LIMIT


@pytest.mark.parametrize(
    ("verdict", "signature"),
    [
        (Verdict(Outcome.CRASH, "IndexError", "m", "", "shop:pin"), "crash IndexError shop:pin"),
        (Verdict(Outcome.HANG, "", "m", "", "shop:pin"), "hang shop:pin"),
        (Verdict(Outcome.BAD_RESULT, "", "m", "storable(json)", "shop:pin"), "bad_result storable(json) shop:pin"),
        (Verdict(Outcome.DIED, "exit 0", "m", "", "shop:pin"), "died exit 0 shop:pin"),
        (Verdict(Outcome.ACCEPTED), "accepted"),
    ],
)
def test_signatures(verdict: Verdict, signature: str) -> None:
    """A signature has outcome, what broke and where, and nothing that changes with the input."""
    assert verdict.signature == signature


def test_locations() -> None:
    """The place's own frame gives the location, or else the innermost one, or nothing."""
    frames = (Frame("a", "f", "a.py", 1), Frame("b", "g", "b.py", 2), Frame("c", "h", "c.py", 3))
    assert Verdict(Outcome.CRASH, place="b:g", frames=frames).location == "b.py:2"
    assert Verdict(Outcome.CRASH, place="a", frames=frames).location == "a.py:1"
    assert Verdict(Outcome.CRASH, place="z", frames=frames).location == "c.py:3"
    assert Verdict(Outcome.CRASH).location == ""


def test_outcomes() -> None:
    """Everything but acceptance and refusal is a violation; what costs a second, a worker or a series is costly."""
    assert [o for o in Outcome if not o.is_violation] == [Outcome.ACCEPTED, Outcome.REJECTED]
    costly = {Outcome.HANG, Outcome.MEMORY, Outcome.DIED, Outcome.SUPERLINEAR}
    assert {o for o in Outcome if o.is_costly} == costly


@given(st.binary())
def test_ids(data: bytes) -> None:
    """A finding is named by its input: 16 hex digits of the SHA-256."""
    assert Finding("t", Verdict(Outcome.CRASH), data).id == input_id(data) == hashlib.sha256(data).hexdigest()[:16]
