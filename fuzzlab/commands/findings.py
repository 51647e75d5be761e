"""`fuzzlab findings`: the register, and what people decide about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from fuzzlab.card import card, history_lines
from fuzzlab.commands import Group, json_option, open_project, rows_document, warn
from fuzzlab.corpus import Corpus, recorded
from fuzzlab.document import finding_document
from fuzzlab.errors import ExitCode, UserError, nearest
from fuzzlab.escape import escaped, one_line
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Finding, Status

__all__ = ["command"]

STATUSES = (Status.REGRESSED, Status.KNOWN, Status.ACCEPTED, Status.FIXED)
"""Those that a record can have."""


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
@click.option("--status", "statuses", multiple=True, type=click.Choice([str(s) for s in STATUSES]),
              help="Only those that are known, accepted, fixed or regressed; may be given several times.")  # fmt: skip
@json_option
def _list(*, names: tuple[str, ...], statuses: tuple[str, ...], as_json: bool) -> int:
    """A line each."""
    return _listed(names, [Status(status) for status in statuses] or STATUSES, as_json=as_json)


@command.command("show")
@click.argument("identifier", metavar="ID")
@json_option
def _show(*, identifier: str, as_json: bool) -> int:
    """All of one finding: what broke, the input, the frames, the command, the history."""
    finding = _one(Project.find(Path.cwd()), identifier)
    if as_json:
        rows_document("findings", [_row(finding)])
        return ExitCode.CLEAN
    click.echo("\n".join(card(finding)))
    if not finding.minimised:
        click.echo("  not yet minimal: `fuzzlab fuzz` goes on with it")
    if lines := list(history_lines(finding)):
        click.echo("\n".join(["  history:", *(f"    {line}" for line in lines)]))
    return ExitCode.CLEAN


@command.command("accept")
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="Why it may stay.")
@click.option("--replace", "anew", is_flag=True, help="Give another reason for what is accepted already.")
@json_option
def _accept(*, identifier: str, reason: str, anew: bool, as_json: bool) -> int:
    """Decide that a finding may stay: it no longer fails a run."""
    if not reason.strip():
        raise UserError("accept: --reason is empty; say why the finding may stay")
    project = Project.find(Path.cwd())
    finding = _one(project, identifier)
    if finding.status is Status.ACCEPTED and not anew:
        since = next((m.date for m in reversed(finding.history) if m.status is Status.ACCEPTED), finding.date)
        why = one_line(finding.reason)
        raise UserError(f"accept: {finding.id} was accepted on {since} ({why}); --replace gives another reason")
    if finding.status is Status.FIXED:
        raise UserError(f"accept: {finding.id} is fixed; there is nothing that could stay")
    return _decide(project, turned(finding, Status.ACCEPTED, note=reason), as_json=as_json)


@command.command("reopen")
@click.argument("identifier", metavar="ID")
@json_option
def _reopen(*, identifier: str, as_json: bool) -> int:
    """Take an acceptance back, or that it is fixed."""
    project = Project.find(Path.cwd())
    finding = _one(project, identifier)
    if finding.status.is_open:
        raise UserError(f"reopen: {finding.id} is {finding.status}, which is open already")
    return _decide(project, turned(finding, Status.KNOWN, note=f"reopened, was {finding.status}"), as_json=as_json)


def _listed(names: Sequence[str], statuses: Sequence[Status] = STATUSES, *, as_json: bool) -> int:
    project, known = open_project()
    findings = list(recorded(project, warn))
    for name in set(names) - {f.target for f in findings} - set(known):
        close = nearest(name, {*known, *(f.target for f in findings)})
        raise UserError(f"no target named {name!r}{close}; `fuzzlab list` shows them")
    found = [f for f in findings if (not names or f.target in names) and f.status in statuses]
    if as_json:
        rows_document("findings", [_row(f) for f in found])
        return ExitCode.CLEAN
    for finding in found:
        more = f"  +{len(finding.evidence)}" if finding.evidence else ""
        flaky = "" if finding.deterministic else "  not reproducible"
        name, signature = escaped(finding.target), one_line(finding.signature)
        click.echo(f"{finding.id}  {finding.status:<9}  {name}  {signature}{more}{flaky}")
    counts = Counter(finding.status for finding in found)
    shown = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    click.echo(f"{counted(len(found), 'finding')}: {shown}" if found else "no findings on record")
    return ExitCode.CLEAN


def _row(finding: Finding) -> dict[str, Any]:
    document = finding_document(finding).model_dump(mode="json")
    history = [{**asdict(moment), "status": str(moment.status)} for moment in finding.history]
    return {"target": finding.target, **document, "date": finding.date, "reason": finding.reason, "history": history}


def _one(project: Project, identifier: str) -> Finding:
    found = list(recorded(project, warn))
    matching = [f for f in found if any(other.id.startswith(identifier) for other in (f, *f.evidence))]
    if len(matching) != 1:
        hint = nearest(identifier, [f.id for f in found])
        what = f"no finding with id {identifier!r}{hint}"
        if matching:
            what = f"{len(matching)} findings begin with {identifier!r}"
        raise UserError(f"{what}; `fuzzlab findings` lists them")
    return matching[0]


def _decide(project: Project, finding: Finding, *, as_json: bool) -> int:
    """Write a decision down beside every input of the finding."""
    corpus = Corpus(project, finding.target, warn)
    for file in (finding, *finding.evidence):
        decided = replace(file, status=finding.status, reason=finding.reason, history=finding.history)
        try:
            corpus.save(decided)
        except OSError as error:
            raise UserError(f"cannot write {file.path}.json: {error.strerror}") from None
    if as_json:
        rows_document("findings", [_row(finding)])
    else:
        click.echo(f"{finding.id} is now {finding.status}")
    return ExitCode.CLEAN
