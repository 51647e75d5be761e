"""Disks that are full, read-only or quota-bound: what cannot be stored is shown whole, and nothing else goes wrong."""

from __future__ import annotations

import base64
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fuzzlab.engines import coverage
from fuzzlab.verdict import input_id
from tests.processes import eventually
from tests.projects import Done, environment, fuzzlab, make_project

pytestmark = [
    pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris"),
    pytest.mark.skipif(sys.platform != "linux", reason="mount(8) and setrlimit(2) as Linux has them"),
]

TARGETS = '''
"""Bugs to be found at once, one of them by inputs that are longer than a small limit on files."""

from fuzzlab import formats, target


@target(format=formats.text(max_size=64))
def indexed(value: str) -> str:
    """Fail for an empty text."""
    return value[0]


@target(format=formats.text(max_size=64))
def keyed(value: str) -> str:
    """Fail for most."""
    return {"": ""}[value]
'''

SIGNATURES = {"crash IndexError shop:indexed", "crash KeyError shop:keyed"}

UNSAVED = re.compile(r"NOT SAVED; the whole input as base64: *(\S*)$", re.MULTILINE)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Give a maker of small file systems in memory; options as mount(8) takes them."""
    made: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk-{len(made)}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("mounting is not permitted here; test_a_limit_on_files needs no permission")
        made.append(folder)
        return folder

    yield mount
    for folder in made:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> None:
    """Leave no byte of room."""
    with (folder / "ballast").open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def _fuzz(folder: Path) -> Done:
    return fuzzlab(folder, "fuzz", "--runs", "500", "--time", "60s", "--workers", "1")


def _check_unsaved(done: Done, folder: Path) -> None:
    """Nothing is stored in halves, both findings are shown whole, and the exit code says that they are nowhere else."""
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
    inputs = sorted(map(base64.b64decode, UNSAVED.findall(done.out)))
    assert len(inputs) == 2
    assert inputs[0] == b""
    assert "not saved" in done.err
    assert not [path for path in folder.rglob("corpus/*/*/*") if path.is_file()]


def test_a_full_disk(mounted: Callable[[str], Path]) -> None:
    """No room from the beginning on: workers find it elsewhere, and findings are printed."""
    folder = make_project(mounted("size=256k"), TARGETS)
    _fill(folder)
    _check_unsaved(_fuzz(folder), folder)
    done = fuzzlab(folder, "check", "--examples", "50")
    assert done.code == 2
    assert len(UNSAVED.findall(done.out)) == 2


@pytest.mark.slow
def test_a_disk_without_inodes(mounted: Callable[[str], Path]) -> None:
    """No file can be made, though there is room for what is in them."""
    folder = make_project(mounted("size=8m,nr_inodes=6"), TARGETS)
    _check_unsaved(_fuzz(folder), folder)


@pytest.mark.slow
def test_a_disk_that_fills_up(mounted: Callable[[str], Path]) -> None:
    """In the middle of a campaign: what was announced as saved is there and whole, the rest is shown, no half stays."""
    folder = make_project(mounted("size=2m"), TARGETS)
    words = [sys.executable, "-m", "fuzzlab", "fuzz", "--time", "6s", "--workers", "1"]
    with subprocess.Popen(
        words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as campaign:
        assert eventually(lambda: any(folder.glob(".fuzzlab/workers/fuzzlab-lane-*")))
        _fill(folder)
        out, err = campaign.communicate(timeout=60)
    assert campaign.returncode in (1, 2), err
    assert "Traceback" not in err
    for saved in re.findall(r"saved:\s+(\S+)$", out, re.MULTILINE):
        assert saved.rpartition("/")[2] == input_id((folder / saved).read_bytes())
        assert (folder / f"{saved}.json").read_bytes().endswith(b"}\n")
    assert out.count("IndexError") + out.count("KeyError") >= 2
    left = [path for path in folder.rglob(".*") if path.is_file()]
    assert left == []


@pytest.mark.slow
def test_a_read_only_corpus(mounted: Callable[[str], Path]) -> None:
    """Committed inputs are read and run; what is found beside them is shown whole."""
    disk = mounted("size=1m")
    folder = make_project(disk, TARGETS)
    seeds = folder / "corpus" / "indexed" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "empty").write_bytes(b"")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = fuzzlab(folder, "replay", "indexed", "--json")
    assert done.code == 2, done.err
    assert [f["signature"] for f in done.document["targets"][0]["findings"]] == ["crash IndexError shop:indexed"]
    done = _fuzz(folder)
    assert done.code == 2, done.err
    assert len(UNSAVED.findall(done.out)) == 2
    assert "Traceback" not in done.err


def _limited(folder: Path, limit: int) -> Done:
    """Fuzz where no file may grow beyond a limit, as under a quota: a write is cut in the middle."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzlab", "fuzz", "--runs", "500", "--time", "60s", "--workers", "1"],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("limit", [0, 2_000])
def test_a_limit_below_what_a_worker_needs(tmp_path: Path, limit: int) -> None:
    """It is said in one line, and nothing is left half written."""
    folder = make_project(tmp_path, TARGETS)
    done = _limited(folder, limit)
    assert done.code == 2, done.err
    assert len(done.err.splitlines()) == 1, done.err
    assert "no room" in done.err
    assert not [path for path in folder.rglob(".*") if path.is_file()]


@pytest.mark.slow
def test_a_limit_on_files(tmp_path: Path) -> None:
    """A log and coverage inputs that may not grow cost the log and the inputs: findings are stored, and whole."""
    folder = make_project(tmp_path, TARGETS)
    log = folder / ".fuzzlab" / "events.jsonl"
    log.parent.mkdir()
    log.write_bytes(b'{"time": 1}\n' * 1_700)
    limit = log.stat().st_size + 60
    done = _limited(folder, limit)
    assert done.code == 1, done.err
    assert "Traceback" not in done.err
    saved = re.findall(r"saved:\s+(\S+)$", done.out, re.MULTILINE)
    assert len(saved) == 2
    for path in saved:
        assert path.rpartition("/")[2] == input_id((folder / path).read_bytes())
    assert log.stat().st_size == limit, "the limit was met in the middle of a line"
    again = _fuzz(folder)
    assert again.code == 1, again.err
    assert "warning" not in again.out + again.err
    lines = log.read_bytes()[limit:].split(b"\n")
    assert lines[0] == b"", "the cut line is ended"
    assert all(json.loads(line) for line in lines[1:-1])
    assert not [path for path in folder.rglob(".*") if path.is_file()]


@pytest.mark.slow
def test_standard_output_on_a_full_disk(tmp_path: Path) -> None:
    """A run whose output cannot be written is neither clean nor one with findings; what it found is stored."""
    folder = make_project(tmp_path, TARGETS)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fuzzlab", "fuzz", "--runs", "500", "--time", "60s"],
            cwd=folder, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode not in (0, 1), done.stderr
    for path in folder.glob("corpus/*/regressions/*"):
        assert path.suffix == ".json" or path.name == input_id(path.read_bytes())
