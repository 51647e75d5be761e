"""Which frames belong to the code under test."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import scope as scopes
from fuzzlab.finder import adhoc
from fuzzlab.scope import Scope, bounded, folded, packages, shown_path
from fuzzlab.verdict import FRAMES_LIMIT, Frame
from tests.parsers import hostile, planted
from tests.projects import fuzzlab, make_project


def test_packages() -> None:
    """The target's own package, and those that its module calls into, never the harness or the standard library."""
    assert packages(adhoc("tests.parsers.planted:two")) == ("tests",)
    assert "dateutil" in packages(adhoc("tests.parsers.foreign:parse"))
    assert not {"fuzzlab", "re", "hypothesis"} & set(packages(adhoc("tests.parsers.foreign:parse")))


def _frames_of(scope: Scope, code: CodeType, module: str) -> tuple[Frame, ...]:
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {"__name__": module})
    return scope.of_traceback(caught.tb)


def test_a_frame_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """But by its module, where one code runs as two; no more are remembered than some; and none of a passing text."""
    scope = Scope(["shop", "till"])
    once, passing = compile("1 / 0", "shop.py", "exec"), compile("1 / 0", "<string>", "exec")
    assert [frame.module for name in ("shop", "till", "shop") for frame in _frames_of(scope, once, name)] == [
        "shop", "till", "shop"
    ]  # fmt: skip
    assert _frames_of(scope, once, "shop")[0] is _frames_of(scope, once, "shop")[0]
    monkeypatch.setattr(scopes, "KNOWN", 3)
    for number in range(9):
        assert _frames_of(scope, compile("\n" * number + "1 / 0", "shop.py", "exec"), "shop")[0].line == number + 1
        assert len(scope._known) <= 3
    before = dict(scope._known)
    assert [frame.module for frame in _frames_of(scope, passing, "shop")] == ["shop"]
    assert scope._known == before


def test_frames() -> None:
    """A traceback keeps what is under test, outermost first; one of a recursion is folded."""
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
    assert [frame.function for frame in frames] == ["test_frames", "recurse"]
    assert frames[-1].repeats > 500
    assert scope.of_stack(sys._getframe())[-1].function == "test_frames"
    assert scope.of_stack(None) == scope.of_traceback(None) == ()


def _frames(text: str) -> list[Frame]:
    return [Frame("m", letter, "m.py", line) for line, letter in enumerate(text)]


@pytest.mark.parametrize(
    ("calls", "shown"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("aab", ["a", "a", "b"]),
        ("aaab", ["a3", "b"]),
        ("x" + "ab" * 400, ["x", "a400", "b400"]),
        ("x" + "ab" * 400 + "a", ["x", "a400", "b400", "a"]),
        ("x" + "aab" * 90 + "y", ["x", "a90", "a90", "b90", "y"]),
        ("abcdefgh" * 5, [f"{letter}5" for letter in "abcdefgh"]),
    ],
)
def test_a_recursion_is_folded(calls: str, shown: list[str]) -> None:
    """A cycle stands once with its count, also one of several functions; what leads there and out of it stays."""
    short = folded(_frames(calls))
    assert [f"{f.function}{f.repeats if f.repeats > 1 else ''}" for f in short] == shown
    assert sum(f.repeats for f in short) == len(calls)


@given(st.text("ab", max_size=200) | st.text("abcdef", max_size=60))
def test_laws_of_folding(calls: str) -> None:
    """Nothing is lost or added, the innermost frame stays the innermost."""
    frames = _frames(calls)
    short = folded(frames)
    assert sum(f.repeats for f in short) == len(frames)
    assert short[-1:] == [replace(f, repeats=short[-1].repeats) for f in frames[-1:]]
    assert {f.place for f in short} == {f.place for f in frames}


def test_what_cannot_be_folded_keeps_both_ends() -> None:
    """A deep stack without a cycle is cut in its middle."""
    rng = Random(0)  # noqa: S311 - the same ones every time
    frames = [Frame("m", f"f{rng.randrange(50)}", "m.py", line) for line in range(1000)]
    kept = bounded(frames)
    assert len(kept) == FRAMES_LIMIT
    assert (kept[0], kept[-1]) == (frames[0], frames[-1])


def test_paths() -> None:
    """A file is named from the current folder, or inside its installed package."""
    assert shown_path(planted.__file__) == "tests/parsers/planted.py"
    assert shown_path("/elsewhere/a.py") == "/elsewhere/a.py"


def test_paths_do_not_depend_on_where_one_stands(tmp_path: Path) -> None:
    """A record made in a folder of the project is the one made in its root, and says nothing of this machine."""
    (tmp_path / "pyproject.toml").write_text('[tool.fuzzlab]\ntargets = ["inner.shop"]\nexamples = 40\n', "utf-8")
    make_project(tmp_path / "inner")
    (tmp_path / "inner" / "pyproject.toml").unlink()
    for folder in (tmp_path, tmp_path / "inner"):
        assert fuzzlab(folder, "check", "indexed").code == 1
        (path,) = tmp_path.glob("corpus/indexed/regressions/*.json")
        assert [frame["file"] for frame in json.loads(path.read_bytes())["frames"]] == ["inner/shop.py"]
        shutil.rmtree(tmp_path / "corpus")
