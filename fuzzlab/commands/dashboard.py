"""`fuzzlab dashboard`: the live page beside a campaign that goes on, or about one that has ended."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fuzzlab.commands import document, json_option, port_option
from fuzzlab.errors import ExitCode
from fuzzlab.follower import Follower
from fuzzlab.loopback import address, demand, listen, new_token
from fuzzlab.project import Project
from fuzzlab.server import serve

__all__ = ["command"]


@click.command("dashboard")
@port_option
@json_option
def command(*, port: int | None, as_json: bool) -> int:
    """Serve the report as a page that goes on with the campaign, on this machine only."""
    demand("fuzzlab dashboard")
    project = Project.find(Path.cwd())
    token = new_token()
    with listen(port) as opened:
        url = address(opened, token)
        click.echo(f"dashboard: {url}", err=True)
        if as_json:
            document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, "url": url}))
        serve(Follower(project), project.root, opened, token, lambda: False)
    return ExitCode.CLEAN
