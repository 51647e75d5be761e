"""`fuzzlab doctor`: what is here, for a bug report."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import click

from fuzzlab.checkup import checkup
from fuzzlab.commands import json_option, rows_document
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped
from fuzzlab.quantities import counted

__all__ = ["command"]

_MARKS = {"ok": " ", "note": "-", "bad": "!"}


@click.command("doctor")
@json_option
def command(*, as_json: bool) -> int:
    """What is here: Python, engines, limits, disk, project; to set fuzzlab up, and for bug reports."""
    facts = list(checkup(Path.cwd()))
    if as_json:
        rows_document("facts", [dataclasses.asdict(fact) for fact in facts])
        return ExitCode.CLEAN
    widest = max(len(fact.name) for fact in facts)
    for fact in facts:
        hint = f"  ({escaped(fact.hint)})" if fact.hint else ""
        click.echo(f"{_MARKS[fact.state]} {fact.name:<{widest}}  {escaped(fact.value)}{hint}")
    states = Counter(fact.state for fact in facts)
    bad, notes = states["bad"], states["note"]
    sums = f"{counted(bad, 'thing')} to mend (!)" if bad else "all works"
    click.echo(sums + (f", {notes} to know of (-)" if notes else ""))
    return ExitCode.CLEAN
