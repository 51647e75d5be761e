"""The commands, a file each: what it takes, what it calls, what it prints. No logic.

A member binds its click command as `command`; `fuzzlab.cli` imports it when it is asked for, and only then. Here stands
what they share: options, the one document of `--json`, the project with its targets.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from fuzzlab.destinations import SUFFIXES, probe
from fuzzlab.duration import duration
from fuzzlab.errors import ExitCode, UserError, nearest
from fuzzlab.escape import escaped
from fuzzlab.finder import load
from fuzzlab.project import Project
from fuzzlab.target import Target

__all__ = [
    "Duration",
    "Group",
    "allow_option",
    "document",
    "files_of",
    "files_options",
    "format_option",
    "json_option",
    "minimize_option",
    "names_argument",
    "open_project",
    "port_option",
    "quiet_option",
    "rows_document",
    "strict_option",
    "warn",
]


class Group(click.Group):
    """Commands, with the nearest name for a wrong one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command that the first word names.

        Raises:
            UserError: there is none.
        """
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            names = self.list_commands(ctx)
            raise UserError(f"no command {args[0]!r}{nearest(args[0], names)}; there are {', '.join(names)}")
        return super().resolve_command(ctx, args)


class Duration(click.ParamType[float]):
    """Seconds, written as a person writes them: 90, 60s, 10m, 8h."""

    name = "duration"

    def __init__(self, *, or_none: bool = False) -> None:
        """Make the type; `or_none` allows 0."""
        self.or_none = or_none

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002 - click
        """Read one.

        Raises:
            UserError: it is none.
        """
        if isinstance(value, float):
            return value
        if self.or_none and value in ("0", "0s"):
            return 0.0
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


def document(text: str) -> None:
    """Write the one document that `--json` promises."""
    with os.fdopen(click.get_current_context().obj, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")


def rows_document(name: str, rows: Sequence[Any]) -> None:
    """Write a document that is a list of rows under a name."""
    document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, name: rows}, indent=2))


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_claim_stdout,
    help="One JSON document on standard output, logs on standard error.",
)  # fmt: skip
format_option = click.option(
    "--format", "format_name", metavar="NAME", help="Format of a module:function: raw, text, json, csv, http."
)
allow_option = click.option(
    "--allow", multiple=True, metavar="MODULE:ERROR", help="Error with which a module:function may refuse."
)
minimize_option = click.option(
    "--minimize-time", "minimize", type=Duration(or_none=True),
    help="Of minimising each finding (default: 20s, 30s for hangs and deaths; check: 10s); 0: not at all.",
)  # fmt: skip
strict_option = click.option(
    "--strict", is_flag=True, help="Fail also for an accepted finding that no longer fails ([tool.fuzzlab] strict)."
)


def _target_names(_context: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a target; a project that cannot be read has none, and a shell wants no message."""
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            _, known = open_project()
    except UserError:
        return []
    return [name for name in known if name.startswith(begun)]


names_argument = click.argument(
    "names", nargs=-1, metavar="[TARGET | MODULE:FUNCTION]...", shell_complete=_target_names
)
port_option = click.option(
    "--port", type=click.IntRange(0, 65535), help="Of the live page (default: the first free one from 8600 on)."
)
quiet_option = click.option("--quiet", is_flag=True, help="Findings and the sum only.")


_FILES = {
    "junit": "JUnit XML, for a CI's page of tests.",
    "sarif": "SARIF 2.1.0, for code scanning and editors.",
    "markdown": 'Markdown, for a CI\'s summary; "$GITHUB_STEP_SUMMARY" is appended to.',
    "prometheus": "Prometheus text file, for node_exporter's textfile collector.",
}


def files_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each format in which a run can be written: `--junit FILE`."""
    for name in reversed(SUFFIXES):
        command = click.option(
            f"--{name}", type=click.Path(path_type=Path), metavar="FILE", help=f"Write {_FILES[name]}"
        )(command)  # fmt: skip
    return command


def files_of(options: Mapping[str, Path | None]) -> dict[str, Path]:
    """Give those files that were asked for.

    Raises:
        UserError: one of them cannot be written; after a night would be too late.
    """
    files = {name: path for name in SUFFIXES if (path := options[name]) is not None}
    for name, path in files.items():
        probe(f"--{name}", path)
    return files


def open_project() -> tuple[Project, dict[str, Target]]:
    """Find the project around the current folder, and import its targets.

    Raises:
        UserError: its configuration or one of its modules cannot be read.
    """
    project = Project.find(Path.cwd())
    return project, load(project.config.targets, root=project.root)


def warn(message: str) -> None:
    """Say something on standard error that stops nothing."""
    click.echo(f"warning: {escaped(message)}", err=True)
