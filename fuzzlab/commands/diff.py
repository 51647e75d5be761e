"""`fuzzlab diff`: what another revision of the code makes of the stored inputs."""

from __future__ import annotations

import base64
import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from fuzzlab.behaviour import Behaviour, spelt
from fuzzlab.changes import Verdicts
from fuzzlab.commands import allow_option, document, format_option, json_option, open_project, warn
from fuzzlab.comparison import compare
from fuzzlab.destinations import probe
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.finder import select
from fuzzlab.interrupts import watched
from fuzzlab.outputs import write_markdown
from fuzzlab.reports.changes import lines, section
from fuzzlab.revisions import checked_out

__all__ = ["command"]


@click.command("diff")
@click.argument("revision", metavar="REV")
@click.argument("names", nargs=-1, metavar="[TARGET | MODULE:FUNCTION]...")
@click.option("--strict", is_flag=True, help="Exit with 1 where anything has changed.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE",
              help='Write the changes as a section of Markdown; "$GITHUB_STEP_SUMMARY" is appended to.')  # fmt: skip
@format_option
@allow_option
@json_option
def command(
    *, revision: str, names: tuple[str, ...], strict: bool, markdown: Path | None, format_name: str | None,
    allow: tuple[str, ...], as_json: bool,
) -> int:  # fmt: skip
    """What the working tree does otherwise than a revision, over the stored inputs."""
    project, known = open_project()
    if markdown is not None:
        probe("--markdown", markdown)
    targets = select(names, known, format_name=format_name, allow=allow)
    with watched(), checked_out(project, revision) as (base, head):
        verdicts = compare(project, targets, base, head, warn=warn)
    code = ExitCode.FINDINGS if strict and any(verdict.changes for verdict in verdicts) else ExitCode.CLEAN
    if markdown is not None:
        try:
            write_markdown(markdown, partial(section, verdicts, revision))
        except OSError as error:
            raise UserError(f"--markdown {markdown}: {error.strerror or error}") from None
    if as_json:
        body = {"version": 1, "exit_code": code, "revision": revision, "commit": base.commit}
        document(json.dumps({**body, "targets": list(map(_verdicts, verdicts))}, indent=2))
        return code
    for line in lines(verdicts, revision):
        click.echo(line)
    return code


def _verdicts(verdicts: Verdicts) -> dict[str, Any]:
    return {
        "name": verdicts.target,
        "inputs": verdicts.inputs,
        "unstable": verdicts.unstable,
        "missing": verdicts.missing,
        "changes": [
            {
                "sort": change.sort,
                "detail": change.detail,
                "inputs": change.inputs,
                "input_base64": base64.b64encode(change.data).decode("ascii"),
                "before": _behaviour(change.before),
                "after": _behaviour(change.after),
            }
            for change in verdicts.changes
        ],
    }


def _behaviour(behaviour: Behaviour) -> dict[str, Any]:
    return {
        "kind": behaviour.kind,
        "what": behaviour.what,
        "where": behaviour.where,
        "message": behaviour.message,
        "value": spelt(behaviour.value) if behaviour.kind == "accepted" else "",
    }
