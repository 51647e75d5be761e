"""`fuzzlab audit`: what is not covered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator

import click
from pydantic import BaseModel, ConfigDict

from fuzzlab.commands import document, json_option, open_project, warn
from fuzzlab.errors import ExitCode, nearest
from fuzzlab.escape import escaped, one_line
from fuzzlab.gaps import Gap, Kind, Severity, of_target, stale, uncovered
from fuzzlab.outline import Module
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.reach import Index
from fuzzlab.sources import find_module, read, sources
from fuzzlab.target import Target

__all__ = ["AuditDocument", "command"]

BEHIND = 4
"""Parsers behind a parser that a line names; `--json` has them all."""


class GapDocument(BaseModel):
    """One thing that is missing; `fuzzlab.gaps.Gap` says what the fields are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    severity: Severity
    subject: str
    message: str
    path: str
    line: int
    evidence: list[str]
    command: str
    score: int
    behind: list[str]


class AuditDocument(BaseModel):
    """All that is missing. `modules` were read, `unread` are files that could not be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    exit_code: int
    modules: int
    targets: int
    unread: list[str]
    gaps: list[GapDocument]


@click.command("audit")
@click.option("--strict", is_flag=True, help="Fail (exit 1) when there are gaps; hints fail nothing.")
@json_option
def command(*, strict: bool, as_json: bool) -> int:
    """What is not covered: parsers without a target, and what the targets do not show."""
    project, known = open_project()
    unread: list[str] = []

    def missed(message: str) -> None:
        unread.append(message)
        warn(message)

    own = _outlines(project, missed)
    index = Index({**_behind_targets(project, known), **own})
    ignored = project.config.audit_ignore
    for pattern in stale(ignored, own):
        places = [f"{module.name}:{name}" for module in own.values() for name in module.definitions]
        warn(f"[tool.fuzzlab] audit_ignore names {pattern!r}, which is not there{nearest(pattern, places)}")
    now = dt.datetime.now(dt.UTC)
    found = list(uncovered(index, own, known.values(), ignored))
    found += [gap for target in known.values() for gap in of_target(project, target, index, warn, now=now)]
    found.sort(key=lambda gap: gap.severity)  # stable: gaps, then hints, each in their order
    gaps = sum(gap.severity is Severity.GAP for gap in found)
    code = ExitCode.FINDINGS if strict and gaps else ExitCode.CLEAN
    if as_json:
        rows = [_row(gap) for gap in found]
        audit = AuditDocument(exit_code=code, modules=len(own), targets=len(known), unread=unread, gaps=rows)
        document(audit.model_dump_json(indent=2))
        return code
    for gap in found:
        click.echo("\n".join(_lines(gap)))
    hints = len(found) - gaps
    click.echo(
        f"{counted(gaps, 'gap')}, {counted(hints, 'hint')}; {counted(len(own), 'module')} read, "
        f"{counted(len(known), 'target')}"
    )
    return code


def _row(gap: Gap) -> GapDocument:
    lists = {"evidence": list(gap.evidence), "behind": list(gap.behind)}
    return GapDocument(**{**dataclasses.asdict(gap), **lists})


def _outlines(project: Project, missed: Callable[[str], None]) -> dict[str, Module]:
    return {module.name: module for source in sources(project) if (module := read(project, source, missed))}


def _behind_targets(project: Project, known: dict[str, Target]) -> dict[str, Module]:
    """Give the modules that register targets, which are the tests' side of the project."""
    names = dict.fromkeys([*project.config.targets, *(target.home for target in known.values())])
    found = [source for name in names for source in find_module(project, name)]
    return {module.name: module for source in found if (module := read(project, source, warn))}


def _lines(gap: Gap) -> Iterator[str]:
    place = f"  {escaped(gap.path)}:{gap.line}" if gap.path else ""
    yield f"{gap.severity}  {escaped(gap.subject)}  [{gap.kind}]{place}"
    yield f"  {one_line(gap.message)}"
    if gap.evidence:
        yield f"    {one_line('; '.join(gap.evidence), 400)}"
    if gap.behind:
        more = f" and {len(gap.behind) - BEHIND} more" if len(gap.behind) > BEHIND else ""
        yield f"    behind it: {one_line(', '.join(gap.behind[:BEHIND]), 300)}{more}"
    if gap.command:
        yield f"  {escaped(gap.command)}"
