"""A target's stored inputs by their roles: seeds, regressions, coverage inputs.

Seeds and regressions are committed; coverage inputs can be deleted at the cost of time. A file whose name and content
disagree (a kill, an editor, a merge) is set aside and warned of, never fatal, never deleted.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import secrets
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from fuzzlab.evidence import grouped
from fuzzlab.files import sweep, write_atomically
from fuzzlab.project import Project
from fuzzlab.sidecar import read_sidecar, today, written_sidecar
from fuzzlab.verdict import Finding, Status, input_id

__all__ = ["LARGEST", "Corpus", "Plain", "Role", "Stored", "recorded"]

WARNED = 100
"""Characters of an error that a warning quotes."""

LARGEST = 16 << 20
"""Bytes. A larger file in a corpus is an accident; it would be mutated at a few executions a second."""


class Role(StrEnum):
    """Why an input is stored."""

    REGRESSION = "regression"
    SEED = "seed"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a corpus, without its content: `size` in bytes, `modified` in seconds since 1970."""

    role: Role
    path: str
    id: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Plain:
    """A folder of nothing but inputs: how many there are, and the size of the largest in bytes."""

    folder: Path
    files: int
    largest: int


@dataclass(slots=True)
class Corpus:
    """The inputs of one target; `warn` is told of every file passed over, once."""

    project: Project
    target: str
    warn: Callable[[str], None]
    _warned: set[Path] = field(default_factory=set)
    _size: int | None = None

    @property
    def seeds_folder(self) -> Path:
        """Written by people, or recorded."""
        return self.project.corpus / self.target / "seeds"

    @property
    def regressions_folder(self) -> Path:
        """What once broke the contract."""
        return self.project.corpus / self.target / "regressions"

    @property
    def coverage_folder(self) -> Path:
        """What reached new code."""
        return self.project.state / "coverage" / self.target

    def seeds(self) -> Iterator[bytes]:
        """Yield the seeds, by name."""
        for _, data in self._files(self.seeds_folder, named_by_content=False):
            yield data

    def regressions(self, *, but: Collection[str] = ()) -> Iterator[bytes]:
        """Yield what once broke the contract, by name; those whose ids are in `but` are not read."""
        for _, data in self._files(self.regressions_folder, named_by_content=True, but=but):
            yield data

    def coverage(self) -> Iterator[bytes]:
        """Yield what reached new code, by name."""
        for _, data in self._files(self.coverage_folder, named_by_content=True):
            yield data

    def inputs(self, *roles: Role) -> Iterator[bytes]:
        """Yield every stored input of these roles, or of all: regressions first, for they are what one waits for."""
        for role in roles or Role:
            for _, data in self._files(self.folder(role), named_by_content=role is not Role.SEED):
                yield data

    def newest(self, most: int) -> list[bytes]:
        """Give coverage inputs, the newest last, and behind them the seeds: what growth is looked for in."""
        stored = heapq.nlargest(most, self.stored(Role.COVERAGE), key=lambda each: each.modified)
        found = [self.read(each.path) for each in reversed(stored)]
        return [*(data for data in found if data is not None), *self.seeds()]

    def stored(self, *roles: Role) -> Iterator[Stored]:
        """Yield the stored inputs of these roles, or of all, regressions first; each is read once and let go of."""
        for role in roles or Role:
            folder = self.folder(role)
            for name, data in self._files(folder, named_by_content=role is not Role.SEED):
                path = f"{folder}{os.sep}{name}"
                try:
                    modified = os.stat(path).st_mtime  # noqa: PTH116 - below pathlib, as in read
                except OSError:
                    continue  # removed meanwhile
                yield Stored(role, path, name if role is not Role.SEED else input_id(data), len(data), modified)

    def folder(self, role: Role) -> Path:
        """Give where the inputs of a role lie."""
        folders = {
            Role.REGRESSION: self.regressions_folder,
            Role.SEED: self.seeds_folder,
            Role.COVERAGE: self.coverage_folder,
        }
        return folders[role]

    def sizes(self) -> dict[str, int]:
        """Count the files of each role without reading them."""
        return {
            "seeds": _count(self.seeds_folder, sidecars=False),
            "regressions": _count(self.regressions_folder, sidecars=True),
            "coverage": _count(self.coverage_folder, sidecars=False),
        }

    @property
    def size(self) -> int:
        """How many inputs there are: counted once, then kept up with what is added and removed here.

        It is asked for each second, and a large corpus takes a part of one to list.
        """
        if self._size is None:
            self._size = sum(self.sizes().values())
        return self._size

    def plain_coverage(self) -> Plain | None:
        """Look at the coverage inputs without reading them: how they can be handed over, as a folder.

        Returns:
            None where something lies among them that is not for an engine (a pipe, a file too large): they must then
            be picked one by one. What a file holds is not compared with its name: to an engine any bytes are an input.
        """
        files = largest = 0
        try:
            with os.scandir(self.coverage_folder) as entries:
                for files, entry in enumerate(entries, 1):  # noqa: B007 - how many there are
                    if not entry.is_file(follow_symlinks=False):
                        return None
                    with contextlib.suppress(FileNotFoundError):  # a name that was temporary
                        largest = max(largest, entry.stat(follow_symlinks=False).st_size)
        except OSError:
            return None
        return Plain(self.coverage_folder, files, largest) if largest <= LARGEST else None

    def add_coverage(self, data: bytes) -> bool:
        """Keep an input that reached new code; say whether it is a new one.

        Raises:
            OSError: it could not be written.
        """
        path = self.coverage_folder / input_id(data)
        if path.exists():
            return False
        write_atomically(path, data, durable=False)  # lost, it is found again
        self._grown(1)
        return True

    def record(self, data: bytes, *, regression: bool) -> Path | None:
        """Keep an input from outside, in a file of its own; None where its name is taken.

        A regression without a sidecar is replayed, and not yet seen to fail.

        Raises:
            OSError: it could not be written.
        """
        path = (self.regressions_folder if regression else self.seeds_folder) / input_id(data)
        if os.path.lexists(path):
            return None
        write_atomically(path, data)
        self._grown(1)
        return path

    def save(self, finding: Finding) -> Finding:
        """Store a finding's input and its sidecar, in that order; give the finding with its path.

        Raises:
            OSError: it could not be written; the finding must then be shown whole.
        """
        path = self.regressions_folder / finding.id
        was_there = path.exists()
        write_atomically(path, finding.data)
        saved = replace(finding, path=self.project.shown(path), date=finding.date or today())
        try:
            write_atomically(path.with_name(f"{finding.id}.json"), written_sidecar(saved))
        except OSError:
            if not was_there:
                path.unlink(missing_ok=True)
            raise
        self._grown(not was_there)
        return saved

    def has(self, finding: Finding) -> bool:
        """Whether its input is stored already."""
        return (self.regressions_folder / finding.id).exists()

    def tidy(self) -> None:
        """Remove what was being written when a supervisor was killed."""
        for folder in (self.regressions_folder, self.coverage_folder):
            sweep(folder)

    def remove(self, finding: Finding, *, keep_input: bool = False) -> None:
        """Take back what `save` stored: a smaller input of the same signature stands in its place.

        Not where somebody has accepted it meanwhile, or another campaign has ended with this input. The sidecar goes
        first, for an input without one is still replayed, and a sidecar alone is rubbish.
        """
        path = self.regressions_folder / finding.id
        sidecar = path.with_name(f"{finding.id}.json")
        if (record := self._record(str(path), finding.data, self.project.shown(path))) and (
            (record.status is Status.ACCEPTED and finding.status is not Status.ACCEPTED)
            or (record.minimised and not finding.minimised)
        ):
            return
        sidecar.unlink(missing_ok=True)
        if not keep_input and path.exists():
            path.unlink(missing_ok=True)
            self._grown(-1)

    def findings(self) -> Iterator[Finding]:
        """Yield what is on record, an input each, by id; one that cannot be read is passed over with a warning.

        An input without a record was put there by people: it is replayed, but was not yet seen to fail.
        """
        folder = self.regressions_folder
        place, shown = str(folder), self.project.shown(folder)
        for name, data in self._files(folder, named_by_content=True):
            if (record := self._record(f"{place}{os.sep}{name}", data, f"{shown}{os.sep}{name}")) is not None:
                yield record

    def _record(self, path: str, data: bytes, shown: str) -> Finding | None:
        """Read what is on record of an input; `shown` is its path as it stands in output."""
        sidecar = f"{path}.json"
        if (content := self.read(sidecar)) is None:
            return None
        try:
            return read_sidecar(self.target, data, content, shown)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            self._warn(Path(sidecar), f"is no finding ({type(error).__name__}: {str(error)[:WARNED]})")
            return None

    def _files(self, folder: Path, *, named_by_content: bool, but: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - below pathlib, as in read
        except FileNotFoundError:
            return
        except OSError as error:
            self._warn(folder, f"cannot be listed ({error.strerror})")
            return
        for name in names:
            if name.startswith(".") or name in but or (named_by_content and name.endswith(".json")):
                continue
            data = self.read(f"{folder}{os.sep}{name}")
            if data is None:
                continue
            if named_by_content and name != input_id(data):
                self._set_aside(folder / name)
                continue
            yield name, data

    def read(self, path: str) -> bytes | None:
        """Give what a file holds, or None with a warning where it is not for a corpus.

        Below pathlib, which takes three times as long: a corpus has thousands.
        """
        try:
            # Without O_NONBLOCK, to open a named pipe is to wait for somebody who writes into it.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    self._warn(Path(path), "is no ordinary file")
                elif status.st_size > LARGEST:
                    self._warn(Path(path), f"is larger than {LARGEST >> 20} MiB")
                else:
                    return os.read(descriptor, status.st_size)
            finally:
                os.close(descriptor)
        except FileNotFoundError as error:
            if os.path.islink(path):  # noqa: PTH114 - as above; otherwise somebody deleted or renamed it meanwhile
                self._warn(Path(path), f"cannot be read ({error.strerror})")
        except OSError as error:
            self._warn(Path(path), f"cannot be read ({error.strerror})")
        return None

    def _set_aside(self, path: Path) -> None:
        aside = self.project.state / "quarantine" / self.target / path.name
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            while aside.exists():
                aside = aside.with_name(f"{path.name}.{secrets.token_hex(4)}")
            path.replace(aside)
            self._grown(-1)
            self._warn(path, f"does not hold what its name says; moved to {self.project.shown(aside)}")
        except FileNotFoundError:
            return  # whoever edits the folder, or another campaign, was faster
        except OSError as error:
            self._warn(path, f"does not hold what its name says, and cannot be moved ({error.strerror})")

    def _grown(self, count: int) -> None:
        if self._size is not None:
            self._size += count

    def _warn(self, path: Path, what: str) -> None:
        if path not in self._warned:
            self._warned.add(path)
            self.warn(f"{self.project.shown(path)} {what}; passed over")


def recorded(project: Project, warn: Callable[[str], None]) -> Iterator[Finding]:
    """Yield the findings on record of every target, registered or not, each signature once, by target and id."""
    folders = sorted(project.corpus.iterdir()) if project.corpus.is_dir() else []
    for folder in folders:
        if folder.is_dir():
            yield from grouped(Corpus(project, folder.name, warn).findings())


def _count(folder: Path, *, sidecars: bool) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(1 for e in entries if e.name[0] != "." and not (sidecars and e.name.endswith(".json")))
    except OSError:
        return 0
