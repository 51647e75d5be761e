"""The formats for machines, as a user asks for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fuzzlab.destinations import SUFFIXES, probe
from fuzzlab.engines import coverage
from fuzzlab.errors import UserError
from fuzzlab.outputs import FORMATS, write
from fuzzlab.reports.markdown import LIMIT
from tests.projects import fuzzlab, make_project, snapshot
from tests.reports.runs import run


def test_files_beside_a_run_and_after_it(tmp_path: Path) -> None:
    """Four options write four files of one run; `report` writes the same of the log; `-` is standard output."""
    make_project(tmp_path)
    words = [word for name in FORMATS for word in (f"--{name}", f"out/run{SUFFIXES[name]}")]
    done = fuzzlab(tmp_path, "check", *words, "--json")
    assert done.code == 1, done.err
    (finding,) = done.document["targets"][0]["findings"]
    written = snapshot(tmp_path / "out")
    assert set(written) == {f"run{suffix}" for suffix in SUFFIXES.values()}
    assert all(finding["id"].encode() in text for name, text in written.items() if name != "run.prom")
    items = ET.fromstring(written["run.xml"]).iter("testcase")  # noqa: S314 - our own
    assert [item.get("name", "").split()[0] for item in items] == ["property"] * 3
    result = json.loads(written["run.sarif"])["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert f"{place['artifactLocation']['uri']}:{place['region']['startLine']}" == finding["location"]

    for name, suffix in SUFFIXES.items():
        again = fuzzlab(tmp_path, "report", "--format", name, "--output", "-")
        assert (again.code, again.err) == (0, "")
        assert again.out == written[f"run{suffix}"].decode()
        reported = fuzzlab(tmp_path, "report", "--format", name, "--json").document
        assert (tmp_path / reported["path"]).read_bytes() == written[f"run{suffix}"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check", "--junit", "."), "--junit .: that is a folder"),
        (("replay", "--sarif", "shop.py/x"), "--sarif shop.py/x: "),
        (("fuzz", "--markdown", "/proc/none/x.md"), "cannot be written"),
        (("report", "--format", "junit", "--output", "."), "that is a folder"),
        (("report", "--output", "-", "--json"), "one standard output"),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_written(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    """That is said in one line before anything runs, and nothing is written."""
    make_project(tmp_path)
    before = snapshot(tmp_path)
    done = fuzzlab(tmp_path, *words)
    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert len(done.err.splitlines()) == 1
    assert snapshot(tmp_path) == before


def test_one_that_fails_costs_no_other(tmp_path: Path) -> None:
    """A disk that fills up, a folder that goes: the others are written, and it is said."""
    (tmp_path / "file").write_bytes(b"")
    files = {"junit": tmp_path / "file" / "x.xml", "sarif": tmp_path / "x.sarif"}
    with pytest.raises(UserError, match="--junit: cannot write"):
        write(run(), files, tmp_path)
    assert set(snapshot(tmp_path)) == {"file", "x.sarif"}


def test_a_step_summary_is_appended_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier commands of a step wrote stays and counts against the limit; any other file is replaced."""
    summary, other = tmp_path / "summary.md", tmp_path / "other.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    for _ in range(2):
        write(run(), {"markdown": summary}, tmp_path)
        write(run(), {"markdown": other}, tmp_path)
    assert summary.read_text() == other.read_text() * 2
    summary.write_bytes(b"x" * (LIMIT - 100))
    write(run(), {"markdown": summary}, tmp_path)
    assert LIMIT - 100 <= summary.stat().st_size <= LIMIT


def test_metrics_are_replaced_at_once(tmp_path: Path) -> None:
    """A collector may read at any moment, as another user: no half file, no other file of its name, and readable."""
    path = tmp_path / "fuzzlab.prom"
    for _ in range(2):
        write(run(), {"prometheus": path}, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["fuzzlab.prom"]
    assert path.stat().st_mode & 0o444 == 0o444 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    """A report's folder need not be there."""
    probe("--junit", tmp_path / "a" / "b" / "x.xml")
    assert list(tmp_path.iterdir()) == []


def test_every_format_has_a_place() -> None:
    """The names that the options know are those of the formats."""
    assert list(SUFFIXES) == list(FORMATS)


@pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")
def test_what_a_campaign_tells(tmp_path: Path) -> None:
    """Errors are counted by type in coverage workers too, and the log has when each run began and ended."""
    make_project(tmp_path)
    words = ("fuzz", "sound", "--runs", "3000", "--time", "10m", "--workers", "1", "--seed", "7", "--quiet")
    assert fuzzlab(tmp_path, *words, "--prometheus", "m.prom", "--json").code == 0
    samples = dict(line.rsplit(" ", 1) for line in (tmp_path / "m.prom").read_text().splitlines() if line[0] != "#")
    labels = 'target="sound",engine="coverage"'
    refused = samples[f'fuzzlab_target_refusals{{{labels},error="ValueError",allowed="ValueError"}}']
    assert refused == samples[f"fuzzlab_target_rejected{{{labels}}}"] != "0"
    log = [json.loads(line) for line in (tmp_path / ".fuzzlab" / "events.jsonl").read_bytes().splitlines()]
    assert [log[0]["event"], log[-1]["event"]] == ["RunStarted", "RunFinished"]
    assert len({line["run"] for line in log}) == 1
    (finished,) = (line for line in log if line["event"] == "TargetFinished")
    assert finished["refusals"] == [["ValueError", "ValueError", int(refused)]]
    assert fuzzlab(tmp_path, "report", "--source-time", "0").code == 0
