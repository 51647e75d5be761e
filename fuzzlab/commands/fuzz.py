"""`fuzzlab fuzz`: a campaign."""

from __future__ import annotations

import os
import time

import click

from fuzzlab.campaign import Campaign, Limits
from fuzzlab.commands import (
    Duration,
    allow_option,
    document,
    format_option,
    json_option,
    names_argument,
    open_project,
    quiet_option,
)
from fuzzlab.finder import select
from fuzzlab.run import carry_out

__all__ = ["command"]

DEFAULT_TIME = "60s"
"""Long enough to find what is easily found, short enough to wait for."""


@click.command("fuzz")
@names_argument
@click.option(
    "--time",
    "seconds",
    type=Duration(),
    default=DEFAULT_TIME,
    show_default=True,
    help="For all of it: 90, 60s, 10m, 8h.",
)
@click.option("--runs", type=click.IntRange(min=1), help="Executions a target at the most.")
@click.option("--workers", type=click.IntRange(min=1, max=1024), help="Processes at once (default: cores).")
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices (default: the clock).")
@format_option
@allow_option
@quiet_option
@json_option
def command(
    *, names: tuple[str, ...], seconds: float, runs: int | None, workers: int | None, seed: int | None,
    format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """A coverage-guided campaign over all targets, or these."""
    project, known = open_project()
    targets = select(names, known, format_name=format_name, allow=allow)
    limits = Limits(
        seconds=seconds, runs=runs, workers=workers or _cores(), seed=time.time_ns() if seed is None else seed
    )  # fmt: skip
    campaign = Campaign(project, targets, limits)
    return carry_out(project, campaign.run(), campaign.results, quiet=quiet, publish=document if as_json else None)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
