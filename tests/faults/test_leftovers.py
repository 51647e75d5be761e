"""What a `kill -9` leaves half done is removed or passed over by the next start, and the living are left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fuzzlab import files, quarters
from fuzzlab.corpus import Corpus
from fuzzlab.events import Warned
from fuzzlab.files import sweep
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.quarters import Quarters
from fuzzlab.quarters import sweep as sweep_quarters
from fuzzlab.register import Register
from fuzzlab.verdict import Finding, Outcome, Status, Verdict, input_id

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

CRASH = Verdict(Outcome.CRASH, "KeyError", "", "", "shop:parse")


HOLDS = """
import sys, time
from pathlib import Path
from fuzzlab.quarters import hold
hold(Path(sys.argv[1]))
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def nobody() -> int:
    """Give the number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def _age(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass since `path` was made."""
    later = path.stat().st_ctime + files.FORGOTTEN + 1
    monkeypatch.setattr(time, "time", lambda: later)


def test_temporary_files(tmp_path: Path, nobody: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a writer that is gone are removed; those of one that writes now are not, nor anybody else's files."""
    kept = [f".x.{os.getpid()}-01234567", ".gitkeep", ".env.1-2", "x.1-01234567", f"x.{nobody}-01234567", "x"]
    for name in [*kept, f".x.{nobody}-01234567"]:
        (tmp_path / name).write_bytes(b"x")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
    # In a container each life of a supervisor has the number of the one before.
    _age(tmp_path / kept[0], monkeypatch)
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept[1:])
    sweep(tmp_path / "nowhere")


def test_folders_of_workers(tmp_path: Path, nobody: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of a supervisor that is gone is removed, also where its number came again; a living one's never is."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "elsewhere"))
    (tmp_path / f"fuzzlab-lane-{nobody}-abc" / "new").mkdir(parents=True)
    monkeypatch.setattr(quarters, "MEMORY", tmp_path / "memory")
    for place in ("elsewhere", "memory"):
        (tmp_path / place / f"fuzzlab-lane-{nobody}-abc").mkdir(parents=True)
    (tmp_path / f"fuzzlab-lane-{os.getpid()}-abc").mkdir()
    (tmp_path / "fuzzlab-lane-1-abc").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path / "fuzzlab-lane-1-abc")], stdout=subprocess.PIPE
    ) as living:
        assert living.stdout is not None
        living.stdout.readline()
        sweep_quarters(tmp_path)
        held = {f"fuzzlab-lane-{os.getpid()}-abc", "fuzzlab-lane-1-abc"}
        assert {p.name for p in tmp_path.iterdir()} == {"elsewhere", "memory", *held}
        _age(tmp_path / "fuzzlab-lane-1-abc", monkeypatch)
        sweep_quarters(tmp_path)
        assert {p.name for p in tmp_path.iterdir()} == {"elsewhere", "memory", "fuzzlab-lane-1-abc"}
        assert [*(tmp_path / "elsewhere").iterdir(), *(tmp_path / "memory").iterdir()] == []
        living.kill()
    sweep_quarters(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"elsewhere", "memory"}


def test_a_line_cut_short(project: Project) -> None:
    """A kill or a full disk cuts the last line of the log; the next event has a line of its own all the same."""
    journal = Journal(project)
    journal.event(Warned("first"))
    log = project.state / "events.jsonl"
    log.write_bytes(log.read_bytes() + b'{"time": 17')
    for message in ("second", "third"):
        journal.event(Warned(message))
    Journal(project).event(Warned("fourth"))
    log.write_bytes(log.read_bytes() + b'{"time": 17')
    Journal(project).event(Warned("fifth"))
    whole = []
    for line in log.read_bytes().splitlines():
        try:
            whole.append(json.loads(line)["message"])
        except ValueError:
            continue
    assert whole == ["first", "second", "third", "fourth", "fifth"]


def test_both_of_an_exchange(project: Project) -> None:
    """After a kill between storing the smaller input and removing the larger, the bug is known once, by the smaller.

    A decision that somebody made holds, whichever of them it is about.
    """
    corpus = Corpus(project, "parse", pytest.fail)
    for data in (b"larger", b"small", b"largest"):
        corpus.save(Finding("parse", CRASH, data, minimised_from=7))
    register = Register(corpus, warn=pytest.fail)
    known = register.known(CRASH)
    assert known is not None
    assert known.data == b"small"
    corpus.save(Finding("parse", CRASH, b"larger", status=Status.ACCEPTED, reason="it may stay", minimised_from=7))
    known = Register(corpus, warn=pytest.fail).known(CRASH)
    assert known is not None
    assert known.status is Status.ACCEPTED


