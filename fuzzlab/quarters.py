"""Where a worker's turn has its files: what it begins with, what comes out of it, and who may remove them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.corpus import Plain
from fuzzlab.errors import UserError
from fuzzlab.files import is_abandoned, spare_folder
from fuzzlab.verdict import input_id

__all__ = ["First", "Quarters", "hold", "listed", "sweep"]


@dataclass(frozen=True, slots=True)
class First:
    """The first corpus of a worker.

    `inputs` are written into a folder of its own. `plain` is handed over as it lies: a hundred thousand files are read
    once and neither copied nor linked, which took longer than to run them. `skipped` is what lies there and is not run.
    `recorded` are some ordinary inputs, for the format to learn from.
    """

    inputs: Sequence[bytes] = ()
    plain: Plain | None = None
    skipped: Sequence[bytes] = ()
    recorded: Sequence[bytes] = ()

    @property
    def largest(self) -> int:
        """Bytes of its largest input."""
        return max([*map(len, self.inputs), self.plain.largest if self.plain else 0])


class Quarters:
    """The folder of one turn, held until it is closed.

    In `start` lies what it begins with; libFuzzer writes what reaches new code into `new`, the names of what it keeps
    into `features`, and the worker the examples that it drew into `drawn`.
    """

    def __init__(self, folder: Path, inputs: Sequence[bytes]) -> None:
        """Make it, with the first corpus in it: in `folder`, or in the system's own where that is full.

        Raises:
            UserError: there is room in neither.
        """
        self._root = _prepared(folder, inputs)
        self.start, self.new, self.drawn, self.features = (self._root / name for name in _PARTS)
        self._locks = contextlib.ExitStack()
        with contextlib.suppress(OSError):
            self._locks.callback(os.close, hold(self._root))

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._root, ignore_errors=True)
        self._locks.close()


_PARTS = ("start", "new", "drawn", "features")


def _prepared(folder: Path, inputs: Sequence[bytes]) -> Path:
    why = ""
    for place in (folder, spare_folder() or folder):
        try:
            made = Path(tempfile.mkdtemp(prefix=f"lane-{os.getpid()}-", dir=place))
        except OSError as error:
            why = f"{place}: {error.strerror}"
            continue
        try:
            for name in _PARTS:
                (made / name).mkdir()
            for data in inputs:
                (made / "start" / input_id(data)).write_bytes(data)
        except OSError as error:
            why = f"{place}: {error.strerror}"
            shutil.rmtree(made, ignore_errors=True)
        else:
            return made
    raise UserError(f"no room for a worker's files in {why}; free some, or set TMPDIR")


def listed(folder: Path) -> list[Path]:
    """List a folder that somebody may have deleted meanwhile."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def sweep(folder: Path) -> None:
    """Remove what supervisors left that are no more: `kill -9` gives them no time to tidy up."""
    for place in {folder, spare_folder() or folder}:
        for left in place.glob("lane-*-*"):
            owner = left.name.split("-")[1]
            with contextlib.suppress(OSError):
                lock = hold(left)  # a supervisor that lives holds it, wherever its number cannot be seen
                try:
                    if owner.isdecimal() and is_abandoned(left, int(owner)):
                        shutil.rmtree(left, ignore_errors=True)
                finally:
                    os.close(lock)


def hold(folder: Path) -> int:
    """Hold a folder until the descriptor is closed or the process ends.

    Raises:
        OSError: another process holds it, or the file system knows no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
