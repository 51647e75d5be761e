"""`fuzzlab corpus`: what is stored, and what people do about it."""

from __future__ import annotations

import base64
import dataclasses
import sys
from pathlib import Path

import click

from fuzzlab.commands import Group, json_option, open_project, rows_document, warn
from fuzzlab.corpus import Corpus
from fuzzlab.distil import Distilled, distil
from fuzzlab.document import finding_document
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped, one_line
from fuzzlab.finder import select
from fuzzlab.intake import read_file, read_stream, take_in
from fuzzlab.lookup import Found, input_card, look_up
from fuzzlab.quantities import counted
from fuzzlab.stock import owners, stock

__all__ = ["command"]


@click.group("corpus", cls=Group)
def command() -> None:
    """The stored inputs: stats, distil, add, show."""


@command.command("stats")
@click.argument("names", nargs=-1, metavar="[TARGET]...")
@json_option
def _stats(*, names: tuple[str, ...], as_json: bool) -> int:
    """What there is, by target and role."""
    project, known = open_project()
    rows = [row for name in owners(project, known, names) for row in stock(project, name, warn)]
    if as_json:
        rows_document("corpus", [dataclasses.asdict(row) for row in rows])
        return ExitCode.CLEAN
    for row in rows:
        if row.files or row.passed_over:
            days = row.oldest if row.oldest == row.newest else f"{row.oldest} .. {row.newest}"
            click.echo(
                f"{escaped(row.target)}  {row.role:<10}  {counted(row.files, 'file'):>13}  {_size(row.bytes):>9}, "
                f"median {_size(row.median)}, largest {_size(row.largest)}  {days}"
                + (f"  {counted(row.duplicates, 'duplicate')}" if row.duplicates else "")
                + (f"  {row.passed_over:,} passed over" if row.passed_over else "")
            )
    click.echo(f"{counted(sum(row.files for row in rows), 'input')}, {_size(sum(row.bytes for row in rows))}")
    return ExitCode.CLEAN


@command.command("distil")
@click.argument("names", nargs=-1, metavar="[TARGET]...")
@click.option("--dry-run", is_flag=True, help="Remove nothing, only say what would remain.")
@json_option
def _distil(*, names: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Remove the coverage inputs that add nothing to the others; seeds and regressions stay."""
    project, known = open_project()
    rows = []
    for target in select(names, known):
        rows.append(done := distil(project, target, warn, dry_run=dry_run))
        for path, what in done.costly:
            warn(f"{path} stays, untraced: {one_line(what)}")
        if not as_json:
            click.echo(_told(done) + (" (dry run: nothing removed)" if dry_run else ""))
    if as_json:
        rows_document("targets", [_distilled(row) for row in rows])
    return ExitCode.CLEAN


@command.command("add")
@click.argument("name", metavar="TARGET")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--name", "wanted", default="", help="Name of the seed, for one file or `-` (standard input).")
@json_option
def _add(*, name: str, files: tuple[Path, ...], wanted: str, as_json: bool) -> int:
    """Copy files into the seeds of a target; `-` is standard input."""
    project, known = open_project()
    (target,) = select((name,), known)
    if wanted and len(files) > 1:
        raise UserError(f"--name {wanted!r}: {len(files)} files cannot have one name")
    given = [read_stream(sys.stdin.buffer) if str(path) == "-" else read_file(path) for path in files]
    added = take_in(Corpus(project, target.name, warn), given, name=wanted)
    if as_json:
        rows_document("inputs", [dataclasses.asdict(one) for one in added])
        return ExitCode.CLEAN
    for one in added:
        click.echo(f"{one.id}  {escaped(one.path)}  " + ("is there already" if one.was_there else _size(one.size)))
    return ExitCode.CLEAN


@command.command("show")
@click.argument("identifier", metavar="ID")
@json_option
def _show(*, identifier: str, as_json: bool) -> int:
    """One stored input: where it lies, its content, its value, its verdict on record."""
    project, known = open_project()
    found = look_up(project, owners(project, known), known, identifier, warn)
    if as_json:
        rows_document("inputs", [_found(found)])
    else:
        click.echo("\n".join(input_card(found)))
    return ExitCode.CLEAN


def _told(done: Distilled) -> str:
    before, after = (f"{counted(files, 'coverage input')}, {_size(size)}" for files, size in (done.before, done.after))
    return f"{escaped(done.target)}: before {before}; after {after}; {done.features:,} features"


def _distilled(done: Distilled) -> dict[str, object]:
    return {
        "name": done.target,
        "before": {"files": done.before[0], "bytes": done.before[1]},
        "after": {"files": done.after[0], "bytes": done.after[1]},
        "features": done.features,
        "costly": [{"path": path, "signature": what} for path, what in done.costly],
    }


def _found(found: Found) -> dict[str, object]:
    return {
        "id": found.id,
        "size": len(found.data),
        "input_base64": base64.b64encode(found.data).decode("ascii"),
        "places": [dataclasses.asdict(place) for place in found.places],
        "values": [dataclasses.asdict(value) for value in found.values],
        "findings": [{"target": f.target, **finding_document(f).model_dump(mode="json")} for f in found.findings],
    }


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.3g} {unit}" if unit != "B" else f"{count:g} B"
        count /= 1024
    return f"{count:.3g} GiB"
