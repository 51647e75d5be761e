"""A stored input by its id: where it lies, what it is in its format's terms, what is on record of it."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.corpus import Corpus, Role, recorded
from fuzzlab.errors import Undecodable, UserError, nearest
from fuzzlab.escape import escaped, hex_dump, one_line, shown_input
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.target import Target
from fuzzlab.verdict import Finding, input_id

__all__ = ["Found", "Place", "Value", "input_card", "look_up"]

DIGITS = 16
"""Of an id."""

NAMED = 3
"""Ids that an ambiguous beginning names."""

VALUE_SHOWN = 1_000
"""Characters of a decoded value: the bytes are shown as well."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input lies."""

    target: str
    role: Role
    path: str


@dataclass(frozen=True, slots=True)
class Value:
    """What an input decodes to for a target, or why it has no value."""

    target: str
    format: str
    value: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One content, with all that is known of it."""

    id: str
    data: bytes
    places: tuple[Place, ...]
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]


def look_up(
    project: Project, targets: Sequence[str], known: Mapping[str, Target], identifier: str, warn: Callable[[str], None]
) -> Found:
    """Find the input whose id begins with `identifier`, whatever its role.

    Raises:
        UserError: there is none (the nearest id is given), or more than one.
    """
    wanted = identifier.strip().lower()
    ids: dict[str, list[Place]] = defaultdict(list)
    for target in targets:
        for found, place in _places(Corpus(project, target, warn)):
            ids[found].append(place)
    matching = [found for found in ids if wanted and found.startswith(wanted)]
    if len(matching) > 1:
        some = ", ".join(sorted(matching)[:NAMED]) + (", …" if len(matching) > NAMED else "")
        raise UserError(f"{len(matching)} stored inputs begin with {identifier!r}: {some}; write more of the id")
    if not matching:
        raise UserError(f"no stored input with id {identifier!r}{_nearest(wanted, sorted(ids))}")
    return _read(project, known, matching[0], ids[matching[0]], warn)


def input_card(found: Found) -> Iterator[str]:
    """Yield the lines that show an input; every one is safe to print anywhere."""
    yield f"{found.id}  {counted(len(found.data), 'byte')}"
    for place in found.places:
        yield f"  {place.role:<10}  {escaped(place.target)}  {escaped(place.path)}"
    yield f"  input:  {shown_input(found.data)}"
    for row in hex_dump(found.data):
        yield f"    {row}"
    for value in found.values:
        what = one_line(value.value, VALUE_SHOWN) if not value.problem else f"none: {one_line(value.problem)}"
        yield f"  value for {escaped(value.target)} ({value.format}):  {what}"
    for finding in found.findings:
        when = f", {escaped(finding.date)}" if finding.date else ""
        yield f"  verdict:  {one_line(finding.signature)}  [{finding.status}{when}]  {escaped(finding.target)}"
    if not found.findings:
        yield "  verdict:  none on record"


def _places(corpus: Corpus) -> Iterator[tuple[str, Place]]:
    """Yield what is stored, by the names of files where a name is an id: reading a large corpus takes seconds."""
    for role in (Role.REGRESSION, Role.COVERAGE):
        folder = corpus.folder(role)
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - below pathlib, as in the corpus
        except OSError:
            continue
        for name in names:
            if len(name) == DIGITS and not set(name) - set("0123456789abcdef"):
                yield name, Place(corpus.target, role, f"{folder}{os.sep}{name}")
    for stored in corpus.stored(Role.SEED):
        yield stored.id, Place(corpus.target, stored.role, stored.path)


def _read(
    project: Project, known: Mapping[str, Target], found: str, places: Sequence[Place], warn: Callable[[str], None]
) -> Found:
    read = [(place, Corpus(project, place.target, warn).read(place.path)) for place in places]
    whole = [(place, data) for place, data in read if data is not None and input_id(data) == found]
    if not whole:
        raise UserError(f"{project.shown(Path(places[0].path))} does not hold what its name says")
    data = whole[0][1]
    shown = tuple(Place(p.target, p.role, project.shown(Path(p.path))) for p, _ in whole)
    targets = [known[name] for name in dict.fromkeys(place.target for place in shown) if name in known]
    return Found(
        id=found,
        data=data,
        places=shown,
        values=tuple(_value(target, data) for target in targets),
        findings=tuple(finding for finding in recorded(project, warn) if found in _ids(finding)),
    )


def _value(target: Target, data: bytes) -> Value:
    name = target.format.name
    try:
        return Value(target.name, name, repr(target.format.decode(data)))
    except Undecodable as error:
        return Value(target.name, name, "", str(error) or "undecodable")
    except Exception as error:  # noqa: BLE001 - a value may hold a project's own classes, with a repr of their own
        return Value(target.name, name, "", f"cannot be shown ({type(error).__name__})")


def _nearest(wanted: str, ids: Sequence[str]) -> str:
    """Give the id that a mistyped one may mean: of 100,000, those beside it in the order are compared."""
    at = bisect_left(ids, wanted)
    return nearest(wanted, [i[: len(wanted)] for i in ids[max(0, at - 2) : at + 2]]) if wanted else ""


def _ids(finding: Finding) -> set[str]:
    """Give the names of all of a finding's inputs."""
    return {finding.id, *(other.id for other in finding.evidence)}
