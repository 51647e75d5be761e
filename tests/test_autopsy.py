"""From an exit status and last words to a verdict."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.autopsy import autopsy
from fuzzlab.endings import LOOP_NOTE
from fuzzlab.finder import adhoc
from fuzzlab.verdict import Frame, Outcome, Verdict
from tests.parsers import planted

TARGET = adhoc("tests.parsers.planted:loops")
DUMP = f"""Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/usr/lib/python3/ctypes/__init__.py", line 519 in string_at
  File "{planted.__file__}", line 37 in segfaults
  File "/somewhere/fuzzlab/executor.py", line 165 in execute
"""


@pytest.mark.parametrize(
    ("status", "log", "signature"),
    [
        (0, "", "died exit 0 tests.parsers.planted:loops"),
        (7, "", "died exit 7 tests.parsers.planted:loops"),
        (-9, "", "died SIGKILL tests.parsers.planted:loops"),
        (-11, DUMP, "died SIGSEGV tests.parsers.planted:segfaults"),
        (-99, "", "died signal 99 tests.parsers.planted:loops"),
        (
            -6,
            "terminate called after throwing an instance of 'std::bad_alloc'",
            "memory SIGABRT tests.parsers.planted:loops",
        ),
        (-6, "", "died SIGABRT tests.parsers.planted:loops"),
    ],
)
def test_deaths(status: int, log: str, signature: str) -> None:
    """The signal or the status, and the innermost frame under test where a dump shows one."""
    assert autopsy(TARGET, status, log, hung=False).signature == signature


def test_a_hang_that_swallowed_its_limit() -> None:
    """The note of the soft limit says where it looped."""
    frames = (Frame("tests.parsers.planted", "loops", "planted.py", 3),)
    note = Verdict(Outcome.HANG, place="tests.parsers.planted:loops", frames=frames)
    log = "noise\n" + LOOP_NOTE.decode() + json.dumps(note.to_json()) + "\nmore"
    verdict = autopsy(TARGET, -9, log, hung=True)
    assert verdict.outcome is Outcome.HANG
    assert verdict.frames == frames


@given(st.text(), st.sampled_from([0, 1, -6, -9, -11]), st.booleans(), st.booleans())
def test_any_last_words(log: str, status: int, hung: bool, noted: bool) -> None:
    """Whatever a target wrote into the log, there is a verdict."""
    verdict = autopsy(TARGET, status, (LOOP_NOTE.decode() if noted else "") + log, hung=hung)
    assert verdict.outcome.is_violation


@pytest.mark.parametrize(
    "note",
    ["{}", "[]", "3", "null", "[" * 100_000, json.dumps({**Verdict(Outcome.HANG).to_json(), "frames": [{"line": 1}]})],
)
def test_a_forged_note(note: str) -> None:
    """A note that a target wrote itself does not fail the supervisor."""
    assert autopsy(TARGET, -9, LOOP_NOTE.decode() + note, hung=True).outcome is Outcome.HANG
