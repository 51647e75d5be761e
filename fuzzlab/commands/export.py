"""`fuzzlab export`: targets for other services."""

from __future__ import annotations

from pathlib import Path

import click

from fuzzlab import origin
from fuzzlab.clusterfuzz import FOLDER, clusterfuzz
from fuzzlab.commands import (
    Group,
    allow_option,
    format_option,
    json_option,
    names_argument,
    open_project,
    rows_document,
    warn,
)
from fuzzlab.errors import ExitCode
from fuzzlab.finder import select

__all__ = ["command"]


@click.group("export", cls=Group)
def command() -> None:
    """Targets for other services: clusterfuzz."""


@command.command("clusterfuzz")
@names_argument
@click.option("--output", type=click.Path(path_type=Path), help=f"Folder to write to (default: {FOLDER}).")
@click.option("--repository", default="", metavar="URL",
              help="What the image clones, as OSS-Fuzz does; without it the image copies this folder.")  # fmt: skip
@click.option("--fuzzlab", "requirement", default="", help="Requirement with which pip finds fuzzlab in the image.")
@format_option
@allow_option
@json_option
def _clusterfuzz(
    *, names: tuple[str, ...], output: Path | None, repository: str, requirement: str, format_name: str | None,
    allow: tuple[str, ...], as_json: bool,
) -> int:  # fmt: skip
    """What ClusterFuzzLite and OSS-Fuzz build: an image, and for each target a program, seeds and words."""
    project, known = open_project()
    targets = select(names, known, format_name=format_name, allow=allow)
    folder = (output if output is not None else project.root / FOLDER).resolve()
    wanted, note = origin.requirement(requirement)
    plan = clusterfuzz(project, targets, folder, warn, requirement=wanted, repository=repository)
    plan.notes += [note] if note else []
    plan.write()
    if as_json:
        rows_document("files", list(plan.rows()))
        return ExitCode.CLEAN
    click.echo(f"{project.shown(folder)}:")
    click.echo("\n".join(plan.shown()))
    return ExitCode.CLEAN
