"""`fuzzlab init`: from nothing to a fuzzed parser."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from fuzzlab.commands import document, json_option
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped
from fuzzlab.project import Project
from fuzzlab.scaffold import Plan
from fuzzlab.starter import Wish, starter
from fuzzlab.workflows import SERVICES

__all__ = ["command"]


@click.command("init")
@click.argument("spec", required=False, default="", metavar="[MODULE:FUNCTION]")
@click.option("--ci", type=click.Choice([*SERVICES, "both", "none"]),
              help="Whose workflows to write (default: by what lies in the repository).")  # fmt: skip
@click.option("--shards", type=click.IntRange(min=1, max=64), default=2, show_default=True, help="Jobs of a night.")
@click.option("--branch", is_flag=True, help="GitHub's night pushes its findings as a branch, too.")
@click.option("--fuzzlab", "requirement", default="", help="Requirement with which pip finds fuzzlab in CI.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@json_option
def command(
    *, spec: str, ci: str | None, shards: int, branch: bool, requirement: str, yes: bool, as_json: bool
) -> int:  # fmt: skip
    """Set a project up: configuration, a first target, workflows."""
    wish = Wish(spec, ci=ci, requirement=requirement, shards=shards, branch=branch)
    plan = starter(Project.find(Path.cwd()), wish)
    write = bool(plan.changes) and (yes or (not as_json and _asked(plan)))
    if write:
        plan.write()
    code = ExitCode.CLEAN if write or not plan.changes else ExitCode.USER
    if as_json:
        rows = {"root": str(plan.root), "files": list(plan.rows()), "notes": plan.notes, "written": write}
        document(json.dumps({"version": 1, "exit_code": code, **rows}, indent=2))
    elif yes or not plan.changes:
        _show(plan)
    if code is ExitCode.USER:
        click.echo("fuzzlab: nothing written; --yes writes it", err=True)
    elif not as_json:
        click.echo(f"written; next: {_next(spec)}" if plan.changes else "nothing to do")
    return code


def _show(plan: Plan) -> None:
    click.echo(f"{escaped(str(plan.root))}:")
    click.echo("\n".join(plan.shown()))


def _asked(plan: Plan) -> bool:
    """Show the plan and ask; without a terminal, only show it."""
    _show(plan)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return click.confirm("Write this?", default=True)


def _next(spec: str) -> str:
    return "fuzzlab fuzz" if spec else "fuzzlab init module:function, for a first target"
