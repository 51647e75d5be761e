"""Small projects in empty folders: a pyproject.toml, targets with bugs, and the command line run there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BUGGY", "REPOSITORY", "Done", "fuzzlab", "make_project", "snapshot"]

REPOSITORY = Path(__file__).parents[1]

BUGGY = '''
"""Parsers with a bug each, and one without."""

from fuzzlab import Budget, formats, target


@target(format=formats.text(max_size=32))
def indexed(value: str) -> str:
    """Fail for every text that is empty once stripped."""
    return value.strip()[0]


@target(format=formats.text(max_size=32), budget=Budget(seconds=0.2))
def sound(value: str) -> str:
    """Refuse or accept."""
    if len(value) > 3:
        raise ValueError(value)
    return value
'''


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What stands on standard output, which must be one JSON document."""
        return json.loads(self.out)


def make_project(
    folder: Path, source: str = BUGGY, *, config: str = "examples = 40\ngrowth = 0\n", module: str = "shop"
) -> Path:
    """Write a project whose targets stand in the module `shop`; few examples, for each costs a test time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f'[tool.fuzzlab]\ntargets = ["{module}"]\n{config}', encoding="utf-8")
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """Give the environment of a command: ours, with this checkout importable.

    Hypothesis computes tables of Unicode for seconds where it finds none of its own making.
    """
    tables = str(REPOSITORY / ".hypothesis")
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "HYPOTHESIS_STORAGE_DIRECTORY": tables}


def fuzzlab(folder: Path, *words: str, timeout: float = 120, **env: str) -> Done:
    """Run `python -m fuzzlab` in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzlab", *words],
        cwd=folder, env={**environment(), **env}, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
