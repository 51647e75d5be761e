"""Pages of documentation, run from top to bottom in an empty folder.

    ```console            lines with `$ ` are commands, those below what they print, standard error included
    ```python title="x"   a file, written when the page comes to it
    ```sh not-run="why"   neither, and why

In what a command prints, `…` stands for anything within a line, and for any lines where it stands alone. A block marked
`varies` is compared but for its numbers, ids, quoted inputs and the width of its blanks.

`python -m tests.pages PAGE` writes what the commands print now into a page, where it is something else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.projects import REPOSITORY

__all__ = ["FENCE", "Block", "Step", "blocks", "matches", "run", "steps"]

FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_QUOTED = r'b?"(?:[^"\\\n]|\\.)*"(?: \* \d+)?'
VARYING = re.compile(rf"[0-9a-f]{{16}}|{_QUOTED}(?: \+ {_QUOTED})*|\d[\d,]*(?:\.\d+)?(?:e-\d+)?|\s+")
"""What a block that varies is not held to: ids, quoted inputs, numbers, blanks."""

PROGRESS = re.compile(r"^\d+ s: .*\n", re.MULTILINE)
"""What a pipe is told every ten seconds of a campaign; a reader has a terminal, and a bar there."""

TIMEOUT = 300
"""Seconds: a hang must end, a loaded machine must not fail."""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences, and where."""

    page: str
    line: int
    language: str
    words: str
    text: str

    def said(self, key: str) -> str | None:
        """Give what stands behind `key=` in the first line."""
        found = re.search(rf'\b{key}="([^"]*)"', self.words)
        return found and found[1]

    @property
    def varies(self) -> bool:
        """Whether numbers, ids and inputs may be others."""
        return "varies" in self.words.split()

    @property
    def place(self) -> str:
        """`page:line`."""
        return f"{self.page}:{self.line}"


@dataclass(slots=True)
class Step:
    """A command with what it is said to print, and what it printed."""

    block: Block
    command: str
    shown: list[str] = field(default_factory=list)
    printed: str = ""
    code: int = 0

    @property
    def fits(self) -> bool:
        """Whether it did what is shown: a command that shows nothing prints nothing and succeeds."""
        if not self.shown:
            return not self.printed and self.code == 0
        return matches("\n".join(self.shown), self.printed, varies=self.block.varies)


def blocks(path: Path) -> list[Block]:
    """Give the blocks of a page, but for those that are the site's and not the reader's."""
    text = path.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        language, _, words = match[1].strip().partition(" ")
        if not language.startswith("{"):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(str(path.relative_to(REPOSITORY)), line, language, words, match[2]))
    return found


def steps(block: Block) -> list[Step]:
    """Take a console block apart."""
    made: list[Step] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            made.append(Step(block, line[2:]))
        else:
            assert made, f"{block.place}: output before a command"
            made[-1].shown.append(line)
    return made


def matches(shown: str, printed: str, *, varies: bool = False) -> bool:
    """Compare a text with what was printed: `…` stands for anything in its line, alone in a line for any lines."""
    pattern = ""
    for line in shown.rstrip().split("\n"):
        if line.strip() == "…":
            pattern += "(?:[^\n]*\n)*?"
        else:
            pattern += (
                "[^\n]*".join(_pattern(piece) if varies else re.escape(piece) for piece in line.split("…")) + "\n"
            )
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None


def _pattern(text: str) -> str:
    made, end = "", 0
    for found in VARYING.finditer(text):
        made += re.escape(text[end : found.start()])
        end = found.end()
        if found[0].isspace():
            made += r"\s+"
        elif '"' in found[0]:
            made += r'b?"[^\n]*"(?: \* \d+)?'
        else:
            made += "[0-9a-f]{16}" if len(found[0]) == 16 else r"\d[\d,]*(?:\.\d+)?(?:e-\d+)?"
    return made + re.escape(text[end:])


def run(page: Path, folder: Path) -> Iterator[Step]:
    """Write a page's files and run its commands, yielding each command when it has ended."""
    here = folder
    for block in blocks(page):
        if block.said("not-run") is not None:
            continue
        if (name := block.said("title")) is not None:
            path = here / name
            assert path.resolve().is_relative_to(folder.resolve()), f"{block.place}: {name} is outside"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            continue
        for step in steps(block):
            here = _carry_out(step, here, folder)
            yield step


def _carry_out(step: Step, here: Path, folder: Path) -> Path:
    """Run a command as a shell does, and give the folder in which the next one runs."""
    told = folder.with_name(folder.name + ".cwd")
    done = subprocess.run(
        ["bash", "-c", f'trap \'pwd > "{told}"\' EXIT\n{step.command}'], cwd=here, env=_environment(), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    step.printed, step.code = PROGRESS.sub("", done.stdout), done.returncode
    return Path(told.read_text(encoding="utf-8").strip())


def _environment() -> dict[str, str]:
    """Give a reader's environment: an activated one, without what tests say, and with somebody who commits."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_", "PYTHONPATH"))}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "120",
        # A file may be written twice within the second that a compiled one is told apart by.
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(REPOSITORY / ".hypothesis"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Reader", "GIT_AUTHOR_EMAIL": "reader@example.org",
        "GIT_COMMITTER_NAME": "Reader", "GIT_COMMITTER_EMAIL": "reader@example.org",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "init.defaultBranch", "GIT_CONFIG_VALUE_0": "main",
    }  # fmt: skip


def _rewrite(page: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done: dict[int, tuple[Block, list[Step]]] = {}
        for step in run(page, Path(folder)):
            sys.stderr.write(
                f"{step.block.place} {'fits' if step.fits else 'DIFFERS'} ({step.code}) $ {step.command}\n"
            )
            done.setdefault(step.block.line, (step.block, []))[1].append(step)
        text = page.read_text(encoding="utf-8")
        for block, all_steps in done.values():
            lines = []
            for step in all_steps:
                lines += [f"$ {step.command}", *(step.shown if step.fits else step.printed.rstrip().splitlines())]
            text = text.replace(f"{block.text}```", "\n".join(lines) + "\n```", 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        _rewrite(Path(name).resolve())
