"""Corpus folders that others use: odd entries, somebody who edits, a second campaign. Nothing is lost or hangs."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fuzzlab.engines import coverage
from fuzzlab.verdict import Verdict, input_id
from tests.projects import environment, fuzzlab, make_project

COVERAGE = pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")

TARGETS = '''
"""A parser with several bugs."""

from fuzzlab import formats, target


@target(format=formats.text(max_size=200))
def several(value: str) -> str:
    """Fail in five ways."""
    if len(value) > 30:
        raise KeyError(value)
    if value[0] == "0":
        return {}[value]
    if value[0] == "1":
        raise TypeError(value)
    if "." in value:
        raise OSError(value)
    return value
'''

SIGNATURES = {f"crash {name} shop:several" for name in ("KeyError", "IndexError", "TypeError", "OSError")}

SAVED = re.compile(r"saved:\s+(\S+)$", re.MULTILINE)

ODD = ("huge", "folder", "fifo", "dangling", "round", "endless")


def _put_odd(folder: Path) -> None:
    """Make one of everything that is no input."""
    folder.mkdir(parents=True)
    with (folder / "huge").open("wb") as file:
        file.truncate(50 << 20)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "round").symlink_to("round")
    (folder / "endless").symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "words",
    [
        ("replay",),
        pytest.param(("check", "--examples", "20"), marks=pytest.mark.slow),
        pytest.param(("fuzz", "--runs", "300", "--time", "60s", "--workers", "2"), marks=COVERAGE),
    ],
    ids=["replay", "check", "fuzz"],
)
def test_odd_entries(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A file of 50 MB, a folder, a FIFO, links to nowhere, to themselves, to a device: one warning each, on it goes."""
    folder = make_project(tmp_path, TARGETS)
    roles = {"seeds"} if words[0] == "check" else {"seeds", "regressions"}
    for role in roles:
        _put_odd(folder / "corpus" / "several" / role)
    if words[0] != "check":
        _put_odd(folder / ".fuzzlab" / "coverage" / "several")
    (folder / "corpus" / "several" / "seeds" / "good").write_bytes(b"good")
    done = fuzzlab(folder, *words)
    assert done.code in (0, 1), done.err
    said = [line for line in (done.out + done.err).splitlines() if line.startswith("warning: several: ")]
    assert len(said) == len(set(said)), "said twice"
    for name in ODD:
        assert sum(f"/{name} " in line and line.endswith("; passed over") for line in said) == len(roles) + (
            words[0] != "check"
        ), (name, said)
    for role in roles:
        assert {entry.name for entry in (folder / "corpus" / "several" / role).iterdir()} >= set(ODD), "left alone"


def _edit(folder: Path, rng: random.Random) -> None:
    """Do to a random file what people and tools do to files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    path = rng.choice(files) if files else folder / "none"
    deed = rng.randrange(5)
    try:
        if deed == 0:
            path.rename(path.with_name(f"renamed-{rng.randrange(1000)}"))
        elif deed == 1:
            with path.open("r+b") as file:
                file.truncate(path.stat().st_size // 2)
        elif deed == 2:
            path.unlink()
        elif deed == 3:
            path.with_name(f"added-{rng.randrange(1000)}").write_bytes(rng.randbytes(20))
        else:
            path.write_bytes(b"overwritten")
    except OSError:
        return


@pytest.mark.slow
@COVERAGE
@pytest.mark.parametrize("seed", [1, 2])
def test_somebody_edits_meanwhile(tmp_path: Path, seed: int) -> None:
    """Files renamed, cut, deleted, added, overwritten during a campaign: it ends as any other, and the next one too."""
    folder = make_project(tmp_path, TARGETS)
    rng = random.Random(seed)  # noqa: S311 - deeds, not secrets
    seeds = folder / "corpus" / "several" / "seeds"
    seeds.mkdir(parents=True)
    for number in range(20):
        (seeds / f"{number}").write_bytes(b"seed %d" % number)
    words = [sys.executable, "-m", "fuzzlab", "fuzz", "--time", "8s", "--workers", "2", "--seed", str(seed)]
    deeds = 0
    with subprocess.Popen(
        words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as campaign:
        while campaign.poll() is None:
            place = folder / "corpus" if rng.random() < 0.5 else folder / ".fuzzlab" / "coverage"
            _edit(place, rng)
            deeds += 1
            time.sleep(0.01)
        out, err = campaign.communicate()
    assert deeds > 100
    assert campaign.returncode == 1, err
    assert "Traceback" not in err
    assert {f"crash {name} shop:several" for name in re.findall(r"raised (\w+), which", out)} == SIGNATURES
    again = fuzzlab(folder, "fuzz", "--runs", "300", "--time", "60s", "--workers", "1")
    assert again.code == 1, again.err
    assert fuzzlab(folder, "replay").code in (0, 1)  # it reads each file; a campaign takes coverage inputs as they lie
    after = fuzzlab(folder, "replay")
    assert after.code in (0, 1)
    assert "warning" not in after.out + after.err, "what was wrong has been set aside"


@pytest.mark.slow
@COVERAGE
def test_two_campaigns_in_one_folder(tmp_path: Path) -> None:
    """Both find all, both end well; what either announced is there and whole; the log has whole lines only."""
    folder = make_project(tmp_path, TARGETS)
    words = [sys.executable, "-m", "fuzzlab", "fuzz", "--time", "8s", "--workers", "1"]
    both = [
        subprocess.Popen(
            words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for campaign in both:
        out, err = campaign.communicate(timeout=120)
        assert campaign.returncode == 1, err
        assert "warning" not in out + err
        assert {f"crash {name} shop:several" for name in re.findall(r"raised (\w+), which", out)} == SIGNATURES
    on_disk = set()
    for path in folder.glob("corpus/*/regressions/*"):
        if path.suffix == ".json":
            on_disk.add(Verdict.from_json(json.loads(path.read_bytes())).signature)
            assert path.with_suffix("").exists()
        else:
            assert path.name == input_id(path.read_bytes())
            assert path.with_name(f"{path.name}.json").exists()
    assert on_disk == SIGNATURES
    for path in folder.glob(".fuzzlab/coverage/*/*"):
        assert path.name == input_id(path.read_bytes())
    lines = (folder / ".fuzzlab" / "events.jsonl").read_bytes().split(b"\n")
    assert lines[-1] == b""
    assert sum(json.loads(line)["event"] == "TargetFinished" for line in lines[:-1]) == 2
    assert list((folder / ".fuzzlab" / "workers").iterdir()) == []
    assert not (folder / ".fuzzlab" / "quarantine").exists()
    done = fuzzlab(folder, "replay", "--json")
    assert {f["signature"] for f in done.document["targets"][0]["findings"]} == SIGNATURES
