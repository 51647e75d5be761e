"""Stored inputs: whole or not there, whatever people, kills and other programs do to the folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab.corpus import LARGEST, Corpus, Plain
from fuzzlab.project import Config, Project
from fuzzlab.verdict import Finding, Frame, Outcome, Status, Verdict, input_id

VERDICT = Verdict(
    Outcome.CRASH, "IndexError", "out of range", "", "shop:parse", (Frame("shop", "parse", "shop.py", 3),)
)  # fmt: skip
FINDING = Finding(target="parse", verdict=VERDICT, data=b"input", minimised_from=9)

TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
"""Surrogates among them: a hostile exception's message may hold anything."""

VERDICTS = st.builds(
    Verdict,
    outcome=st.sampled_from([o for o in Outcome if o.is_violation]),
    exception=TEXTS,
    message=TEXTS,
    clause=TEXTS,
    place=TEXTS,
    frames=st.lists(st.builds(Frame, TEXTS, TEXTS, TEXTS, st.integers(0, 10**6)), max_size=3).map(tuple),
)
FINDINGS = st.builds(
    Finding,
    target=st.just("parse"),
    verdict=VERDICTS,
    data=st.binary(max_size=50),
    status=st.just(Status.ACCEPTED) | st.just(Status.KNOWN),
    deterministic=st.booleans(),
    minimised_from=st.integers(0, 10**9),
    reason=TEXTS,
    options=st.lists(TEXTS, max_size=3).map(tuple),
)


class Warnings(list[str]):
    """What a corpus warned of."""

    def corpus(self, project: Project, name: str = "parse") -> Corpus:
        """Give a corpus that warns here."""
        return Corpus(project, name, self.append)


@pytest.fixture
def warnings() -> Warnings:
    """Collect the warnings."""
    return Warnings()


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


