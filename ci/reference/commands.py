"""The page of the command line, from click's commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ci.reference.markdown import code, heading, prose, table
from fuzzlab.cli import COMMANDS, commands
from fuzzlab.errors import ExitCode

__all__ = ["page", "walk"]

Path = tuple[str, ...]

INTRODUCTION = """\
Every command takes `--color auto|always|never` and `--help`. All but `completion` take `--json`: one document on
standard output, nothing else there, logs on standard error.
"""


def walk() -> Iterator[tuple[Path, click.Command]]:
    """Yield each command with the words that call it, those of a group behind it."""
    root = click.Context(commands, info_name="fuzzlab")
    for name in COMMANDS:
        command = commands.get_command(root, name)
        if command is not None:
            yield from _below((name,), command)


def _below(path: Path, command: click.Command) -> Iterator[tuple[Path, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            yield from _below((*path, name), member)


def page() -> str:
    """Give the page."""
    parts = [
        heading(1, "Command line"),
        INTRODUCTION,
        table(["command", ""], [(f"[`fuzzlab {name}`](#cli-{name})", prose(told)) for name, told in COMMANDS.items()]),
        heading(2, "Exit codes"),
        table(["code", "name", ""], [(code(int(one)), code(one.name), prose(one.meaning)) for one in ExitCode]),
        "`fuzzlab: ` and one line on standard error say what was wrong, where, and the nearest right thing.\n",
    ]
    for path, command in walk():
        parts += _command(path, command)
    return "\n".join(parts)


def _command(path: Path, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(("fuzzlab", *path)))
    yield heading(1 + len(path), code(f"fuzzlab {' '.join(path)}"), anchor="cli-" + "-".join(path))
    yield prose(command.help or "") + "\n"
    yield f"```text\n{' '.join(command.get_usage(context).removeprefix('Usage: ').split())}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option) and option.name != "colour"]
    rows = [_option(option, context) for option in options if "--color" not in option.opts]
    if rows:
        yield table(["option", "default", ""], rows)


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    # As click shows it in --help: none where the help says in words what happens without the option.
    default = "" if option.is_flag or not option.show_default else code(option.default)
    often = " Several add up." if option.multiple and "add up" not in (option.help or "") else ""
    return ", ".join(code(name + value) for name in option.opts), default, prose((option.help or "") + often)
