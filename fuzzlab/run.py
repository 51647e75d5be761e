"""A run of any engine from its first event to its exit code: shown as it comes, written down, summed up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from functools import partial

import click

from fuzzlab.board import Goal
from fuzzlab.document import run_document
from fuzzlab.errors import ExitCode, FuzzlabError, HarnessError
from fuzzlab.escape import escaped
from fuzzlab.events import Event, FindingSeen, TargetResult
from fuzzlab.interrupts import watched
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.register import Register
from fuzzlab.reports.terminal import Terminal

__all__ = ["carry_out"]


def carry_out(
    project: Project,
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
        events: the run itself.
        standing: says where it stands, in the middle of it too.
        quiet: whether to show findings and the sum only.
        goal: what the run sets out to do, for one that tells of its progress.
        hurry: called when somebody presses Ctrl-C again while the run comes to its end.
        pull_request: whether it must not fail by chance: what does not fail each time is shown, and fails nothing.
        strict: whether an accepted finding that no longer fails is a failure.
        publish: takes the run's JSON document, where standard output is kept for it.
    """
    with watched(hurry):
        is_failure = partial(_is_failure, pull_request=pull_request, strict=strict)
        return _carried_out(project, events, standing, is_failure, quiet=quiet, goal=goal, publish=publish)


def _carried_out(
    project: Project,
    events: Generator[Event, None, None],
    standing: Callable[[], list[TargetResult]],
    is_failure: Callable[[TargetResult], bool],
    *,
    quiet: bool,
    goal: Goal | None,
    publish: Callable[[str], None] | None,
) -> ExitCode:
    began = time.monotonic()
    journal = Journal(project)
    terminal = Terminal(sys.stderr if publish else sys.stdout, quiet=quiet, goal=goal)
    interrupted = False
    failure: FuzzlabError | None = None
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
    untold = [finding for finding in findings if (finding.target, finding.signature) not in shown]
    for event in map(FindingSeen, untold):  # found, but not yet triaged when the run was interrupted
        terminal.event(event)
        journal.event(event)
    unsaved = [finding for finding in findings if not finding.path]
    is_open = any(map(is_failure, results))
    code = _code(interrupted=interrupted, failure=failure, unsaved=bool(unsaved), is_open=is_open)
    terminal.summary(results, seconds)
    document = run_document(results, exit_code=code, seconds=seconds)
    journal.finish(document)
    if publish is not None:
        publish(document.model_dump_json(indent=2))
    if unsaved and not interrupted:
        noun = "finding" if len(unsaved) == 1 else "findings"
        what = f"{len(unsaved)} {noun} not saved, printed above as base64: {project.corpus} cannot be written"
        click.echo("fuzzlab: " + escaped(what), err=True)
    if failure is not None:
        raise failure
    return code


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
