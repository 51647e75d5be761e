"""The files that a run can be written to besides: which kinds there are, and whether a path can be one."""

from __future__ import annotations

from pathlib import Path

from fuzzlab.errors import UserError
from fuzzlab.files import unwritable

__all__ = ["SUFFIXES", "probe"]

SUFFIXES = {"junit": ".xml", "sarif": ".sarif", "markdown": ".md", "prometheus": ".prom"}
"""How a file of each format is named where nobody says; the formats themselves are in `fuzzlab.outputs`."""


def probe(option: str, path: Path) -> None:
    """Make sure, before a night of fuzzing, that its end can be written.

    Raises:
        UserError: the path that an option names cannot be that of a file.
    """
    if path.is_dir():
        raise UserError(f"{option} {path}: that is a folder; name a file in it")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise UserError(f"{option} {path}: {folder} is no folder")
    if (why := unwritable(folder)) is not None:
        raise UserError(f"{option} {path}: {folder} cannot be written ({why})")
