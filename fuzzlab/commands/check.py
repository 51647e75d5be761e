"""`fuzzlab check`: the property engine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from fuzzlab.commands import (
    allow_option,
    document,
    files_of,
    files_options,
    format_option,
    json_option,
    minimize_option,
    names_argument,
    open_project,
    quiet_option,
    strict_option,
)
from fuzzlab.finder import select
from fuzzlab.run import Call, carry_out
from fuzzlab.session import CHECK_MINIMISE_SECONDS, Session, standing

__all__ = ["command"]


@click.command("check")
@names_argument
@click.option(
    "--examples", type=click.IntRange(min=1), help="Examples a target (default: [tool.fuzzlab] examples, 200)."
)
@click.option("--profile", type=click.Choice(["pr", "explore"]), default="pr", show_default=True,
              help="pr: the same examples every time; explore: others every time.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="The examples of this seed.")
@click.option("--in-process", is_flag=True, help="Without a worker, for a debugger: no limit is enforced.")
@minimize_option
@strict_option
@format_option
@allow_option
@quiet_option
@files_options
@json_option
def command(
    *, names: tuple[str, ...], examples: int | None, profile: str, seed: int | None, in_process: bool,
    minimize: float | None, strict: bool, format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
    **files: Path | None,
) -> int:  # fmt: skip
    """Property tests: examples of the format, made by Hypothesis."""
    project, known = open_project()
    targets = select(names, known, format_name=format_name, allow=allow)
    # Hypothesis keeps tables of characters in a folder; the project's own is no place for them.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(project.state / "hypothesis"))
    if seed is None and profile == "explore":
        seed = time.time_ns()

    strict = strict or project.config.strict
    seconds = CHECK_MINIMISE_SECONDS if minimize is None else minimize
    sessions = [
        Session(project, target, in_process=in_process, minimise=seconds, strict=strict) for target in targets
    ]  # fmt: skip
    count = examples or project.config.examples
    events = (
        event for session in sessions for event in session.check(examples=count, seed=seed, ways=project.config.growth)
    )
    call = Call("check", [target.name for target in targets], files_of(files))
    return carry_out(
        project, call, events, lambda: standing(sessions),
        quiet=quiet, pull_request=True, strict=strict, publish=document if as_json else None,
    )  # fmt: skip
