"""Which lines of source run, by coverage.py; this is the only module that knows it, and it is optional."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fuzzlab.lazy import LazyModule

if TYPE_CHECKING:
    import coverage
else:
    coverage = LazyModule("coverage")

__all__ = ["Recorder", "is_missing", "measured"]


def is_missing() -> bool:
    """Whether coverage.py is not installed."""
    return importlib.util.find_spec("coverage") is None


class Recorder:
    """Notes the lines that run in this process from now on, in the modules of these packages."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._coverage = _coverage(source_pkgs=list(packages))
        self._told: dict[str, set[int]] = {}
        self._coverage.start()

    def news(self) -> dict[str, list[int]]:
        """Give by file the lines that ran since the last time, and not before."""
        data = self._coverage.get_data()
        found = {}
        for path in data.measured_files():
            told = self._told.setdefault(path, set())
            if new := set(data.lines(path) or ()) - told:
                found[path] = sorted(new)
                told |= new
        return found


def measured(path: Path, runs: Iterable[Iterable[int]]) -> tuple[set[int], list[set[int]]]:
    """Give the lines of code of a file, and for each of several runs those of them that ran.

    A statement of several lines counts as its first one. A file that cannot be parsed has no code.
    """
    code: set[int] = set()
    reached = []
    runs = list(runs)
    for lines in runs:
        recorded = _coverage(include=[str(path)])
        recorded.get_data().add_lines({str(path): set(lines)})
        try:
            _, statements, _, missing, _ = recorded.analysis2(str(path))
        except coverage.exceptions.CoverageException:
            return set(), [set() for _ in runs]
        code = set(statements)
        reached.append(code - set(missing))
    return code, reached


def _coverage(*, source_pkgs: list[str] | None = None, include: list[str] | None = None) -> coverage.Coverage:
    """Make one that reads no configuration and writes no file: the project's own coverage is not to be touched."""
    warnings.filterwarnings("ignore", module="coverage")
    return coverage.Coverage(data_file=None, config_file=False, source_pkgs=source_pkgs, include=include)
