"""What a worker says comes out in its own types, or as one of the errors that count as garbled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import replies
from fuzzlab.verdict import Outcome, Verdict

VERDICT = Verdict(Outcome.CRASH, "KeyError", "'a'", "", "shop:parse")

SAID: dict[str, dict[str, Any]] = {
    "ready": {},
    "ran": {"done": 2, "slow": [[0, 5]] * 9, "lines": {"a.py": [1, 2]}},
    "verdict": {"index": 3, "verdict": VERDICT.to_json()},
    "late": {"verdict": VERDICT.to_json(), "data": "eA=="},
    "finding": {"verdict": VERDICT.to_json(), "data": "eA==", "executions": 7, "sequence": 9, "at": 2_500_000_000},
    "tried": {"index": 0, "type": "dict", "held": {"idempotent": True}},
    "metered": {"costs": [1, 2.5]},
    "mined": {"words": ["eA=="], "patterns": [["a+", 0]]},
    "placed": {"verdict": VERDICT.to_json()},
}


def test_what_is_said_is_read() -> None:
    """Bytes are unpacked, times are seconds, and of what is slow no more is kept than is shown."""
    read = {kind: replies.read({"is": kind, **fields, "more": 1}) for kind, fields in SAID.items()}
    assert read["ran"] == {"is": "ran", "done": 2, "slow": [(0, 5)] * 5, "lines": {"a.py": {1, 2}}, "tally": None}
    assert read["verdict"] == {"is": "verdict", "index": 3, "verdict": VERDICT}
    assert read["finding"] == {
        "is": "finding", "verdict": VERDICT, "data": b"x", "executions": 7, "sequence": 9, "at": 2.5,
    }  # fmt: skip
    assert read["mined"] == {"is": "mined", "words": [b"x"], "patterns": [("a+", 0)]}
    assert all(message is not None and "more" not in message for message in read.values())


@pytest.mark.parametrize("kind", [None, 3, [], {}, "", "harness_error", "running"])
def test_what_nobody_says(kind: object) -> None:
    """A message of no kind, or of one that says nothing of inputs, is none."""
    assert replies.read({"is": kind}) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(kind=st.sampled_from(sorted(SAID)), data=st.data())
def test_fields_of_any_kind(kind: str, data: st.DataObject) -> None:
    """Whatever stands in the fields, a garbled message is told by the errors that say so."""
    fields = dict(SAID[kind])
    for name in fields:
        if data.draw(st.booleans(), name):
            fields[name] = data.draw(ANYTHING, name)
    try:
        read = replies.read({"is": kind, **fields})
    except replies.GARBLED:
        return
    assert read is not None
    assert read["is"] == kind
