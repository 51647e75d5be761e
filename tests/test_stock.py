"""Numbers of a corpus, by target and role."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fuzzlab.corpus import LARGEST, Corpus, Role
from fuzzlab.errors import UserError
from fuzzlab.project import Project
from fuzzlab.stock import owners, stock
from fuzzlab.verdict import input_id


def _put(path: Path, data: bytes, day: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (day * 86_400, day * 86_400))
    return path


def test_every_role_is_counted(project: Project) -> None:
    """Files, sizes, days; a content counts as a duplicate where it is met again; what is no input is passed over."""
    corpus = Corpus(project, "parse", print)
    _put(corpus.seeds_folder / "a", b"12345", day=3)
    _put(corpus.seeds_folder / "b", b"12345", day=1)
    _put(corpus.seeds_folder / "c", b"1", day=2)
    _put(corpus.seeds_folder / ".hidden", b"no")
    os.mkfifo(corpus.seeds_folder / "pipe")
    os.truncate(_put(corpus.seeds_folder / "huge", b""), LARGEST + 1)
    _put(corpus.regressions_folder / input_id(b"1"), b"1", day=5)
    _put(corpus.regressions_folder / f"{input_id(b'1')}.json", b"{")
    _put(corpus.coverage_folder / input_id(b"12345"), b"12345")
    _put(corpus.coverage_folder / input_id(b"no"), b"cut short")
    _put(corpus.coverage_folder / input_id(b""), b"")
    warnings: list[str] = []
    rows = {row.role: row for row in stock(project, "parse", warnings.append)}
    regressions, seeds, coverage = (rows[role] for role in (Role.REGRESSION, Role.SEED, Role.COVERAGE))
    assert (regressions.files, regressions.bytes, regressions.duplicates, regressions.passed_over) == (1, 1, 0, 0)
    assert (seeds.files, seeds.bytes, seeds.largest, seeds.median) == (3, 11, 5, 5)
    assert (seeds.oldest, seeds.newest) == ("1970-01-02", "1970-01-04")
    assert (seeds.duplicates, seeds.passed_over) == (2, 2)
    assert (coverage.files, coverage.median, coverage.duplicates, coverage.passed_over) == (2, 2.5, 1, 1)
    assert len(warnings) == 3


def test_nothing_is_nothing(project: Project) -> None:
    """An empty corpus has rows of zeros, and no folder is made for them."""
    assert [(row.files, row.median, row.oldest) for row in stock(project, "parse", print)] == [(0, 0, "")] * 3
    assert not list(project.root.iterdir())


def test_who_has_a_corpus(project: Project) -> None:
    """The registered ones first, then whatever lies in the folders; a wrong name gets the nearest one."""
    _put(project.corpus / "old" / "seeds" / "a", b"")
    _put(project.state / "coverage" / "mod.func" / "a", b"")
    _put(project.corpus / "README.md", b"")
    assert owners(project, ["parse"]) == ["parse", "mod.func", "old"]
    assert owners(project, ["parse"], ["old", "old"]) == ["old"]
    with pytest.raises(UserError, match=r"no target named 'prase' \(did you mean 'parse'\?\)"):
        owners(project, ["parse"], ["prase"])
