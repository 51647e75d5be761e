"""The command line: parse, wire, exit code. No logic."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import click

from fuzzlab import __version__
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.card import card
from fuzzlab.corpus import Corpus
from fuzzlab.document import finding_document, run_document
from fuzzlab.duration import duration
from fuzzlab.errors import FuzzlabError, UserError, nearest
from fuzzlab.escape import escaped, one_line
from fuzzlab.events import Event, FindingSeen, TargetResult
from fuzzlab.finder import load, select
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.register import Register
from fuzzlab.reports.html import write_html
from fuzzlab.reports.terminal import Terminal
from fuzzlab.session import Session
from fuzzlab.target import Target
from fuzzlab.verdict import Finding, Status

__all__ = ["main"]

CLEAN, FINDINGS, USER, HARNESS, INTERRUPTED = 0, 1, 2, 3, 130

DEFAULT_TIME = "60s"
"""Long enough to find what is easily found, short enough to wait for."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 clean, 1 findings, 2 the user's mistake, 3 our own failure, 130 interrupted."""
    sys.exit(_main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    try:
        return int(_commands.main(arguments, prog_name="fuzzlab", standalone_mode=False) or CLEAN)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return CLEAN
    except click.ClickException as error:
        return _say(error.format_message(), USER)
    except UserError as error:
        return _say(str(error), USER)
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone (`| head`), for which click exits with 1: neither findings nor a clean run.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return INTERRUPTED
    except FuzzlabError as error:
        return _say(f"failure of the harness, not a finding: {error}", HARNESS, whole=True)
    except Exception:  # noqa: BLE001 - a failure of ours must exit as one, not as 1, which means findings
        return _say(f"failure of the harness, not a finding:\n{traceback.format_exc()}", HARNESS, whole=True)


def _say(message: str, code: int, *, whole: bool = False) -> int:
    lines = message.splitlines() if whole else [" ".join(message.split())]
    click.echo("\n".join(["fuzzlab: " + escaped(lines[0]), *map(escaped, lines[1:])]), err=True)
    return code


class _Group(click.Group):
    """Commands, with the nearest name for a wrong one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            names = self.list_commands(ctx)
            raise UserError(f"no command {args[0]!r}{nearest(args[0], names)}; there are {', '.join(names)}")
        return super().resolve_command(ctx, args)


class _Duration(click.ParamType[float]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002 - click
        if isinstance(value, float):
            return value
        try:
            return duration(value)
        except UserError as error:
            raise UserError(f"{param.opts[0] if param else ''} {error}") from None


def _claim_stdout(context: click.Context, _option: click.Parameter, wanted: bool) -> bool:  # noqa: FBT001 - click's shape
    """Keep standard output for the document: what a project's module prints at its import goes to standard error."""
    if wanted:
        sys.stdout.flush()
        context.obj = os.dup(1)
        os.dup2(2, 1)
    return wanted


def _document(text: str) -> None:
    """Write the one document that `--json` promises."""
    with os.fdopen(click.get_current_context().obj, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")


_json = click.option(
    "--json", "as_json", is_flag=True, callback=_claim_stdout,
    help="One JSON document on standard output, logs on standard error.",
)  # fmt: skip
_format = click.option(
    "--format", "format_name", metavar="NAME", help="Format of a module:function: raw, text, json, csv, http."
)
_allow = click.option(
    "--allow", multiple=True, metavar="MODULE:ERROR", help="Error with which a module:function may refuse."
)
_names = click.argument("names", nargs=-1, metavar="[TARGET | MODULE:FUNCTION]...")
_quiet = click.option("--quiet", is_flag=True, help="Findings and the sum only.")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fuzzlab", message="%(prog)s %(version)s")
def _commands() -> None:
    """Fuzz Python input parsers under one contract.

    A parser may refuse with a declared error; it may never crash, hang, exhaust memory, kill the process, have side
    effects, or return what the code behind it cannot handle.
    """


@_commands.command("list")
@_json
def _list(*, as_json: bool) -> int:
    """The targets, their formats, contracts and corpus sizes."""
    project, known = _project()
    rows = [_describe(project, target) for target in known.values()]
    if as_json:
        _document(json.dumps({"version": 1, "exit_code": CLEAN, "targets": rows}, indent=2))
        return CLEAN
    if not rows:
        click.echo("no targets: decorate a parser with @fuzzlab.target in a module that [tool.fuzzlab] targets names")
    for row in rows:
        promise, sizes = row["contract"], row["corpus"]
        click.echo(f"{row['name']}  ({row['format']['name']})  {row['place']}")
        click.echo(
            f"    allow {', '.join(promise['allow'])}; {promise['seconds']:g} s, {promise['memory'] >> 20} MiB; "
            f"oracles {', '.join(promise['oracles']) or 'none'}"
        )
        click.echo(
            f"    {sizes['seeds']} seeds, {sizes['regressions']} regressions, {sizes['coverage']} coverage inputs"
        )
    return CLEAN


@_commands.command("replay")
@_names
@click.option(
    "--input", "files", multiple=True, type=click.Path(path_type=Path), help="This file instead of the corpus."
)
@click.option("--in-process", is_flag=True, help="Without a worker, for a debugger: no limit is enforced.")
@_format
@_allow
@_quiet
@_json
def _replay(
    *, names: tuple[str, ...], files: tuple[Path, ...], in_process: bool, format_name: str | None,
    allow: tuple[str, ...], quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Run every stored input once."""
    project, known = _project()
    if project.corpus.exists() and not project.corpus.is_dir():
        raise UserError(f"{project.corpus} is no folder: there is nothing to replay; [tool.fuzzlab] corpus names it")
    targets = select(names, known, format_name=format_name, allow=allow)
    if in_process:
        click.echo("in this process: no limits, and what kills the target kills fuzzlab", err=True)

    sessions = [Session(project, target, in_process=in_process) for target in targets]
    events = chain.from_iterable(session.replay(files) for session in sessions)
    return _run(project, events, lambda: _standing(sessions), as_json=as_json, quiet=quiet)


@_commands.command("check")
@_names
@click.option(
    "--examples", type=click.IntRange(min=1), help="Examples a target (default: [tool.fuzzlab] examples, 200)."
)
@click.option("--profile", type=click.Choice(["pr", "explore"]), default="pr", show_default=True,
              help="pr: the same examples every time; explore: others every time.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="The examples of this seed.")
@click.option("--in-process", is_flag=True, help="Without a worker, for a debugger: no limit is enforced.")
@_format
@_allow
@_quiet
@_json
def _check(
    *, names: tuple[str, ...], examples: int | None, profile: str, seed: int | None, in_process: bool,
    format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Property tests: examples of the format, made by Hypothesis."""
    project, known = _project()
    targets = select(names, known, format_name=format_name, allow=allow)
    # Hypothesis keeps tables of characters in a folder; the project's own is no place for them.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(project.state / "hypothesis"))
    if seed is None and profile == "explore":
        seed = time.time_ns()

    sessions = [Session(project, target, in_process=in_process) for target in targets]
    count = examples or project.config.examples
    events = chain.from_iterable(session.check(examples=count, seed=seed) for session in sessions)
    return _run(project, events, lambda: _standing(sessions), as_json=as_json, quiet=quiet)


@_commands.command("fuzz")
@_names
@click.option(
    "--time",
    "seconds",
    type=_Duration(),
    default=DEFAULT_TIME,
    show_default=True,
    help="For all of it: 90, 60s, 10m, 8h.",
)
@click.option("--runs", type=click.IntRange(min=1), help="Executions a target at the most.")
@click.option("--workers", type=click.IntRange(min=1, max=1024), help="Processes at once (default: cores).")
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices (default: the clock).")
@_format
@_allow
@_quiet
@_json
def _fuzz(
    *, names: tuple[str, ...], seconds: float, runs: int | None, workers: int | None, seed: int | None,
    format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """A coverage-guided campaign over all targets, or these."""
    project, known = _project()
    targets = select(names, known, format_name=format_name, allow=allow)
    limits = Limits(
        seconds=seconds, runs=runs, workers=workers or _cores(), seed=time.time_ns() if seed is None else seed
    )  # fmt: skip
    campaign = Campaign(project, targets, limits)
    return _run(project, campaign.run(), campaign.results, as_json=as_json, quiet=quiet)


@_commands.group("findings", cls=_Group, invoke_without_command=True)
@_json
@click.pass_context
def _findings(context: click.Context, *, as_json: bool) -> int:
    """The register of what was found: list, show, accept, reopen."""
    if context.invoked_subcommand is None:
        return _list_findings((), as_json=as_json)
    if as_json:
        raise UserError(f"--json belongs behind the verb: fuzzlab findings {context.invoked_subcommand} --json")
    return CLEAN


@_findings.command("list")
@click.argument("names", nargs=-1, metavar="[TARGET]...")
@_json
def _findings_list(*, names: tuple[str, ...], as_json: bool) -> int:
    """A line each."""
    return _list_findings(names, as_json=as_json)


@_findings.command("show")
@click.argument("identifier", metavar="ID")
@_json
def _findings_show(*, identifier: str, as_json: bool) -> int:
    """All of one finding: what broke, the input, the frames, the command."""
    finding = _one(Project.find(Path.cwd()), identifier)
    if as_json:
        _document(json.dumps({"version": 1, "exit_code": CLEAN, "findings": [_row(finding)]}, indent=2))
    else:
        click.echo("\n".join(card(finding)))
    return CLEAN


@_findings.command("accept")
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="Why it may stay.")
@_json
def _findings_accept(*, identifier: str, reason: str, as_json: bool) -> int:
    """Decide that a finding may stay: it no longer fails a run."""
    if not reason.strip():
        raise UserError("accept: --reason is empty; say why the finding may stay")
    return _decide(identifier, Status.ACCEPTED, reason, as_json=as_json)


@_findings.command("reopen")
@click.argument("identifier", metavar="ID")
@_json
def _findings_reopen(*, identifier: str, as_json: bool) -> int:
    """Take an acceptance back."""
    return _decide(identifier, Status.KNOWN, "", as_json=as_json)


@_commands.command("report")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@_json
def _report(*, output: Path | None, as_json: bool) -> int:
    """Write the last run as one HTML file."""
    project = Project.find(Path.cwd())
    path = output or project.state / "report.html"
    document = Journal(project).last_run()
    write_html(path, document, list(_recorded(project)))
    if as_json:
        _document(json.dumps({"version": 1, "exit_code": CLEAN, "path": project.shown(path)}, indent=2))
    else:
        click.echo(f"wrote {escaped(str(path))}")
    return CLEAN


def _list_findings(names: Sequence[str], *, as_json: bool) -> int:
    project, known = _project()
    recorded = list(_recorded(project))
    for name in set(names) - {f.target for f in recorded} - set(known):
        raise UserError(f"no target named {name!r}{nearest(name, {*known, *(f.target for f in recorded)})}")
    found = [f for f in recorded if not names or f.target in names]
    if as_json:
        _document(json.dumps({"version": 1, "exit_code": CLEAN, "findings": [_row(f) for f in found]}, indent=2))
        return CLEAN
    for finding in found:
        click.echo(f"{finding.id}  {finding.status:<8}  {escaped(finding.target)}  {one_line(finding.signature)}")
    noun = "finding" if len(found) == 1 else "findings"
    click.echo(f"{len(found)} {noun}" if found else "no findings on record")
    return CLEAN


def _row(finding: Finding) -> dict[str, Any]:
    document = finding_document(finding).model_dump(mode="json")
    return {"target": finding.target, **document, "date": finding.date, "reason": finding.reason}


def _run(
    project: Project, events: Iterable[Event], standing: Callable[[], list[TargetResult]], *, as_json: bool, quiet: bool
) -> int:  # fmt: skip
    """Show a run's events as they come, write them down, and give its exit code; `standing` says where it stands."""
    began = time.monotonic()
    journal = Journal(project)
    terminal = Terminal(sys.stderr if as_json else sys.stdout, quiet=quiet)
    interrupted = False
    shown: set[tuple[str, str]] = set()
    try:
        for event in events:
            terminal.event(event)
            journal.event(event)
            if isinstance(event, FindingSeen):
                shown.add((event.finding.target, event.finding.signature))
    except KeyboardInterrupt:
        interrupted = True
        terminal.interrupted()
    seconds = time.monotonic() - began
    results = standing()
    findings = [finding for result in results for finding in result.findings]
    for finding in findings:
        if (finding.target, finding.signature) not in shown:  # found, but not yet triaged when the run was interrupted
            terminal.event(FindingSeen(finding))
    unsaved = [finding for finding in findings if not finding.path]
    code = INTERRUPTED if interrupted else USER if unsaved else FINDINGS if Register.is_open(findings) else CLEAN
    terminal.summary(results, seconds)
    document = run_document(results, exit_code=code, seconds=seconds)
    journal.finish(document)
    if as_json:
        _document(document.model_dump_json(indent=2))
    if unsaved and not interrupted:
        noun = "finding" if len(unsaved) == 1 else "findings"
        what = f"{len(unsaved)} {noun} not saved, printed above as base64: {project.corpus} cannot be written"
        return _say(what, USER)
    return code


def _standing(sessions: Sequence[Session]) -> list[TargetResult]:
    return [session.result() for session in sessions if session.has_begun]


def _project() -> tuple[Project, dict[str, Target]]:
    project = Project.find(Path.cwd())
    return project, load(project.config.targets, root=project.root)


def _describe(project: Project, target: Target) -> dict[str, Any]:
    promise = target.contract
    return {
        "name": target.name,
        "place": target.place,
        "format": target.format.describe(),
        "contract": {
            "allow": [cls.__qualname__ for cls in promise.allow],
            "seconds": promise.budget.seconds,
            "memory": promise.budget.memory,
            "oracles": [oracle.name for oracle in promise.oracles],
            "sanitizers": sorted(promise.sanitizers),
        },
        "corpus": Corpus(project, target.name, _warn).sizes(),
    }


def _recorded(project: Project) -> Iterator[Finding]:
    folders = sorted(project.corpus.iterdir()) if project.corpus.is_dir() else []
    for folder in folders:
        if folder.is_dir():
            yield from Corpus(project, folder.name, _warn).findings()


def _one(project: Project, identifier: str) -> Finding:
    found = list(_recorded(project))
    matching = [f for f in found if f.id.startswith(identifier)]
    if len(matching) != 1:
        hint = nearest(identifier, [f.id for f in found])
        what = "no finding" if not matching else f"{len(matching)} findings"
        raise UserError(f"{what} with id {identifier!r}{hint}; `fuzzlab findings` lists them")
    return matching[0]


def _decide(identifier: str, status: Status, reason: str, *, as_json: bool) -> int:
    project = Project.find(Path.cwd())
    finding = replace(_one(project, identifier), status=status, reason=reason)
    try:
        Corpus(project, finding.target, _warn).save(finding)
    except OSError as error:
        raise UserError(f"cannot write {finding.path}.json: {error.strerror}") from None
    if as_json:
        _document(json.dumps({"version": 1, "exit_code": CLEAN, "findings": [_row(finding)]}, indent=2))
    else:
        click.echo(f"{finding.id} is now {status}")
    return CLEAN


def _warn(message: str) -> None:
    click.echo(f"warning: {escaped(message)}", err=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
