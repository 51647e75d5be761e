"""`fuzzlab fuzz`: a campaign."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import click

from fuzzlab.board import Goal
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.commands import (
    Duration,
    allow_option,
    document,
    files_of,
    files_options,
    format_option,
    json_option,
    minimize_option,
    names_argument,
    open_project,
    port_option,
    quiet_option,
)
from fuzzlab.companion import beside
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.events import Event
from fuzzlab.finder import select
from fuzzlab.loopback import demand
from fuzzlab.run import Call, carry_out
from fuzzlab.schedule import shard as part

__all__ = ["command"]

DEFAULT_TIME = 60.0
"""Seconds: long enough to find what is easily found, short enough to wait for."""

GROWTH = 0.05
"""Part of the workers' time: what grows too fast is found in some hundred looks, of some milliseconds each."""

PLATEAU = 1e-5
"""Chance of new behaviour an execution: one in 100,000, seconds of a fast target and minutes of a slow one."""


class Shard(click.ParamType[tuple[int, int]]):
    """One of several disjoint parts: 2/5."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:  # noqa: ARG002 - click
        """Read one.

        Raises:
            UserError: it is none.
        """
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", str(value))
        index, count = map(int, match.groups()) if match else (0, 0)
        if not 1 <= index <= count:
            raise UserError(f"--shard {value!r} is no part of a whole; write 1/5, 2/5, ... 5/5")
        return index, count


@click.command("fuzz")
@names_argument
@click.option("--time", "seconds", type=Duration(),
              help="For all of it: 90, 60s, 10m, 8h (default: 60s; without an end beside --time-per-target or "
                   "--until-plateau).")  # fmt: skip
@click.option("--time-per-target", "seconds_each", type=Duration(), help="For each target, of one worker's time.")
@click.option("--runs", type=click.IntRange(min=1), help="Executions a target at the most.")
@click.option("--until-plateau", is_flag=True, help="Give a target up when new behaviour has become unlikely.")
@click.option("--plateau-chance", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=PLATEAU,
              show_default=True, help="How unlikely: chance an execution (upper 95 % bound).")  # fmt: skip
@click.option("--shard", type=Shard(), help="One of several disjoint parts of the targets: 2/5.")
@minimize_option
@click.option("--workers", type=click.IntRange(min=1, max=1024), help="Processes at once (default: cores).")
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices (default: the clock).")
@click.option("--dashboard", is_flag=True, help="Serve a live page of it on this machine; prints its address.")
@port_option
@format_option
@allow_option
@quiet_option
@files_options
@json_option
def command(
    *, names: tuple[str, ...], seconds: float | None, seconds_each: float | None, runs: int | None,
    until_plateau: bool, plateau_chance: float, shard: tuple[int, int] | None,
    minimize: float | None, workers: int | None, seed: int | None,
    dashboard: bool, port: int | None,
    format_name: str | None, allow: tuple[str, ...], quiet: bool, as_json: bool,
    **files: Path | None,
) -> int:  # fmt: skip
    """A coverage-guided campaign over all targets, or these."""
    if dashboard:
        demand("--dashboard")
    elif port is not None:
        raise UserError("--port is the live page's, which --dashboard asks for")
    project, known = open_project()
    targets = select(names, known, format_name=format_name, allow=allow)
    if shard is not None:
        index, count = shard
        mine = part([target.name for target in targets], index=index, count=count)
        targets = [target for target in targets if target.name in mine]
        if not targets:
            click.echo(f"nothing to do: shard {index}/{count} of fewer targets than that", err=True)
    if seconds is None:
        seconds = math.inf if seconds_each or until_plateau else DEFAULT_TIME
    limits = Limits(
        seconds=seconds,
        runs=runs,
        seconds_each=seconds_each or math.inf,
        plateau=plateau_chance if until_plateau else 0.0,
        minimise=minimize,
        growth=GROWTH,
        workers=workers or _cores(),
        seed=time.time_ns() if seed is None else seed,
    )
    call = Call("fuzz", [target.name for target in targets], files_of(files))
    campaign = Campaign(project, targets, limits)
    goal = Goal(
        targets=[target.name for target in targets], seconds=seconds, runs=runs, seconds_each=limits.seconds_each
    )  # fmt: skip

    def run(events: Generator[Event, None, None]) -> ExitCode:
        return carry_out(
            project, call, events, campaign.results,
            quiet=quiet, goal=goal, hurry=campaign.hurry, publish=document if as_json else None,
        )  # fmt: skip

    if not dashboard:
        return run(campaign.run())
    with beside(project, call.name, port) as page:
        click.echo(f"dashboard: {page.url}", err=True)
        return run(page.watch(campaign.run()))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
