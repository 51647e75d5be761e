"""`fuzzlab report`: the last campaign as a file, for people or for a machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from fuzzlab.account import Account, account
from fuzzlab.chronicle import chronicle
from fuzzlab.commands import Duration, document, json_option, warn
from fuzzlab.destinations import SUFFIXES, probe
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped
from fuzzlab.files import write_atomically
from fuzzlab.finder import load
from fuzzlab.lines import is_missing
from fuzzlab.outputs import FORMATS
from fuzzlab.page import Reached, page_of
from fuzzlab.project import Project
from fuzzlab.reached import reach
from fuzzlab.reports.html import render

__all__ = ["command"]


@click.command("report")
@click.option("--format", "name", type=click.Choice(["html", *FORMATS]), default="html", show_default=True,
              help="For people, or for a machine.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, allow_dash=True),
              help="The file to write; `-`: standard output (default: .fuzzlab/report.html, .xml, .sarif, .md or "
                   ".prom).")  # fmt: skip
@click.option("--source-time", "seconds", type=Duration(or_none=True), default=5.0, show_default="5s",
              help="For a replay of the stored inputs under coverage.py; 0: no source lines.")  # fmt: skip
@json_option
def command(*, name: str, output: Path | None, seconds: float, as_json: bool) -> int:
    """Write the last campaign as one HTML file, or for a machine."""
    project = Project.find(Path.cwd())
    to_stdout = str(output) == "-"
    if to_stdout and as_json:
        raise UserError("--output - and --json: there is one standard output; give the report a file")
    path = output or project.state / f"report{SUFFIXES.get(name, '.html')}"
    if not to_stdout:
        probe("--output", path)
    run = account(chronicle(project, warn))
    if name == "html":
        text = render(page_of(run, project.root, _reached(project, run, seconds)))
    else:
        text = FORMATS[name](run, project.root)
    if to_stdout:
        sys.stdout.write(text)
        return ExitCode.CLEAN
    try:
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
    if as_json:
        document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, "path": project.shown(path)}, indent=2))
    else:
        click.echo(f"wrote {escaped(str(path))}")
    return ExitCode.CLEAN


def _reached(project: Project, run: Account, seconds: float) -> Reached:
    """Look at what the run's targets reach; a report is written without where the project does not import."""
    try:
        known = load(project.config.targets, root=project.root) if seconds and not is_missing() else {}
    except UserError as error:
        return Reached(note=f"The targets do not import: {escaped(str(error))}")
    targets = [known[name] for name in sorted(run.targets, key=lambda n: not run.targets[n].seen) if name in known]
    return reach(project, targets, seconds=seconds, warn=warn)
