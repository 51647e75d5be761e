"""Lines of the code under test, for those who read of a bug in it.

A frame's path comes from a record, which anybody may have written: it is followed only to Python files below the
project or inside installed packages, never out of them and through no link that leads out.
"""

from __future__ import annotations

import sysconfig
import tokenize
from functools import lru_cache
from pathlib import Path, PurePosixPath

__all__ = ["lines_around", "project_file", "source_file", "source_lines"]

LARGEST = 4 << 20
"""Bytes of a file that is read: no module that people write is larger."""

WIDEST = 400
"""Characters of a line that are shown."""


def project_file(root: Path, shown: str) -> Path | None:
    """Give the Python file inside the project that a frame names, or None."""
    return _below(root, shown)


def source_file(root: Path, shown: str) -> Path | None:
    """The same, or that of an installed package or the standard library."""
    for folder in (root, *_libraries()):
        if (found := _below(folder, shown)) is not None:
            return found
    return None


def lines_around(path: Path, line: int, around: int) -> list[tuple[int, str]]:
    """Give the lines beside a line, with their numbers; none where the file has no such line."""
    lines = source_lines(path)
    if not 1 <= line <= len(lines):
        return []
    first = max(1, line - around)
    return list(enumerate(lines[first - 1 : line + around], start=first))


@lru_cache(maxsize=256)
def source_lines(path: Path) -> tuple[str, ...]:
    """Give a source file's lines, in the encoding that it declares; none where it cannot be read."""
    try:
        with tokenize.open(path) as file:
            return tuple(line.rstrip("\n")[:WIDEST] for line in file)
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ()


def _below(folder: Path, shown: str) -> Path | None:
    name = PurePosixPath(shown)
    if name.is_absolute() or ".." in name.parts or name.suffix != ".py" or "\0" in shown:
        return None
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file() and path.stat().st_size <= LARGEST:
            return path
    except (OSError, ValueError, RuntimeError):
        pass
    return None


@lru_cache(maxsize=1)
def _libraries() -> tuple[Path, ...]:
    names = ("purelib", "platlib", "stdlib")
    return tuple(dict.fromkeys(Path(sysconfig.get_path(name)) for name in names))
