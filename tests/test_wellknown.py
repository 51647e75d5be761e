"""The well-known parsers: what is on record is argued, and nothing else breaks their contracts."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.projects import REPOSITORY, fuzzlab

PROJECT = REPOSITORY / "ci" / "wellknown"
PAGE = (REPOSITORY / "docs" / "findings.md").read_text(encoding="utf-8")
PARSERS = [path for path in sorted((PROJECT / "parsers").glob("*.py")) if path.stem != "__init__"]

FREE = ("deterministic", "bounded", "transforms")
"""What needs no promise, as the package's docstring says."""


def test_every_finding_is_argued() -> None:
    """Each record is accepted and has its place on the page, and the page speaks of no other."""
    records = {path.stem: json.loads(path.read_text()) for path in PROJECT.glob("corpus/*/regressions/*.json")}
    assert records
    assert {record["status"] for record in records.values()} == {"accepted"}
    assert set(re.findall(r"\(id `([0-9a-f]{16})`\)", PAGE)) == set(records)


@pytest.mark.parametrize("path", PARSERS, ids=lambda path: path.stem)
def test_every_clause_has_its_source(path: Path) -> None:
    """The docstring speaks of the errors and of each oracle, and there are ordinary seeds."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    promises = ast.get_docstring(tree) or ""
    assert "- Errors: " in promises
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "oracles":
            assert node.attr in FREE or f"`{node.attr}" in promises, node.attr
    assert list((PROJECT / "corpus" / path.stem / "seeds").iterdir())


@pytest.mark.slow
def test_they_keep_their_contracts(tmp_path: Path) -> None:
    """Seeds and accepted findings: nothing that is not on record, whatever the Python, and nothing was lost."""
    shutil.copytree(PROJECT, tmp_path / "wellknown", ignore=shutil.ignore_patterns(".fuzzlab", "__pycache__"))
    done = fuzzlab(tmp_path / "wellknown", "replay", "--json")
    assert done.code == 0, done.err
    targets = {target["name"]: target for target in done.document["targets"]}
    assert set(targets) == {path.stem for path in PARSERS}
    for name, target in targets.items():
        seeds = len(list((PROJECT / "corpus" / name / "seeds").iterdir()))
        assert target["accepted"] >= seeds, name