def _put(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_an_empty_project(project: Project, warnings: Warnings) -> None:
    """No folder is an empty corpus, and reading makes none."""
    corpus = warnings.corpus(project)
    assert not list(corpus.inputs())
    assert not list(corpus.findings())
    assert corpus.sizes() == {"seeds": 0, "regressions": 0, "coverage": 0}
    assert not list(project.root.iterdir())
    assert not warnings


@settings(max_examples=30, deadline=None, derandomize=True)  # two fsyncs a write
@given(FINDINGS)
def test_what_is_saved_is_found(finding: Finding) -> None:
    """`findings` after `save` gives the same finding, as one on record, whatever text the parser put into it."""
    with tempfile.TemporaryDirectory() as folder:
        warnings = Warnings()
        corpus = warnings.corpus(Project(Path(folder), Config()))
        saved = corpus.save(finding)
        (found,) = corpus.findings()
        assert found == saved
        assert (project_file := Path(folder) / saved.path).read_bytes() == finding.data
        assert project_file.name == finding.id
        assert list(corpus.regressions()) == [finding.data]
        assert warnings == []
        corpus.remove(saved)
        assert list(corpus.findings()) == []
        assert _files(Path(folder)) == []


def test_the_sidecar(project: Project, warnings: Warnings) -> None:
    """Beside the input stands what the design promises, and nothing else is written."""
    corpus = warnings.corpus(project)
    saved = corpus.save(FINDING)
    assert saved.path == f"corpus/parse/regressions/{input_id(b'input')}"
    document = json.loads((project.root / f"{saved.path}.json").read_bytes())
    assert document["signature"] == "crash IndexError shop:parse"
    assert document["status"] == "known"
    assert document["minimised_from"] == 9
    assert {"date", "versions", "outcome", "message", "frames", "deterministic", "reason", "options"} <= set(document)
    assert _files(project.root) == [saved.path, f"{saved.path}.json"]


def test_every_role(project: Project, warnings: Warnings) -> None:
    """Regressions come first, then seeds, then coverage inputs; a seed may have any name."""
    corpus = warnings.corpus(project)
    corpus.save(FINDING)
    _put(corpus.seeds_folder, "order.json", b"{}")
    _put(corpus.seeds_folder, "a name.txt", b"seed")
    assert corpus.add_coverage(b"new") is True
    assert corpus.add_coverage(b"new") is False
    assert list(corpus.inputs()) == [b"input", b"seed", b"{}", b"new"]
    assert corpus.sizes() == {"seeds": 2, "regressions": 1, "coverage": 1}
    assert warnings == []


@pytest.mark.parametrize("role", ["regressions_folder", "coverage_folder"])
@pytest.mark.parametrize("change", ["truncated", "renamed"])
def test_a_file_that_is_not_what_its_name_says(project: Project, warnings: Warnings, role: str, change: str) -> None:
    """It is set aside with one warning, its content kept; the rest is read; the second look is quiet."""
    corpus = warnings.corpus(project)
    folder: Path = getattr(corpus, role)
    _put(folder, input_id(b"good"), b"good")
    name = input_id(b"whole input") if change == "truncated" else "renamed-by-hand"
    bad = _put(folder, name, b"whole")
    assert list(corpus.inputs()) == [b"good"]
    assert list(corpus.inputs()) == [b"good"]
    assert not bad.exists()
    assert (project.state / "quarantine" / "parse" / name).read_bytes() == b"whole"
    assert len(warnings) == 1
    assert "quarantine" in warnings[0]


def test_nothing_is_lost_in_quarantine(project: Project, warnings: Warnings) -> None:
    """Two files of one name that are set aside are both kept."""
    corpus = warnings.corpus(project)
    for data in (b"first", b"second"):
        _put(corpus.regressions_folder, "renamed", data)
        assert list(warnings.corpus(project).inputs()) == []
    kept = {path.read_bytes() for path in (project.state / "quarantine").rglob("*") if path.is_file()}
    assert kept == {b"first", b"second"}


def test_a_link_to_a_seed_is_read(project: Project, warnings: Warnings) -> None:
    """A symbolic link to a file is that file."""
    corpus = warnings.corpus(project)
    target = _put(project.root, "elsewhere", b"linked")
    corpus.seeds_folder.mkdir(parents=True)
    (corpus.seeds_folder / "link").symlink_to(target)
    assert list(corpus.seeds()) == [b"linked"]
    assert warnings == []


@pytest.mark.parametrize("role", ["seeds_folder", "regressions_folder", "coverage_folder"])
def test_what_is_no_input_is_passed_over(project: Project, warnings: Warnings, role: str) -> None:
    """Folders, FIFOs, dangling links, devices and huge files are warned of once each, and nothing hangs."""
    corpus = warnings.corpus(project)
    folder: Path = getattr(corpus, role)
    _put(folder, input_id(b"good"), b"good")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "round").symlink_to("round")
    with (folder / "huge").open("wb") as file:
        file.truncate(LARGEST + 1)
    for _ in range(2):
        assert list(corpus.inputs()) == [b"good"]
    assert len(warnings) == 6
    assert all("passed over" in warning and "\n" not in warning for warning in warnings)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe\xff",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"outcome": 3}',
        b"[" * 100_000,
        b'{"outcome": ' + b"[" * 100_000,
        ("outcome", "explosion"),
        ("frames", 3),
        ("frames", {}),
        ("frames", [3]),
        ("frames", [{"module": "m", "function": "f", "file": "f", "line": 1e999}]),
        ("frames", [{"module": "m", "function": "f", "file": "f", "line": "x"}]),
        ("status", "fine"),
        ("status", ["known"]),
        ("minimised_from", None),
        ("minimised_from", 1e999),
        ("minimised_from", "9" * 5000),
        ("options", 3),
        ("outcome", {"a": 1}),
    ],
    ids=lambda content: ascii(content)[:40],
)
def test_a_hostile_sidecar(project: Project, warnings: Warnings, content: bytes | tuple[str, Any]) -> None:
    """What is no finding is passed over with one warning of one line; the input is still replayed."""
    corpus = warnings.corpus(project)
    saved = corpus.save(FINDING)
    sidecar = project.root / f"{saved.path}.json"
    if isinstance(content, tuple):
        key, value = content
        document = json.loads(sidecar.read_bytes())
        document[key] = value
        content = json.dumps(document).encode()
    sidecar.write_bytes(content)
    assert list(corpus.findings()) == list(corpus.findings()) == []
    assert list(corpus.regressions()) == [b"input"]
    assert len(warnings) == 1
    assert len(warnings[0]) < 500
    assert sidecar.exists()


def test_an_input_without_a_sidecar(project: Project, warnings: Warnings) -> None:
    """People may put an input there: it is replayed, and no finding yet."""
    corpus = warnings.corpus(project)
    _put(corpus.regressions_folder, input_id(b"x"), b"x")
    assert list(corpus.regressions()) == [b"x"]
    assert not list(corpus.findings())
    assert not warnings


