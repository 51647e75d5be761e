"""A target as a program, run with libFuzzer's own command line: what it finds, what it writes, how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fuzzlab.engines import coverage
from fuzzlab.verdict import input_id
from tests.projects import environment, fuzzlab, make_project

SOURCE = '''
import itertools
import json
import os
from collections import deque

from fuzzlab import Budget, formats, target


HOSTILE = "::error" + "::\\x1b[31m"


class OrderError(ValueError):
    """A refusal."""


@target(format=formats.json(), allow=OrderError)
def order(body: bytes) -> object:
    """Fail for what only a mutator of JSON makes: a known key with a known value, and another one missing."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise OrderError("no JSON") from None
    if isinstance(document, dict) and document.get("currency") == "EUR":
        return total(document)
    raise OrderError("no order")


def total(document: dict) -> object:
    return document["lines"][0]


@target(format=formats.text(max_size=32))
def sound(value: str) -> str:
    if len(value) > 3:
        raise ValueError(value)
    return value


@target(format=formats.text(max_size=64), budget=Budget(seconds=0.2))
def several(value: str) -> str:
    """Break the contract in a way for each word."""
    print("printed by the parser")
    if value.startswith("die"):
        os._exit(0)
    if value.startswith("loop"):
        while True:
            pass
    if value.startswith("stuck"):
        deque(itertools.count(), maxlen=0)
    if value.startswith("write"):
        open("/tmp/never", "w")
    if value.startswith("raise"):
        raise RuntimeError(HOSTILE + value)
    return value


class Failing(type(formats.text())):
    def decode(self, data: bytes) -> str:
        if data == b"boom":
            raise RuntimeError("a failure of the format")
        return super().decode(data)


failing = formats.text(max_size=32)
failing.__class__ = Failing


@target(format=failing)
def undecoded(value: str) -> str:
    return value
