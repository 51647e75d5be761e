"""Which frames belong to the code under test."""

from __future__ import annotations

import sys

import pytest

from fuzzlab.finder import adhoc
from fuzzlab.scope import Scope, packages, shown_path
from fuzzlab.verdict import FRAMES_LIMIT
from tests.parsers import hostile, planted


def test_packages() -> None:
    """The target's own package, and those that its module calls into, never the harness or the standard library."""
    assert packages(adhoc("tests.parsers.planted:two")) == ("tests",)
    assert "dateutil" in packages(adhoc("tests.parsers.foreign:parse"))
    assert not {"fuzzlab", "re", "hypothesis"} & set(packages(adhoc("tests.parsers.foreign:parse")))


def test_frames() -> None:
    """A traceback keeps what is under test, outermost first; a deep one keeps both ends."""
    scope = Scope(["tests"])
    assert "tests.parsers.planted" in scope
    assert "testsuite" not in scope
    with pytest.raises(IndexError) as caught:
        planted.two("")
    frames = scope.of_traceback(caught.tb)
    assert Scope(["elsewhere"]).of_traceback(caught.tb) == ()
    assert [frame.place for frame in frames] == ["tests.test_scope:test_frames", "tests.parsers.planted:two"]
    with pytest.raises(RecursionError) as deep:
        hostile.recurse()
    frames = scope.of_traceback(deep.tb)
    assert len(frames) == FRAMES_LIMIT
    assert frames[0].function == "test_frames"
    assert frames[-1].function == "recurse"
    assert scope.of_stack(sys._getframe())[-1].function == "test_frames"
    assert scope.of_stack(None) == scope.of_traceback(None) == ()


def test_paths() -> None:
    """A file is named from the current folder, or inside its installed package."""
    assert shown_path(planted.__file__) == "tests/parsers/planted.py"
    assert shown_path("/elsewhere/a.py") == "/elsewhere/a.py"
