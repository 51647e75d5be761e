"""`fuzzlab findings`: the register, and what people decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fuzzlab.card import card
from fuzzlab.commands import Group, json_option, open_project, rows_document, warn
from fuzzlab.corpus import Corpus, recorded
from fuzzlab.document import finding_document
from fuzzlab.errors import ExitCode, UserError, nearest
from fuzzlab.escape import escaped, one_line
from fuzzlab.project import Project
from fuzzlab.verdict import Finding, Status

__all__ = ["command"]


@click.group("findings", cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> int:
    """The register of what was found: list, show, accept, reopen."""
    if context.invoked_subcommand is None:
        return _listed((), as_json=as_json)
    if as_json:
        raise UserError(f"--json belongs behind the verb: fuzzlab findings {context.invoked_subcommand} --json")
    return ExitCode.CLEAN


@command.command("list")
@click.argument("names", nargs=-1, metavar="[TARGET]...")
@json_option
def _list(*, names: tuple[str, ...], as_json: bool) -> int:
    """A line each."""
    return _listed(names, as_json=as_json)


@command.command("show")
@click.argument("identifier", metavar="ID")
@json_option
def _show(*, identifier: str, as_json: bool) -> int:
    """All of one finding: what broke, the input, the frames, the command."""
    finding = _one(Project.find(Path.cwd()), identifier)
    if as_json:
        rows_document("findings", [_row(finding)])
    else:
        click.echo("\n".join(card(finding)))
    return ExitCode.CLEAN


@command.command("accept")
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="Why it may stay.")
@json_option
def _accept(*, identifier: str, reason: str, as_json: bool) -> int:
    """Decide that a finding may stay: it no longer fails a run."""
    if not reason.strip():
        raise UserError("accept: --reason is empty; say why the finding may stay")
    return _decide(identifier, Status.ACCEPTED, reason, as_json=as_json)


@command.command("reopen")
@click.argument("identifier", metavar="ID")
@json_option
def _reopen(*, identifier: str, as_json: bool) -> int:
    """Take an acceptance back."""
    return _decide(identifier, Status.KNOWN, "", as_json=as_json)


def _listed(names: Sequence[str], *, as_json: bool) -> int:
    project, known = open_project()
    findings = list(recorded(project, warn))
    for name in set(names) - {f.target for f in findings} - set(known):
        raise UserError(f"no target named {name!r}{nearest(name, {*known, *(f.target for f in findings)})}")
    found = [f for f in findings if not names or f.target in names]
    if as_json:
        rows_document("findings", [_row(f) for f in found])
        return ExitCode.CLEAN
    for finding in found:
        click.echo(f"{finding.id}  {finding.status:<9}  {escaped(finding.target)}  {one_line(finding.signature)}")
    noun = "finding" if len(found) == 1 else "findings"
    click.echo(f"{len(found)} {noun}" if found else "no findings on record")
    return ExitCode.CLEAN


def _row(finding: Finding) -> dict[str, Any]:
    document = finding_document(finding).model_dump(mode="json")
    return {"target": finding.target, **document, "date": finding.date, "reason": finding.reason}


def _one(project: Project, identifier: str) -> Finding:
    found = list(recorded(project, warn))
    matching = [f for f in found if f.id.startswith(identifier)]
    if len(matching) != 1:
        hint = nearest(identifier, [f.id for f in found])
        what = f"no finding with id {identifier!r}{hint}"
        if matching:
            what = f"{len(matching)} findings begin with {identifier!r}"
        raise UserError(f"{what}; `fuzzlab findings` lists them")
    return matching[0]


def _decide(identifier: str, status: Status, reason: str, *, as_json: bool) -> int:
    project = Project.find(Path.cwd())
    finding = replace(_one(project, identifier), status=status, reason=reason)
    try:
        Corpus(project, finding.target, warn).save(finding)
    except OSError as error:
        raise UserError(f"cannot write {finding.path}.json: {error.strerror}") from None
    if as_json:
        rows_document("findings", [_row(finding)])
    else:
        click.echo(f"{finding.id} is now {status}")
    return ExitCode.CLEAN
