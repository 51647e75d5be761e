"""A run of any engine from its first event to its exit code: shown as it comes, written down, summed up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click

from fuzzlab.account import Account
from fuzzlab.board import Goal
from fuzzlab.document import run_document
from fuzzlab.errors import ExitCode, FuzzlabError, HarnessError
from fuzzlab.escape import escaped
from fuzzlab.events import Event, FindingSeen, RunFinished, RunStarted, TargetResult
from fuzzlab.interrupts import watched
from fuzzlab.journal import Journal, run_name
from fuzzlab.outputs import write
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.register import Register
from fuzzlab.reports import Report
from fuzzlab.reports.terminal import Terminal
from fuzzlab.verdict import Finding

__all__ = ["Call", "carry_out"]


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked for: the command, the names of its targets, and the files to write of it, by their format.

    `name` is the run's in the event log.
    """

    command: str
    targets: Sequence[str]
    files: Mapping[str, Path] = field(default_factory=dict)
    name: str = field(default_factory=run_name)


def carry_out(
    project: Project,
    call: Call,
    events: Generator[Event, None, None],
    standing: Callable[[], list[TargetResult]],
    *,
    quiet: bool,
    goal: Goal | None = None,
    hurry: Callable[[], None] = lambda: None,
    pull_request: bool = False,
    strict: bool = False,
    publish: Callable[[str], None] | None = None,
) -> ExitCode:
    """Show a run's events as they come, write them down, and give its exit code.

    Args:
        project: where it is written down.
        call: what was asked for.
        events: the run itself.
        standing: says where it stands, in the middle of it too.
        quiet: whether to show findings and the sum only.
        goal: what the run sets out to do, for one that tells of its progress.
        hurry: called when somebody presses Ctrl-C again while the run comes to its end.
        pull_request: whether it must not fail by chance: what does not fail each time is shown, and fails nothing.
        strict: whether an accepted finding that no longer fails is a failure.
        publish: takes the run's JSON document, where standard output is kept for it.

    Raises:
        UserError: a file that was asked for cannot be written.
    """
    with watched(hurry):
        is_failure = partial(_is_failure, pull_request=pull_request, strict=strict)
        return _carried_out(project, call, events, standing, is_failure, quiet=quiet, goal=goal, publish=publish)


def _carried_out(
    project: Project,
    call: Call,
    events: Generator[Event, None, None],
    standing: Callable[[], list[TargetResult]],
    is_failure: Callable[[TargetResult], bool],
    *,
    quiet: bool,
    goal: Goal | None,
    publish: Callable[[str], None] | None,
) -> ExitCode:
    began = time.monotonic()
    journal = Journal(project, call.name)
    terminal = Terminal(sys.stderr if publish else sys.stdout, quiet=quiet, goal=goal)
    account = Account()
    reports: tuple[Report, ...] = (terminal, journal, account)
    interrupted = False
    failure: FuzzlabError | None = None
    shown: set[tuple[str, str]] = set()
    try:
        for event in _begun(call, events):
            _tell(reports, event)
            if isinstance(event, FindingSeen):
                shown.add((event.finding.target, event.finding.signature))
    except KeyboardInterrupt:
        interrupted = True
        terminal.interrupted()
        events.close()
    except FuzzlabError as error:
        failure = error
    finally:
        terminal.close()
    seconds = time.monotonic() - began
    results = standing()
    if failure is not None and not any(result.executions for result in results):
        raise failure  # there is nothing else to tell
    findings = [finding for result in results for finding in result.findings]
    _tell_untold(reports, findings, shown)
    unsaved = [finding for finding in findings if not finding.path]
    is_open = any(map(is_failure, results))
    code = _code(interrupted=interrupted, failure=failure, unsaved=bool(unsaved), is_open=is_open)
    terminal.summary(results, seconds)
    account.take(results)
    _tell(reports, RunFinished(code, seconds))
    document = run_document(results, exit_code=code, seconds=seconds)
    journal.finish(document)
    if publish is not None:
        publish(document.model_dump_json(indent=2))
    if unsaved and not interrupted:
        _say_unsaved(project, len(unsaved))
    write(account, call.files, project.root)
    if failure is not None:
        raise failure
    return code


def _tell_untold(reports: Sequence[Report], findings: Sequence[Finding], shown: set[tuple[str, str]]) -> None:
    """Tell what was found, but not yet triaged when the run was interrupted."""
    for finding in findings:
        if (finding.target, finding.signature) not in shown:
            _tell(reports, FindingSeen(finding))


def _say_unsaved(project: Project, count: int) -> None:
    what = f"{counted(count, 'finding')} not saved, printed above as base64: {project.corpus} cannot be written"
    click.echo("fuzzlab: " + escaped(what), err=True)


def _begun(call: Call, events: Iterator[Event]) -> Iterator[Event]:
    """Tell of the beginning with the first event: a mistake that shows before it leaves no trace."""
    start = RunStarted(call.command, call.targets, time.time())
    for number, event in enumerate(events):
        if number == 0:
            yield start
        yield event


def _tell(reports: Sequence[Report], event: Event) -> None:
    for report in reports:
        report.event(event)


def _is_failure(result: TargetResult, *, pull_request: bool, strict: bool) -> bool:
    return Register.is_open(result.findings, by_chance=not pull_request) or (strict and bool(result.outdated))


def _code(*, interrupted: bool, failure: FuzzlabError | None, unsaved: bool, is_open: bool) -> ExitCode:
    if interrupted:
        return ExitCode.INTERRUPTED
    if failure is not None:
        return ExitCode.HARNESS if isinstance(failure, HarnessError) else ExitCode.USER
    if unsaved:
        return ExitCode.USER
    return ExitCode.FINDINGS if is_open else ExitCode.CLEAN
