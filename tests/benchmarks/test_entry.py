"""The zoo: one name for one violation, and every known one still there."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from ci.benchmarks.entry import FORMATS, HANG_NAME, ZOO, Runner, known, load, modules_of, names

ENTRY = """
from tests.parsers import zoo
REQUIREMENT = "toml==0.10.2"
MODULES = ("tests",)
FORMAT = "bytes"
ALLOWED = (KeyError,)
SEEDS = (b"x",)

class Odd(AssertionError):
    "A property of the entry's own."

def run(data):
    if data == b"odd":
        raise Odd
    zoo.parse(data)
"""

EXPECTED = {
    b"x": None,
    b"key": None,
    b"value": "ValueError @ tests/parsers/zoo.py:inner",
    b"assert": "AssertionError @ tests/parsers/zoo.py:parse",
    b"deep": "RecursionError @ tests/parsers/zoo.py",
    b"int": "decimal.InvalidOperation @ tests/parsers/zoo.py:parse",
    b"exit": "SystemExit @ tests/parsers/zoo.py:parse",
    b"loop": HANG_NAME,
    b"stubborn": HANG_NAME,
    b"odd": "property:Odd",
}

JUDGING = 60.0


def test_a_violation_has_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type and innermost frame under test, the module of a recursion, the entry's own property, or a hang."""
    monkeypatch.setattr("ci.benchmarks.entry.HANG", 0.2)
    path = tmp_path / "made_up.py"
    path.write_text(ENTRY, encoding="utf-8")
    assert modules_of(path) == ("tests",)
    runner = Runner(load(path))
    assert {data: runner(data) for data in EXPECTED} == EXPECTED


def test_the_zoo_is_one() -> None:
    """At least ten parsers, each pinned to the release that is installed, known to break, and fed what it takes."""
    violations = known()
    assert len(names()) >= 10
    assert set(violations) == set(names())
    for name in names():
        entry = load(ZOO / f"{name}.py")
        package, pinned = re.fullmatch(r"([\w-]+)==([\w.]+)", entry.requirement).groups()  # type: ignore[union-attr]
        assert version(package) == pinned
        assert entry.format in FORMATS
        assert entry.modules == modules_of(ZOO / f"{name}.py")
        assert violations[name]
        runner = Runner(entry)
        assert [runner(seed) for seed in entry.seeds] == [None] * len(entry.seeds)
        for seed in entry.seeds:
            entry.run(seed)  # ordinary: not even refused


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_known_violations_are_there(name: str) -> None:
    """The example of each known violation shows it, in a process of its own."""
    for violation, example in known()[name].items():
        command = [sys.executable, "-W", "ignore", "-m", "ci.benchmarks.contestants.judge", str(ZOO / f"{name}.py")]
        done = subprocess.run(
            command, input=base64.b64decode(example), capture_output=True, timeout=JUDGING, check=True
        )
        assert done.stdout.decode() == violation
