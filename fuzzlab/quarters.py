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

__all__ = ["First", "Quarters", "hold", "listed", "made_in", "sweep"]


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
    into `features`, and the worker the examples that it drew into `drawn`. `new` is in memory where there is room: in
    the first tenths of a second nearly every input is written there, and half of that time went into making the files.
    """

    def __init__(self, folder: Path, inputs: Sequence[bytes]) -> None:
        """Make it, with the first corpus in it: in `folder`, or in the system's own where that is full.

        Raises:
            UserError: there is room in neither.
        """
        root = _prepared(folder, inputs)
        swift = _in_memory()
        self._folders = [root, swift] if swift else [root]
        self.start, self.drawn, self.features = (root / name for name in ("start", "drawn", "features"))
        self.new = self._folders[-1] / NEW
        self._locks = contextlib.ExitStack()
        for made in self._folders:
            with contextlib.suppress(OSError):
                self._locks.callback(os.close, hold(made))

    def close(self) -> None:
        """Remove it."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        self._locks.close()


PREFIX = "fuzzlab-lane-"
NEW = "new"
_PARTS = ("start", "drawn", "features", NEW)

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made in it
ROOM = 256 << 20
"""Linux' file system in memory, and bytes that must be free there: what is new lies there for half a second. Many
containers have 64 MB of it."""


def _in_memory() -> Path | None:
    """Make a folder in memory, where a file takes 20 µs and not 120; None where there is no room."""
    made = None
    try:
        there = os.statvfs(MEMORY)
        if there.f_bavail * there.f_frsize < ROOM:
            return None
        made = made_in(MEMORY)
        (made / NEW).mkdir()
    except OSError:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        return None
    return made


def made_in(place: Path) -> Path:
    """Make a folder that nobody else can look into, and that `sweep` removes when this process is no more.

    Raises:
        OSError: there is no room.
    """
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))


def _prepared(folder: Path, inputs: Sequence[bytes]) -> Path:
    why = ""
    for place in (folder, spare_folder() or folder):
        try:
            made = made_in(place)
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
    for place in {folder, spare_folder() or folder, MEMORY}:
        for left in place.glob(f"{PREFIX}*-*"):
            owner = left.name.removeprefix(PREFIX).partition("-")[0]
            with contextlib.suppress(OSError, RecursionError):  # somebody else's folder may be as deep as he likes
                if left.lstat().st_uid != os.geteuid():
                    continue
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
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
