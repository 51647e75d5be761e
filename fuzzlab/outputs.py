"""The formats for machines, by their names: how a run is written in each, and where to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fuzzlab.account import Account
from fuzzlab.errors import UserError
from fuzzlab.files import write_atomically
from fuzzlab.reports.junit import junit
from fuzzlab.reports.markdown import LIMIT, markdown
from fuzzlab.reports.prometheus import prometheus
from fuzzlab.reports.sarif import sarif

__all__ = ["FORMATS", "write", "write_markdown"]

SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file to which the steps of a job append what its page shows."""

FORMATS: dict[str, Callable[[Account, Path], str]] = {
    "junit": lambda run, _: junit(run),
    "sarif": sarif,
    "markdown": lambda run, _: markdown(run),
    "prometheus": lambda run, _: prometheus(run),
}
"""A run, and the root of the project, as text."""


def write(run: Account, files: Mapping[str, Path], root: Path) -> None:
    """Write a run in each of these formats.

    Raises:
        UserError: one of them cannot be written; the others are.
    """
    failed = ""
    for name, path in files.items():
        try:
            if name == "markdown":
                write_markdown(path, partial(markdown, run))
            else:
                write_atomically(path, FORMATS[name](run, root).encode("utf-8", "backslashreplace"))
        except OSError as error:
            failed = failed or f"--{name}: cannot write {path}: {error.strerror}"
    if failed:
        raise UserError(failed)


def write_markdown(path: Path, text: Callable[[int], str]) -> None:
    """Write what is made of at most so many bytes.

    A step's summary is appended to, and what stands there counts against its limit; any other file is replaced at once.

    Raises:
        OSError: it cannot be written.
    """
    if os.environ.get(SUMMARY) != str(path):
        write_atomically(path, text(LIMIT).encode("utf-8", "backslashreplace"))
        return
    size = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        file.write(text(max(0, LIMIT - size)).encode("utf-8", "backslashreplace"))