def test_removal_begins_with_the_sidecar(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of a removal, an input is left that is replayed, never a sidecar that belongs to nothing."""
    corpus = Corpus(project, "parse", pytest.fail)
    saved = corpus.save(Finding("parse", CRASH, b"x"))
    unlink = Path.unlink
    done: list[Path] = []

    def killed(path: Path, *, missing_ok: bool = False) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        corpus.remove(saved)
    assert [path.name for path in corpus.regressions_folder.iterdir()] == [input_id(b"x")]
    assert list(corpus.findings()) == []
    assert list(corpus.inputs()) == [b"x"]


def test_what_somebody_else_has_stored_is_not_removed(project: Project) -> None:
    """A raw input that another campaign has ended with, or that somebody has decided on meanwhile, stays."""
    corpus = Corpus(project, "parse", pytest.fail)
    register = Register(corpus, warn=pytest.fail)
    raw = register.note(Finding("parse", CRASH, b"larger", minimised_from=6))
    corpus.save(Finding("parse", CRASH, b"larger", status=Status.ACCEPTED, reason="it may stay", minimised_from=6))
    settled = register.settle(raw, raw.with_input(b"small", CRASH))
    assert settled is not None
    assert settled.data == b"small"
    assert {finding.data: finding.status for finding in corpus.findings()} == {
        b"larger": Status.ACCEPTED,
        b"small": Status.KNOWN,
    }
    other = register.note(Finding("parse", Verdict(Outcome.CRASH, "TypeError", "", "", "shop:parse"), b"mine"))
    register.settle(other, other.with_input(b"m", other.verdict))
    assert b"mine" not in {finding.data for finding in corpus.findings()}


@pytest.mark.parametrize("verdict", [Verdict(Outcome.DIED, "SIGKILL"), Verdict(Outcome.HANG), Verdict(Outcome.MEMORY)])
def test_what_was_stored_unproven(project: Project, verdict: Verdict) -> None:
    """Killed between storing what needs proof and proving it, the next run proves it, or takes it back."""
    corpus = Corpus(project, "parse", pytest.fail)
    Register(corpus, warn=pytest.fail).note(Finding("parse", verdict, b"x"))
    register = Register(corpus, warn=pytest.fail)
    (raw,) = register.take_up()
    assert register.settle(raw, replace(raw, minimised=True)) is None
    assert [finding.data for finding in corpus.findings()] == [b"x"]
    Register(corpus, warn=pytest.fail)
    corpus.remove(replace(raw, minimised=True))
    Register(corpus, warn=pytest.fail).note(Finding("parse", verdict, b"x"))
    register = Register(corpus, warn=pytest.fail)
    (raw,) = register.take_up()
    assert register.settle(raw, replace(raw, deterministic=False)) is None
    assert list(corpus.findings()) == []
    assert list(corpus.inputs()) == []
    assert register.findings() == ()


@pytest.mark.parametrize(("room", "swift"), [(0, True), (1 << 80, False)])
def test_what_is_new_lies_in_memory_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, room: int, swift: bool
) -> None:
    """Nothing is left of it, nor of the rest; and without room, or a file system in memory, it lies on the disk."""
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(quarters, "MEMORY", memory)
    monkeypatch.setattr(quarters, "ROOM", room)
    made = Quarters(disk, [b"seed"])
    assert made.new.is_dir()
    assert made.new.is_relative_to(memory if swift else disk)
    assert made.new.parent.stat().st_mode & 0o77 == 0  # nobody else reads what is fuzzed
    assert [path.read_bytes() for path in made.start.iterdir()] == [b"seed"]
    _age(made.new.parent, monkeypatch)  # as if its number had come again: only that it is held keeps it
    sweep_quarters(disk)
    assert made.new.is_dir()
    made.close()
    assert [*memory.iterdir(), *disk.iterdir()] == []
    monkeypatch.setattr(quarters, "MEMORY", tmp_path / "nowhere")
    made = Quarters(disk, [])
    assert made.new.is_relative_to(disk)
    made.close()


def test_what_others_put_beside_it_is_left_alone(tmp_path: Path, nobody: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may write into the file system in memory: a link is not followed, and no depth ends a campaign."""
    monkeypatch.setattr(quarters, "MEMORY", tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    link = tmp_path / f"fuzzlab-lane-{nobody}-link"
    link.symlink_to(mine)
    with pytest.raises(NotADirectoryError):  # nor is what it names locked
        quarters.hold(link)
    at = os.open(tmp_path, os.O_RDONLY)
    for name in [f"fuzzlab-lane-{nobody}-deep", *["d"] * 1500]:
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
    sweep_quarters(tmp_path / "nowhere")
    assert mine.is_dir()
    subprocess.run(["rm", "-rf", tmp_path / f"fuzzlab-lane-{nobody}-deep"], check=True)
    other = tmp_path / f"fuzzlab-lane-{nobody}-other"
    other.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    sweep_quarters(tmp_path / "nowhere")
    assert other.is_dir()
