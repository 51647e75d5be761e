"""The door to Atheris: whether it is there, and what it says where it is not."""

from __future__ import annotations

import importlib.util
import json
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fuzzlab import endings
from fuzzlab.blackbox import RECYCLE, STARTED, BlackBox
from fuzzlab.endings import RECYCLED
from fuzzlab.engines import coverage
from fuzzlab.executor import Executor
from fuzzlab.finder import adhoc
from fuzzlab.scope import Scope
from fuzzlab.verdict import Outcome, Verdict

ENGINE = """
import json, sys
from pathlib import Path
from fuzzlab.blackbox import FEATURES, BlackBox
from fuzzlab.engines import coverage
from fuzzlab.executor import Executor
from fuzzlab.guard import Guard
from fuzzlab.history import CAMPAIGN, History
from fuzzlab.scope import Scope

folder, name, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for each in ("drawn", "new", "features"):
    (folder / each).mkdir()
with coverage.instrumented(["tests"]):
    from tests.parsers import constants, order
from fuzzlab.target import REGISTRY
target = REGISTRY[name]
box = BlackBox.create(folder, target.format.max_size)
executor = Executor(target, box, Scope(["tests"]))
ending = executor.exit

def told(status):
    words = [word.decode() for word in target.format.words]
    print(json.dumps({"features": box.head[FEATURES], "words": words}), flush=True)
    ending(status)

executor.exit = told
options = {each: str(folder / each) for each in ("drawn", "new", "features")}
options |= {"seed": 1, "runs": runs, "starts": [], "skipped": [], "seen": [], "lethal": [], "examples": 2, "in_turn": 0}
options["recorded"] = []
options["largest"] = target.format.max_size
history = History(executor, Guard(box, []), CAMPAIGN, on_review=lambda: None)
coverage.run(executor, history, options, lambda message: None, lambda: None)
"""


def engine(folder: Path, name: str, *, runs: int) -> tuple[dict[str, object], str]:
    """Run the engine in a process of its own, for it ends its process; give what it knew at the end, and its log."""
    command = [sys.executable, "-c", ENGINE, str(folder), name, str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    known: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return known, done.stderr


@pytest.mark.skipif(coverage.missing() is not None, reason="no coverage engine on this machine")
def test_what_libfuzzer_is_told(tmp_path: Path) -> None:
    """LibFuzzer calls our mutator, reads our features, and has the words of the code in its dictionary."""
    known, log = engine(tmp_path, "partner_order", runs=3_000)
    assert "MS: 1 Custom-" in log, "libFuzzer was loaded before the mutator"
    assert "GC-" in known["words"]  # type: ignore[operator]
    assert '"GC-"' in (tmp_path / "dictionary").read_text()
    assert isinstance(known["features"], int)
    assert 20 < known["features"] < 500
    edges = int(log.rsplit("cov: ", 1)[1].split()[0])
    assert edges > known["features"], "features are counters as edges are"


@pytest.mark.parametrize(
    ("system", "machine", "words"),
    [
        ("linux", "x86_64", "pip install atheris"),
        ("darwin", "arm64", "Linux on x86-64 only"),
        ("linux", "aarch64", "Linux on x86-64 only"),
    ],
)
def test_why_it_is_missing(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, words: str) -> None:
    """One line: why, and what works without it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    why = coverage.missing()
    assert why is not None
    assert words in why
    assert "check" in why
    assert "\n" not in why


def test_what_a_review_finds_is_told_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is asked to end between two executions does so behind a review, not in it: what leaks is both."""
    ended: list[int] = []
    monkeypatch.setattr(endings, "real_exit", ended.append)
    target = adhoc("json:loads")
    box = BlackBox.create(tmp_path, target.format.max_size)
    executor = Executor(target, box, Scope(["json"]))
    found = Verdict(Outcome.EFFECT, clause="state(open files)", place="json:loads")
    told: list[Any] = []

    def asked() -> None:
        box.head[RECYCLE] = 1
        executor.endings.on_soft_limit(0, None)

    def review(data: bytes, _verdict: Verdict) -> list[tuple[bytes, Verdict]]:
        asked()
        return [(data, found)]

    history: Any = SimpleNamespace(past=[], limit=1, review=review)
    feedback: Any = None
    one_input = coverage._callback(
        executor, history, feedback, set(), told.append, lambda _data, _accepted: None, runs=None, warm=[]
    )
    box.head[STARTED] = 1
    one_input(b"1")
    assert [message["verdict"]["clause"] for message in told] == [found.clause]
    assert told[0]["executions"] == 1
    assert ended == []
    asked()
    assert ended == [RECYCLED]
    box.close()
