"""What a corpus consists of, in numbers."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fuzzlab.corpus import Corpus, Role, Stored
from fuzzlab.errors import UserError, nearest
from fuzzlab.project import Project

__all__ = ["Stock", "owners", "stock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The inputs of one role of one target.

    `bytes`, `largest` and `median` are sizes. `oldest` and `newest` are days (of the files; ISO 8601), or empty.
    `duplicates` are those whose content was counted before, in this role or in one before it; `passed_over` the files
    that are no inputs (too large, a pipe, a content that its name contradicts).
    """

    target: str
    role: Role
    files: int
    bytes: int
    largest: int
    median: float
    oldest: str
    newest: str
    duplicates: int
    passed_over: int


def owners(project: Project, known: Iterable[str], names: Iterable[str] = ()) -> list[str]:
    """Give the names of all that has a corpus or a registration, or of these.

    Raises:
        UserError: one of `names` is none.
    """
    folders = (project.corpus, project.state / "coverage")
    stored = {entry.name for folder in folders if folder.is_dir() for entry in folder.iterdir() if entry.is_dir()}
    everything = [*known, *sorted(stored.difference(known))]
    for name in names:
        if name not in everything:
            there = "" if everything else "; there is none"
            raise UserError(f"no target named {name!r}{nearest(name, everything) or there}; `fuzzlab list` shows them")
    return list(dict.fromkeys(names)) or everything


def stock(project: Project, target: str, warn: Callable[[str], None]) -> list[Stock]:
    """Count what is stored for one target: a row for each role."""
    passed_over: list[str] = []

    def warned(message: str) -> None:
        passed_over.append(message)
        warn(message)

    corpus = Corpus(project, target, warned)
    seen: set[str] = set()
    rows = []
    for role in Role:
        passed_over.clear()
        stored = list(corpus.stored(role))
        rows.append(_row(target, role, stored, seen, len(passed_over)))
    return rows


def _row(target: str, role: Role, stored: list[Stored], seen: set[str], passed_over: int) -> Stock:
    sizes = [s.size for s in stored]
    times = [s.modified for s in stored]
    new = {s.id for s in stored} - seen
    seen |= new
    return Stock(
        target=target,
        role=role,
        files=len(stored),
        bytes=sum(sizes),
        largest=max(sizes, default=0),
        median=statistics.median(sizes) if sizes else 0,
        oldest=_day(min(times)) if times else "",
        newest=_day(max(times)) if times else "",
        duplicates=len(stored) - len(new),
        passed_over=passed_over,
    )


def _day(seconds: float) -> str:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""  # a file system may say anything
