"""`fuzzlab dashboard`: the live page beside a campaign that goes on, or about one that has ended."""

from __future__ import annotations

from pathlib import Path

import click

from fuzzlab.commands import port_option
from fuzzlab.errors import ExitCode
from fuzzlab.follower import Follower
from fuzzlab.loopback import address, demand, listen, new_token
from fuzzlab.project import Project
from fuzzlab.server import serve

__all__ = ["command"]


@click.command("dashboard")
@port_option
def command(*, port: int | None) -> int:
    """Serve the report as a page that goes on with the campaign, on this machine only."""
    demand("fuzzlab dashboard")
    project = Project.find(Path.cwd())
    token = new_token()
    with listen(port) as opened:
        click.echo(f"dashboard: {address(opened, token)}", err=True)
        serve(Follower(project), project.root, opened, token, lambda: False)
    return ExitCode.CLEAN
