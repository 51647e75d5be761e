"""The command line: which command, and what its end means as an exit code. No logic."""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence

import click

from fuzzlab import __version__
from fuzzlab.errors import ExitCode, FuzzlabError, UserError, nearest
from fuzzlab.escape import escaped

__all__ = ["COMMANDS", "commands", "main"]

COMMANDS = {
    "init": "Set a project up: configuration, a first target, workflows.",
    "list": "The targets, their formats, contracts and corpus sizes.",
    "replay": "Run every stored input once.",
    "check": "Property tests: examples of the format, made by Hypothesis.",
    "fuzz": "A coverage-guided campaign over all targets, or these.",
    "growth": "How fast cost grows with the length of an input.",
    "findings": "The register of what was found: list, show, accept, reopen.",
    "corpus": "The stored inputs: stats, distil, add, show.",
    "import": "Take recorded traffic into a target's corpus, without its secrets.",
    "diff": "What the working tree does otherwise than a revision, over the stored inputs.",
    "audit": "What is not covered: parsers without a target, and what the targets do not show.",
    "new": "Draft a target's file for a function: its format, its errors, its seeds, by a trial in a worker.",
    "export": "Targets for other services: clusterfuzz.",
    "report": "Write the last campaign as one HTML file, or for a machine.",
    "dashboard": "Serve the report as a page that goes on with the campaign, on this machine only.",
    "doctor": "What is here: Python, engines, limits, disk, project; to set fuzzlab up, and for bug reports.",
    "completion": "Print the script that makes a shell complete fuzzlab's words.",
}
"""The commands and what their help says first, here so that help needs none of their imports (a test compares)."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 clean, 1 findings, 2 the user's mistake, 3 our own failure, 130 interrupted."""
    sys.exit(_main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    try:
        return int(commands.main(arguments, prog_name="fuzzlab", standalone_mode=False) or ExitCode.CLEAN)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return ExitCode.CLEAN
    except click.ClickException as error:
        return _say(_ours(error), ExitCode.USER)
    except UserError as error:
        return _say(str(error), ExitCode.USER)
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone (`| head`), for which click exits with 1: neither findings nor a clean run.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ExitCode.INTERRUPTED
    except FuzzlabError as error:
        return _say(f"failure of the harness, not a finding: {error}", ExitCode.HARNESS, whole=True)
    except Exception:  # noqa: BLE001 - a failure of ours must exit as one, not as 1, which means findings
        return _say(f"failure of the harness, not a finding:\n{traceback.format_exc()}", ExitCode.HARNESS, whole=True)


def _ours(error: click.ClickException) -> str:
    """Give click's sentence as our own messages are, and where the right thing stands."""
    message = re.sub(r"\. Did you mean (.*\?)$", r" (did you mean \1)", error.format_message()).removesuffix(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"; `{context.command_path} --help` shows what there is" if context is not None else ""
    return message[:1].lower() + message[1:] + hint


def _say(message: str, code: int, *, whole: bool = False) -> int:
    lines = message.splitlines() if whole else [" ".join(message.split())]
    click.echo("\n".join(["fuzzlab: " + escaped(lines[0]), *map(escaped, lines[1:])]), err=True)
    return code


def _set_colour(_context: click.Context, _option: click.Parameter, when: str | None) -> None:
    """Say it in the two variables that all that writes in colour knows (no-color.org, force-color.org)."""
    if when is not None:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            os.environ.pop(name, None)
    if when in ("always", "never"):
        os.environ["FORCE_COLOR" if when == "always" else "NO_COLOR"] = "1"


_COLOUR = click.Option(
    ["--color", "--colour"], type=click.Choice(["auto", "always", "never"]), expose_value=False, is_eager=True,
    callback=_set_colour, help="Whether to write in colour (default: auto, for terminals; NO_COLOR is heeded).",
)  # fmt: skip


class _Commands(click.Group):
    """The commands by name, each imported when it is asked for: `--help` costs no import of an engine."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's shape
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's shape
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"fuzzlab.commands.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - what a member of the family is
        if _COLOUR not in command.params:
            command.params.append(_COLOUR)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:  # fmt: skip
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UserError(f"no command {args[0]!r}{nearest(args[0], COMMANDS)}; there are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's shape
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fuzzlab", message="%(prog)s %(version)s")
def commands() -> None:
    """Fuzz Python input parsers under one contract.

    A parser may refuse with a declared error; it may never crash, hang, exhaust memory, kill the process, have side
    effects, or return what the code behind it cannot handle.
    """
