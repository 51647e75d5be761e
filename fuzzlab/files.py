"""Files that are whole or not there, and what a `kill -9` in the middle leaves of them."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
import time
from pathlib import Path

__all__ = ["is_abandoned", "spare_folder", "sweep", "unwritable", "write_atomically"]

_TEMPORARY = re.compile(r"\..+\.(\d+)-[0-9a-f]{8}")

FORGOTTEN = 60.0
"""Seconds after which what a process was writing is held to be abandoned although a process of its number is alive:
numbers come again, in containers at every start. A write takes milliseconds."""


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file by a temporary one beside it and a rename; a reader sees the old content or the new.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())  # a rename is worth nothing when the data it names is still on its way
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def unwritable(folder: Path) -> str | None:
    """Say why no file can be made in a folder; None where one can. Only trying tells: root may do all."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)


def spare_folder() -> Path | None:
    """Give the system's folder for temporary files, where there is one that can be written."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def sweep(folder: Path) -> None:
    """Remove the temporary files in `folder` whose writers are no more."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a corpus has thousands
    except OSError:
        return
    for name in names:
        if name[0] == "." and (match := _TEMPORARY.fullmatch(name)):
            with contextlib.suppress(OSError):
                if is_abandoned(folder / name, int(match.group(1))):
                    (folder / name).unlink()


def is_abandoned(path: Path, owner: int) -> bool:
    """Whether the process that made `path` is no more; for certain where /proc shows it, otherwise by its age.

    Raises:
        OSError: it cannot be looked at.
    """
    if Path("/proc/self").exists() and not Path(f"/proc/{owner}").exists():
        return True
    return time.time() - path.stat().st_ctime > FORGOTTEN
