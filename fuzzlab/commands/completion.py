"""`fuzzlab completion`: the script by which a shell completes commands, options, targets and findings."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from fuzzlab.errors import ExitCode, HarnessError

__all__ = ["command"]

VARIABLE = "_FUZZLAB_COMPLETE"
"""By which the shell's script asks; click's own name for a program called fuzzlab."""


EPILOG = """bash: eval "$(fuzzlab completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc; fish: fuzzlab
completion fish > ~/.config/fish/completions/fuzzlab.fish"""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, *, shell: str) -> int:
    """Print the script that makes a shell complete fuzzlab's words."""
    kind = get_completion_class(shell)
    if kind is None:
        raise HarnessError(f"click knows no completion for {shell}")
    click.echo(kind(context.find_root().command, {}, "fuzzlab", VARIABLE).source())
    return ExitCode.CLEAN
