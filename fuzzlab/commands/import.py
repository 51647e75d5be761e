# ruff: noqa: N999 - the module of a command has the command's name, and only importlib asks for it
"""`fuzzlab import`: recorded traffic into a target's corpus."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from fuzzlab.commands import document, format_option, json_option, open_project, warn
from fuzzlab.corpus import Corpus
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped
from fuzzlab.finder import select
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.traffic import IMPORTERS, Import, Part, gather
from fuzzlab.verdict import input_id

__all__ = ["command"]

SHOWN_ENTRIES = 8
"""Entries named in a line of the summary; `--json` has them all."""


@click.command("import")
@click.argument("name", metavar="TARGET | MODULE:FUNCTION")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--from", "kind", type=click.Choice(list(IMPORTERS)), help="What they are (default: each file tells).")
@click.option("--match", "patterns", multiple=True, metavar="HOST/PATH",
              help="Only these: '*' for any characters, a path with all below it; several add up.")  # fmt: skip
@click.option("--part", type=click.Choice([part.value for part in Part]),
              help="What of an entry (default: the request for an http target, else the body).")  # fmt: skip
@click.option("--into", type=click.Choice(["seeds", "regressions"]), default="seeds", show_default=True,
              help="regressions: record it before fixing it.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@format_option
@json_option
def command(
    *, name: str, files: tuple[Path, ...], kind: str | None, patterns: tuple[str, ...], part: str | None, into: str,
    dry_run: bool, format_name: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Take recorded traffic into a target's corpus, without its secrets."""
    project, known = open_project()
    (target,) = select([name], known, format_name=format_name)
    made = Import(target, part=Part(part) if part else None, patterns=patterns)
    made.take(gather(files, kind=kind))
    corpus = Corpus(project, target.name, warn)
    place = corpus.regressions_folder if into == "regressions" else corpus.seeds_folder
    try:
        stored = made.store(corpus, regressions=into == "regressions", dry_run=dry_run)
    except OSError as error:
        raise UserError(f"cannot write into {project.shown(place)}: {error.strerror}") from None

    for flaw in made.flaws:
        at = f"{flaw.source}, entry {flaw.number}" if flaw.number else flaw.source
        click.echo(f"not imported: {escaped(at)}: {escaped(flaw.why)}", err=True)
    code = ExitCode.CLEAN if made.inputs else ExitCode.USER
    if as_json:
        document(json.dumps(_document(project, made, stored, into=into, dry_run=dry_run, code=code), indent=2))
    elif made.inputs:
        click.echo("\n".join(_lines(project, made, stored, place, dry_run=dry_run)))
    if not made.inputs:
        click.echo(f"fuzzlab: nothing was imported: none of {counted(made.entries, 'entry')} gave an input", err=True)
    return code


def _lines(
    project: Project, made: Import, stored: dict[str, Path | None], place: Path, *, dry_run: bool
) -> Iterable[str]:
    new = sum(path is not None for path in stored.values())
    verb = "would import" if dry_run else "imported"
    where = escaped(project.shown(place))
    yield f"{verb} {counted(new, 'input')} into {where}, from {counted(made.matched, 'entry')}"
    doubles = len(made.inputs) - new
    if doubles:
        yield f"  {doubles} more of the same content: there already"
    signed = sum(made_input.signed for made_input in made.inputs)
    if signed:
        yield f"  {signed} signed again, with the target's own secret and time"
    unread = sum(not made_input.decodable for made_input in made.inputs)
    if unread:
        yield f"  {unread} with no value in the format {made.target.format.name}: the target will not see these"
    if made.both:
        yield f"  {made.both} have a body on both sides: the request's was taken; --part response-body takes the other"
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for found in made.replaced:
        groups[found.kind.value, found.place].append(found)
    yield f"replaced {counted(sum(found.count for found in made.replaced), 'secret')}" + (":" if groups else "")
    for (kind, where), all_found in sorted(groups.items()):
        entries = [f"{Path(found.source).name}:{found.number}" for found in all_found]
        more = f" and {len(entries) - SHOWN_ENTRIES} more" if len(entries) > SHOWN_ENTRIES else ""
        count = sum(found.count for found in all_found)
        yield f"  {kind:<13}  {count:>4}  {escaped(where)}  ({escaped(', '.join(entries[:SHOWN_ENTRIES]))}{more})"


def _document(
    project: Project, made: Import, stored: dict[str, Path | None], *, into: str, dry_run: bool, code: int
) -> dict[str, Any]:
    seen: set[str] = set()
    inputs = []
    for found in made.inputs:
        name = input_id(found.data)
        path = stored[name]
        new = path is not None and name not in seen
        seen.add(name)
        inputs.append({
            "source": found.source, "entry": found.number, "part": found.part, "id": name, "size": len(found.data),
            "path": project.shown(path) if path is not None else None, "new": new, "signed_again": found.signed,
            "decodable": found.decodable,
        })  # fmt: skip
    return {
        "version": 1,
        "exit_code": int(code),
        "target": made.target.name,
        "into": into,
        "dry_run": dry_run,
        "entries": made.entries,
        "matched": made.matched,
        "imported": sum(row["new"] for row in inputs),
        "duplicates": sum(not row["new"] for row in inputs),
        "inputs": inputs,
        "replaced": [
            {"source": r.source, "entry": r.number, "kind": r.kind.value, "place": r.place, "count": r.count}
            for r in made.replaced
        ],
        "not_imported": [{"source": flaw.source, "entry": flaw.number, "why": flaw.why} for flaw in made.flaws],
    }
