"""`fuzzlab report`: the last run as a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fuzzlab.commands import document, json_option, warn
from fuzzlab.corpus import recorded
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.reports.html import write_html

__all__ = ["command"]


@click.command("report")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@json_option
def command(*, output: Path | None, as_json: bool) -> int:
    """Write the last run as one HTML file."""
    project = Project.find(Path.cwd())
    path = output or project.state / "report.html"
    write_html(path, Journal(project).last_run(), list(recorded(project, warn)))
    if as_json:
        document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, "path": project.shown(path)}, indent=2))
    else:
        click.echo(f"wrote {escaped(str(path))}")
    return ExitCode.CLEAN