FIFO_SIDECAR = """
import os, sys
from pathlib import Path
from fuzzlab.corpus import Corpus
from fuzzlab.project import Config, Project
from fuzzlab.verdict import input_id
corpus = Corpus(Project(Path(sys.argv[1]), Config()), "parse", print)
corpus.regressions_folder.mkdir(parents=True)
path = corpus.regressions_folder / input_id(b"x")
path.write_bytes(b"x")
{make}
assert list(corpus.findings()) == []
"""


@pytest.mark.parametrize(
    "make",
    [
        "os.mkfifo(f'{path}.json')",
        "Path(f'{path}.json').symlink_to('/dev/zero')",
        "Path(f'{path}.json').mkdir()",
    ],
    ids=["fifo", "endless", "folder"],
)
def test_a_sidecar_that_is_no_file(tmp_path: Path, make: str) -> None:
    """A sidecar that cannot be read to its end is passed over, and nothing waits for it."""
    script = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))" + FIFO_SIDECAR.format(
        make=make
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False, timeout=10
    )
    assert done.returncode == 0, done.stderr
    assert "passed over" in done.stdout


def _corpus_is_a_file(project: Project) -> None:
    project.corpus.write_bytes(b"taken")


def _target_is_a_file(project: Project) -> None:
    _put(project.corpus, "parse", b"taken")


def _sidecar_is_a_folder(project: Project) -> None:
    (project.corpus / "parse" / "regressions" / f"{FINDING.id}.json").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [_corpus_is_a_file, _target_is_a_file, _sidecar_is_a_folder])
def test_a_place_that_cannot_be_written(project: Project, warnings: Warnings, spoil: Callable[[Project], None]) -> None:
    """`save` raises OSError and leaves nothing: no temporary file, no half of a pair."""
    spoil(project)
    before = _files(project.root)
    with pytest.raises(OSError, match=r"\S"):
        warnings.corpus(project).save(FINDING)
    assert _files(project.root) == before


def test_saving_again_replaces(project: Project, warnings: Warnings) -> None:
    """An acceptance is the same input with another sidecar."""
    corpus = warnings.corpus(project)
    saved = corpus.save(FINDING)
    corpus.save(
        Finding(target="parse", verdict=VERDICT, data=b"input", status=Status.ACCEPTED, reason="known upstream")
    )
    (found,) = corpus.findings()
    assert (found.status, found.reason, found.path) == (Status.ACCEPTED, "known upstream", saved.path)


def test_targets_share_nothing(project: Project, warnings: Warnings) -> None:
    """A finding of one target is none of another."""
    warnings.corpus(project).save(FINDING)
    assert list(warnings.corpus(project, "other").inputs()) == []


def test_its_size_is_kept_up_with(project: Project, warnings: Warnings) -> None:
    """Counted once and then kept up with, the size is what a count finds, whatever is added, removed or set aside."""
    corpus = warnings.corpus(project)
    corpus.add_coverage(b"one")
    bad = _put(corpus.coverage_folder, input_id(b"two"), b"cut short")
    assert corpus.size == sum(corpus.sizes().values()) == 2
    sizes = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: corpus.add_coverage(b"three"),
        lambda: corpus.add_coverage(b"three"),
        lambda: corpus.save(FINDING),
        lambda: corpus.save(FINDING),
        lambda: list(corpus.coverage()),
        lambda: corpus.remove(FINDING, keep_input=True),
        lambda: corpus.remove(FINDING),
        lambda: corpus.remove(FINDING),
    )
    for step in steps:
        step()
        assert corpus.size == sum(corpus.sizes().values())
        sizes.append(corpus.size)
    assert sizes == [3, 3, 4, 4, 3, 3, 2, 2]
    assert not bad.exists()


def test_what_can_be_handed_over_as_a_folder(project: Project, warnings: Warnings) -> None:
    """Ordinary files of a bearable size can; with a pipe, a link, a folder or a large file among them, none."""
    corpus = warnings.corpus(project)
    assert corpus.plain_coverage() is None
    for data in (b"", b"four", b"seven.."):
        corpus.add_coverage(data)
    folder = corpus.coverage_folder
    assert corpus.plain_coverage() == Plain(folder, 3, 7)
    odd = folder / "odd"
    odd_ones: tuple[Callable[[], object], ...] = (
        lambda: os.mkfifo(odd),
        lambda: odd.symlink_to(folder / input_id(b"four")),
        lambda: os.truncate(os.open(odd, os.O_CREAT | os.O_WRONLY), LARGEST + 1),
    )
    for make in odd_ones:
        make()
        assert corpus.plain_coverage() is None
        odd.unlink()
    odd.mkdir()
    assert corpus.plain_coverage() is None
