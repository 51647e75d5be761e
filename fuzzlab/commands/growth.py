"""`fuzzlab growth`: how fast cost grows with the length of an input."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from fuzzlab.commands import (
    Duration,
    allow_option,
    document,
    files_of,
    files_options,
    format_option,
    json_option,
    names_argument,
    open_project,
    quiet_option,
)
from fuzzlab.contract import LEAST_EXPONENT, MOST_EXPONENT
from fuzzlab.finder import select
from fuzzlab.run import Call, carry_out
from fuzzlab.session import Session, standing

__all__ = ["command"]

DEFAULT_TIME = 10.0
"""Seconds for each target: a fast parser is let grow in a thousand ways, a slow one in a hundred."""


@click.command("growth")
@names_argument
@click.option("--time", "seconds", type=Duration(), default=DEFAULT_TIME, help="For each target (default: 10s).")
@click.option("--ways", type=click.IntRange(min=1), help="To grow, that are looked at (default: as time allows).")
@click.option("--bound", type=click.FloatRange(LEAST_EXPONENT, MOST_EXPONENT),
              help="Of the exponent (default: that of the target's budget, 1.5).")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices (default: the clock).")
@format_option
@allow_option
@quiet_option
@files_options
@json_option
def command(
    *, names: tuple[str, ...], seconds: float, ways: int | None, bound: float | None, seed: int | None,
    format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
    **files: Path | None,
) -> int:  # fmt: skip
    """How fast cost grows with the length of an input."""
    project, known = open_project()
    targets = select(names, known, format_name=format_name, allow=allow)
    # Hypothesis keeps tables of characters in a folder; the project's own is no place for them.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(project.state / "hypothesis"))
    chosen = time.time_ns() if seed is None else seed
    call = Call("growth", [target.name for target in targets], files_of(files))
    sessions = [Session(project, target) for target in targets]
    events = (
        event for session in sessions for event in session.growth(seconds=seconds, ways=ways, seed=chosen, bound=bound)
    )
    return carry_out(
        project, call, events, lambda: standing(sessions), quiet=quiet, publish=document if as_json else None
    )  # fmt: skip
