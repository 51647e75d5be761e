"""`fuzzlab list`: what is registered, and what it has."""

from __future__ import annotations

from typing import Any

import click

from fuzzlab.commands import json_option, open_project, rows_document, warn
from fuzzlab.corpus import Corpus
from fuzzlab.errors import ExitCode
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.target import Target

__all__ = ["command"]


@click.command("list")
@json_option
def command(*, as_json: bool) -> int:
    """The targets, their formats, contracts and corpus sizes."""
    project, known = open_project()
    rows = [_row(project, target) for target in known.values()]
    if as_json:
        rows_document("targets", rows)
        return ExitCode.CLEAN
    if not rows:
        click.echo("no targets: decorate a parser with @fuzzlab.target in a module that [tool.fuzzlab] targets names")
    for row in rows:
        promise, sizes = row["contract"], row["corpus"]
        click.echo(f"{row['name']}  ({row['format']['name']})  {row['place']}")
        click.echo(
            f"    allow {', '.join(promise['allow']) or 'nothing'}; {promise['seconds']:g} s, "
            f"{promise['memory'] >> 20} MiB; oracles {', '.join(promise['oracles']) or 'none'}"
        )
        counts = ((sizes["seeds"], "seed"), (sizes["regressions"], "regression"), (sizes["coverage"], "coverage input"))
        click.echo("    " + ", ".join(counted(count, noun) for count, noun in counts))
    return ExitCode.CLEAN


def _row(project: Project, target: Target) -> dict[str, Any]:
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
        "corpus": Corpus(project, target.name, warn).sizes(),
    }