'''

pytestmark = pytest.mark.skipif(coverage.missing() is not None, reason="the programs need Atheris")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit status, what it said, what it wrote into its folder."""

    code: int
    said: str
    files: dict[str, bytes]


INTERRUPTED = 72
"""libFuzzer's exit status for SIGINT."""

Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, exported."""
    folder = make_project(tmp_path_factory.mktemp("exported"), SOURCE)
    seeds = folder / "corpus" / "order" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one.json").write_text('{"currency": "USD", "lines": [{"sku": 1}]}', encoding="utf-8")
    assert fuzzlab(folder, "export", "clusterfuzz").code == 0
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    """Give a function that runs a target's program in an empty folder."""

    def started(name: str, *arguments: str, env: dict[str, str] | None = None) -> Ended:
        program = project / ".clusterfuzzlite" / "fuzzers" / f"{name}.py"
        before = {path.name for path in tmp_path.iterdir()}
        done = subprocess.run(
            [str(program), *arguments],
            cwd=tmp_path, env=programs_environment(**(env or {})), capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        made = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file() and p.name not in before}
        return Ended(done.returncode, (done.stdout + done.stderr).decode("utf-8"), made)

    return started


def programs_environment(**more: str) -> dict[str, str]:
    """Give an environment in which `python3` is this one, as in an activated virtual environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**environment(), "PATH": path, **more}


def planted(folder: Path, content: bytes) -> str:
    """Write an input; give its name."""
    (folder / "input").write_bytes(content)
    return "input"


def seeded(folder: Path) -> str:
    """Make a corpus of one ordinary input, a word away from the bug; give its name."""
    (folder / "seeds").mkdir()
    (folder / "seeds" / "one").write_bytes(b'{"currency": "USD"}')
    return "seeds"


def frames(said: str) -> Sequence[str]:
    """Give the places of the traceback that ClusterFuzz reads."""
    return [line.strip() for line in said.splitlines() if line.startswith('  File "')]


def test_a_planted_bug_is_found_written_and_replayed(run: Run, project: Path, tmp_path: Path) -> None:
    """`-runs` finds it: the card, libFuzzer's status and artifact; the artifact fails again, here and in replay."""
    ended = run("order", "-runs=100000", "-seed=1", seeded(tmp_path))
    assert ended.code == 77, ended.said
    assert "the parser raised KeyError, which the contract does not allow: 'lines'" in ended.said
    ((name, data),) = ended.files.items()
    assert name == f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
    assert json.loads(data)["currency"] == "EUR"
    assert f"saved:   {name}" in ended.said

    again = run("order", name)
    assert (again.code, again.files) == (77, {})
    assert "raised KeyError" in again.said

    done = fuzzlab(project, "replay", "order", "--input", str(tmp_path / name), "--json")
    assert [finding["exception"] for finding in done.document["targets"][0]["findings"]] == ["KeyError"]


def test_the_traceback_ends_where_the_bug_is(run: Run, tmp_path: Path) -> None:
    """ClusterFuzz tells bugs apart by the innermost frames: those of the code under test, with their lines."""
    ended = run("order", planted(tmp_path, b'{"currency": "EUR"}'))
    assert "=== Uncaught Python exception: ===\nKeyError: 'lines'\n" in ended.said
    *_, outer, inner = frames(ended.said)
    assert (outer.rpartition(" ")[2], inner.rpartition(" ")[2]) == ("order", "total")
    assert 'return document["lines"][0]' in ended.said


@pytest.mark.parametrize("arguments", [("-runs=2000",), ("-max_total_time=1",), ("-runs=2000", "corpus")], ids=" ".join)
def test_a_sound_target_ends_with_0(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """No finding: exit 0, no artifact; a corpus folder holds what reached new code, named as libFuzzer names it."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    ended = run("sound", *arguments)
    assert (ended.code, ended.files) == (0, {}), ended.said
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert bool(found) == ("corpus" in arguments)
    assert all(hashlib.sha1(data, usedforsecurity=False).hexdigest() == name for name, data in found.items())


def test_one_file_is_run_once(run: Run, tmp_path: Path) -> None:
    """An ordinary input, given alone, is executed and nothing else happens."""
    ended = run("order", planted(tmp_path, b'{"currency": "USD"}'))
    assert (ended.code, ended.files) == (0, {}), ended.said
    assert "Executed input" in ended.said


@pytest.mark.slow
def test_the_artifact_goes_where_it_is_told_to(run: Run, tmp_path: Path) -> None:
    """`-artifact_prefix` is libFuzzer's, and holds."""
    (tmp_path / "found").mkdir()
    ended = run("order", "-runs=100000", "-seed=1", "-artifact_prefix=found/", seeded(tmp_path))
    assert ended.code == 77
    assert ended.files == {}
    assert [path.name.partition("-")[0] for path in (tmp_path / "found").iterdir()] == ["crash"]


@pytest.mark.slow
def test_a_corpus_is_merged(run: Run, tmp_path: Path) -> None:
    """`-merge=1`, with which ClusterFuzz prunes a corpus, executes the program again, and keeps the fewest inputs."""
    for name, inputs in (("old", []), ("new", ["a", "b", "c", "abcdef"])):
        (tmp_path / name).mkdir()
        for text in inputs:
            (tmp_path / name / text).write_text(text)
    ended = run("sound", "-merge=1", "old", "new")
    assert ended.code == 0, ended.said
    assert 0 < len(list((tmp_path / "old").iterdir())) < 4


@pytest.mark.parametrize(
    ("word", "outcome", "sentence"),
    [
        ("die", "died", "the parser killed its process (exit 0)"),
        ("loop", "hang", "did not end within 0.2 s of CPU time"),
        ("write", "effect", "the parser had a side effect, it opens"),
        ("raise", "crash", "the parser raised RuntimeError"),
    ],
)
def test_the_whole_contract_holds(run: Run, tmp_path: Path, word: str, outcome: str, sentence: str) -> None:
    """Not only exceptions end it: a process that ends itself, a budget, a side effect; nothing hostile comes out."""
    ended = run("several", planted(tmp_path, word.encode()))
    assert (ended.code, ended.files) == (77, {}), ended.said
    assert f"{outcome}  several  [new]" in ended.said
    assert sentence in ended.said
    assert "\x1b" not in ended.said
    assert "::error::" not in ended.said
    assert "printed by the parser" not in ended.said
    assert "in several" in frames(ended.said)[-1]


@pytest.mark.slow
def test_a_loop_in_c_is_libfuzzer_s(run: Run, tmp_path: Path) -> None:
    """What no Python code can interrupt is ended by `-timeout`, with libFuzzer's own exit status."""
    ended = run("several", "-timeout=1", planted(tmp_path, b"stuck"))
    assert ended.code == 70, ended.said
    assert "libFuzzer: timeout" in ended.said


@pytest.mark.slow
def test_an_accepted_finding_ends_nothing(project: Path, run: Run, tmp_path: Path) -> None:
    """What somebody decided may stay would end the program each time; another bug still does."""
    known = project / "corpus" / "several" / "regressions" / input_id(b"die")
    known.parent.mkdir(parents=True)
    known.write_bytes(b"die")
    assert fuzzlab(project, "replay", "several").code == 1
    assert fuzzlab(project, "findings", "accept", known.name, "--reason", "a child process is meant to end").code == 0
    assert fuzzlab(project, "export", "clusterfuzz", "several").code == 0
    assert run("several", planted(tmp_path, b"die")).code == 0
    assert run("several", planted(tmp_path, b"raise")).code == 77


def test_a_target_that_is_gone_is_said_in_one_line(project: Path, run: Run) -> None:
    """A program whose target was renamed names it, and ends as a mistake of people does."""
    program = project / ".clusterfuzzlite" / "fuzzers" / "sound.py"
    stale = program.with_name("stale.py")
    stale.write_text(program.read_text(encoding="utf-8").replace('"sound"', '"snd"'), encoding="utf-8")
    stale.chmod(0o755)
    try:
        ended = run("stale")
    finally:
        stale.unlink()
    assert ended.code == 2
    assert ended.said == "fuzzlab: no import of shop registers a target named 'snd'; export it anew\n"


def test_ctrl_c_is_no_finding(project: Path, tmp_path: Path) -> None:
    """Interrupted, it ends as libFuzzer does, and no KeyboardInterrupt is taken for the parser's."""
    program = project / ".clusterfuzzlite" / "fuzzers" / "sound.py"
    running = subprocess.Popen(
        [str(program)], cwd=tmp_path, env=programs_environment(), stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    with running.stderr:
        while "INITED" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert "run interrupted" in said
    assert running.wait(timeout=60) == INTERRUPTED
    assert list(tmp_path.iterdir()) == []


def test_a_failure_of_ours_is_no_finding(run: Run, tmp_path: Path) -> None:
    """A format that fails to decode is the harness's failure: its traceback, exit 3, no artifact."""
    ended = run("undecoded", planted(tmp_path, b"boom"))
    assert (ended.code, ended.files) == (3, {})
    assert "failure of the harness, not a finding" in ended.said
    assert "the text format cannot decode" in ended.said


def test_a_preloaded_libfuzzer_sees_the_coverage(run: Run) -> None:
    """OSS-Fuzz's wrapper preloads a libFuzzer; the probes report to that one, and the program says what it misses."""
    library = Path(sysconfig.get_path("platlib")) / "ubsan_with_fuzzer.so"
    assert library.exists(), "Atheris brings one"
    ended = run("sound", "-runs=3000", "-seed=1", env={"LD_PRELOAD": str(library)})
    assert ended.code == 0, ended.said
    assert "Using preloaded libfuzzer" in ended.said
    assert "does not see the mutators" in ended.said
    reached = [int(line.partition("cov: ")[2].split()[0]) for line in ended.said.splitlines() if "cov: " in line]
    assert reached[-1] > reached[0] > 0
