"""Files that become seeds."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fuzzlab.corpus import LARGEST, Corpus, Role
from fuzzlab.errors import UserError
from fuzzlab.files import write_atomically
from fuzzlab.verdict import input_id

__all__ = ["Added", "Given", "named", "read_file", "read_stream", "take_in"]

LONGEST = 100
"""Characters of a seed's name; file systems stop at 255 bytes."""

TOLD_APART = 8
"""Hex digits that tell two files of one name apart."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input with the name that its file has, or an empty one."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one: `path` is the new file, or the one that holds the same already (`was_there`)."""

    id: str
    path: str
    size: int
    was_there: bool


def read_file(path: Path) -> Given:
    """Read a file that somebody names.

    Raises:
        UserError: it cannot be read, is no ordinary file or too large.
    """
    try:
        # Without O_NONBLOCK, to open a named pipe is to wait for somebody who writes into it.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UserError(f"{path}: no ordinary file")
            return Given(path.name, _read(file, str(path)))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None


def read_stream(stream: BinaryIO) -> Given:
    """Read standard input.

    Raises:
        UserError: it is too large.
    """
    return Given("", _read(stream, "standard input"))


def take_in(corpus: Corpus, given: Sequence[Given], *, name: str = "") -> list[Added]:
    """Store inputs as seeds, each under the name of its file as far as that is one, `name` where one is wanted.

    A name that another content has already gets a part of the input's id. What is a seed or a regression already is
    not stored again.

    Raises:
        UserError: `name` is no name, or taken; a seed cannot be written.
    """
    if name and _sanitised(name) != name:
        better = _sanitised(name)
        hint = f"; {better!r} would do" if better else ""
        raise UserError(f"--name {name!r}: letters, digits, '.', '_' and '-', at most {LONGEST}, no dot first{hint}")
    known = {stored.id: corpus.project.shown(Path(stored.path)) for stored in corpus.stored(Role.REGRESSION, Role.SEED)}
    if name and (corpus.seeds_folder / name).exists() and input_id(given[0].data) not in known:
        raise UserError(f"--name {name!r}: there is a seed of this name with another content; give another name")
    added = []
    for one in given:
        identifier = input_id(one.data)
        was_there = identifier in known
        if not was_there:
            path = _free(corpus.seeds_folder, name or _sanitised(one.name), identifier)
            try:
                write_atomically(path, one.data)
            except OSError as error:
                raise UserError(f"cannot write {corpus.project.shown(path)}: {error.strerror}") from None
            known[identifier] = corpus.project.shown(path)
        added.append(Added(identifier, known[identifier], len(one.data), was_there))
    return added


def named(corpus: Corpus, given: Sequence[Given]) -> Iterator[tuple[Path, bytes]]:
    """Yield where `take_in` would store each, without storing any; what is there already is left out.

    Raises:
        UserError: there is no free name.
    """
    known = {stored.id for stored in corpus.stored(Role.REGRESSION, Role.SEED)}
    taken: set[str] = set()
    for one in given:
        identifier = input_id(one.data)
        if identifier not in known:
            known.add(identifier)
            path = _free(corpus.seeds_folder, _sanitised(one.name), identifier, taken)
            taken.add(path.name)
            yield path, one.data


def _read(stream: BinaryIO, what: str) -> bytes:
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UserError(f"{what}: larger than {LARGEST >> 20} MiB, which no corpus holds")
    return data


def _sanitised(name: str) -> str:
    """Give what of a name is one on every file system, and in every shell."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".-")[:LONGEST]


def _free(folder: Path, name: str, identifier: str, taken: Collection[str] = ()) -> Path:
    stem, dot, suffix = name.partition(".")
    told_apart = f"{stem}-{identifier[:TOLD_APART]}{dot}{suffix}"
    candidates = [name, told_apart, identifier] if name else [identifier]
    free = next((c for c in candidates if c not in taken and not os.path.lexists(folder / c)), None)
    if free is None:
        raise UserError(f"{folder}: {', '.join(candidates)} are there with other contents; --name gives another name")
    return folder / free
