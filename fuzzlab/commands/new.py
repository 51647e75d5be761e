"""`fuzzlab new`: a target's file, drafted from what its function shows."""

from __future__ import annotations

import json
from typing import Any

import click

from fuzzlab.commands import document, json_option, open_project, warn
from fuzzlab.corpus import Corpus
from fuzzlab.draft import Draft
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped
from fuzzlab.files import write_atomically
from fuzzlab.intake import take_in
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.sketch import INIT, Sketch, sketch
from fuzzlab.trial import Trial
from fuzzlab.worker import scratch

__all__ = ["command"]


@click.command("new")
@click.argument("spec", metavar="MODULE:FUNCTION")
@click.option("--name", "wanted", default="", help="Name of the target (default: the function's, with its module's).")
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
@json_option
def command(*, spec: str, wanted: str, force: bool, as_json: bool) -> int:
    """Draft a target's file for a function: its format, its errors, its seeds, by a trial in a worker."""
    project, known = open_project()
    made = sketch(project, spec, known, scratch(project), wanted=wanted, force=force)
    _write(project, made)
    added = take_in(Corpus(project, made.draft.name, warn), made.seeds)
    draft, trial = made.draft, made.trial
    told = {
        "target": draft.name, "path": project.shown(made.path), "format": draft.format, "allow": list(draft.allow),
        "comments": [*draft.refused, *draft.suggestions], "tried": len(trial.tried), "accepted": len(trial.accepted),
        "seeds": [one.path for one in added], "seeds_from": made.seeds_from,
        "next": f"fuzzlab check {draft.name}" if added else f"fuzzlab corpus add {draft.name} FILE...",
    }  # fmt: skip
    if as_json:
        document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, **told}, indent=2))
        return ExitCode.CLEAN
    _tell(told, draft, trial, new_seeds=sum(not one.was_there for one in added))
    return ExitCode.CLEAN


def _tell(told: dict[str, Any], made: Draft, trial: Trial, *, new_seeds: int) -> None:
    allow = f"allow {', '.join(made.allow)}" if made.allow else "no error of its own"
    click.echo(f"wrote {escaped(told['path'])}: {made.format}, {allow}")
    click.echo(f"  tried {counted(len(trial.tried), 'input')} as {trial.shape}, accepted {len(trial.accepted)}")
    for comment in (*made.refused, *made.suggestions):
        click.echo(f"  {comment}")
    where = f", from {escaped(told['seeds_from'])}" if told["seeds_from"] else ": give it some ordinary inputs"
    click.echo(f"{counted(new_seeds, 'seed')}{where}")
    click.echo(f"next: {told['next']}")


def _write(project: Project, made: Sketch) -> None:
    try:
        for path in made.packages:
            write_atomically(path, INIT)
        write_atomically(made.path, made.draft.text.encode())
    except OSError as error:
        raise UserError(f"cannot write {project.shown(made.path)}: {error.strerror}") from None
