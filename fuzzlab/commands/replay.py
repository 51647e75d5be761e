"""`fuzzlab replay`: every stored input once."""

from __future__ import annotations

from pathlib import Path

import click

from fuzzlab.commands import (
    allow_option,
    document,
    files_of,
    files_options,
    format_option,
    json_option,
    names_argument,
    open_project,
    quiet_option,
    strict_option,
)
from fuzzlab.errors import UserError
from fuzzlab.finder import select
from fuzzlab.run import Call, carry_out
from fuzzlab.session import Session, standing

__all__ = ["command"]


@click.command("replay")
@names_argument
@click.option(
    "--input", "inputs", multiple=True, type=click.Path(path_type=Path), help="This file instead of the corpus."
)
@click.option("--in-process", is_flag=True, help="Without a worker, for a debugger: no limit is enforced.")
@strict_option
@format_option
@allow_option
@quiet_option
@files_options
@json_option
def command(
    *, names: tuple[str, ...], inputs: tuple[Path, ...], in_process: bool, strict: bool, format_name: str | None,
    allow: tuple[str, ...], quiet: bool, as_json: bool,
    **files: Path | None,
) -> int:  # fmt: skip
    """Run every stored input once."""
    project, known = open_project()
    if project.corpus.exists() and not project.corpus.is_dir():
        raise UserError(f"{project.corpus} is no folder: there is nothing to replay; [tool.fuzzlab] corpus names it")
    targets = select(names, known, format_name=format_name, allow=allow)
    if in_process:
        click.echo("in this process: no limits, and what kills the target kills fuzzlab", err=True)

    strict = strict or project.config.strict
    sessions = [Session(project, target, in_process=in_process) for target in targets]
    events = (event for session in sessions for event in session.replay(inputs))
    call = Call("replay", [target.name for target in targets], files_of(files))
    return carry_out(
        project, call, events, lambda: standing(sessions),
        quiet=quiet, pull_request=True, strict=strict, publish=document if as_json else None,
    )  # fmt: skip
