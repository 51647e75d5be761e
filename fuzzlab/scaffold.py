"""Files for somebody's project: planned first, shown, then written; nothing of theirs is replaced."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzzlab.errors import UserError
from fuzzlab.escape import escaped
from fuzzlab.files import write_atomically
from fuzzlab.quantities import counted

__all__ = ["Change", "Kept", "Plan"]


@dataclass(frozen=True, slots=True)
class Change:
    """A file to be made, or lines to be added at the end of one.

    `path` is relative to the plan's root, `added` the lines that come in, `content` the whole file afterwards.
    """

    path: str
    added: tuple[str, ...]
    content: bytes
    is_new: bool
    is_program: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that stays as it is, and why."""

    path: str
    why: str


@dataclass(slots=True)
class Plan:
    """What is to be written below `root`; `notes` are lines for people, escaped."""

    root: Path
    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def create(self, path: str, content: str | bytes, *, ours: bool = False, is_program: bool = False) -> None:
        """Make a file; one that is there stays, unless it is `ours`: written by us and meant to be written anew.

        Raises:
            UserError: something that is no file has its place.
        """
        data = content.encode("utf-8") if isinstance(content, str) else content
        before = self._read(path)
        if before == data:
            self.kept.append(Kept(path, "is there already"))
        elif before is not None and not ours:
            self.kept.append(Kept(path, "is there already, and says something else; left alone"))
        else:
            added = () if isinstance(content, bytes) else tuple(content.splitlines())
            self.changes.append(Change(path, added, data, before is None, is_program))

    def append(self, path: str, lines: Sequence[str]) -> bytes:
        """Add lines at the end of a file, all else staying as it is to the byte; give the whole of it.

        Raises:
            UserError: it cannot be read.
        """
        before = self._read(path) or b""
        end = b"\r\n" if b"\r\n" in before else b"\n"
        gap = b"" if not before or before.endswith(b"\n") else end
        content = before + gap + b"".join(line.encode("utf-8") + end for line in lines)
        self.changes.append(Change(path, tuple(lines), content, not before))
        return content

    def keep(self, path: str, why: str) -> None:
        """Say that a file stays as it is."""
        self.kept.append(Kept(path, why))

    def lines(self, path: str) -> list[str]:
        """Give the lines of a text that is there, without blanks around them; none where there is no file.

        Raises:
            UserError: it cannot be read.
        """
        return [line.strip() for line in (self._read(path) or b"").decode("utf-8", "replace").splitlines()]

    def shown(self) -> Iterator[str]:
        """Yield what would be done, line by line, safe to print."""
        for change in self.changes:
            size = counted(len(change.added), "line") if change.added else counted(len(change.content), "byte")
            yield f"  {'new ' if change.is_new else 'adds'}  {escaped(change.path)}  ({size})"
            if not change.is_new:
                yield from (f"          + {escaped(line)}" for line in change.added)
        for kept in self.kept:
            yield f"  keep  {escaped(kept.path)}  {escaped(kept.why)}"
        yield from (f"  note  {note}" for note in self.notes)

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield a row for each file: `path`, `what` (new, added, kept), `lines` that come in, `why` it is kept."""
        for change in self.changes:
            what = "new" if change.is_new else "added"
            yield {"path": change.path, "what": what, "lines": list(change.added), "why": ""}
        for kept in self.kept:
            yield {"path": kept.path, "what": "kept", "lines": [], "why": kept.why}

    def write(self) -> None:
        """Write it.

        Raises:
            UserError: a file cannot be written; those before it are.
        """
        for change in self.changes:
            path = self.root / change.path
            with contextlib.suppress(OSError):
                path = path.resolve(strict=True)  # what a link leads to is meant, not the link
            was_there = path.exists()
            mode = path.stat().st_mode if was_there else None
            try:
                write_atomically(path, change.content)
                if mode is not None:
                    path.chmod(mode)
                elif change.is_program:
                    path.chmod(0o777 & ~_umask())
            except OSError as error:
                raise UserError(f"cannot write {change.path}: {error.strerror}") from None

    def _read(self, path: str) -> bytes | None:
        place = self.root / path
        try:
            return place.read_bytes()
        except FileNotFoundError:
            if not os.path.lexists(place):
                return None
            raise UserError(f"{path} is a link that leads nowhere; mend or remove it") from None
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
