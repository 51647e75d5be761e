"""The live page's process beside a campaign, as the campaign sees it: begun before it, and told of its end.

It follows the event log like any other reader. Where it dies a warning says so, and the campaign goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fuzzlab
from fuzzlab.escape import one_line
from fuzzlab.events import Event, Warned
from fuzzlab.journal import LOG
from fuzzlab.loopback import address, listen, new_token
from fuzzlab.project import Project

__all__ = ["Companion", "beside"]

ENDING = 5.0
"""Seconds in which it shows the end of the campaign, and ends; after that it is killed."""

_START = "from fuzzlab.server import main; main()"


class Companion:
    """The process; `url` is where its page is."""

    def __init__(self, project: Project, run: str, port: int | None) -> None:
        """Start it.

        Args:
            project: whose event log it follows.
            run: the name of the run there.
            port: where it serves; the next free one where it is None.

        Raises:
            UserError: the port cannot be had.
        """
        token = new_token()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - for the process's life
        with listen(port) as opened:
            self.url = address(opened, token)
            order: dict[str, Any] = {
                "socket": opened.fileno(), "token": token, "root": str(project.root), "run": run,
                "since": _size(project),
            }  # fmt: skip
            self._process = subprocess.Popen(  # noqa: S603 - our own module, with our own interpreter
                [sys.executable, "-P", "-c", _START],  # what lies in the project is not to be imported
                pass_fds=(opened.fileno(),),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                start_new_session=True,  # Ctrl-C is the campaign's, whose end the page is to show
                env=_environment(),
            )
        self._say(json.dumps(order))  # not in its arguments, which everybody on the machine can read

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        with contextlib.suppress(OSError):  # it has died, which is noticed elsewhere
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def watch(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """Pass a campaign's events on; where the page has died say so, once."""
        is_told = False
        with contextlib.closing(events):
            for event in events:
                yield event
                if not is_told and self._process.poll() is not None:
                    is_told = True
                    yield Warned(f"the live page has ended, the campaign goes on: {self._last_words()}")

    def _last_words(self) -> str:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 4096))
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "")
        return one_line(said) if said else f"exit code {self._process.returncode}"

    def close(self) -> None:
        """Let it show the end, and end."""
        self._say("end")
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


@contextmanager
def beside(project: Project, run: str, port: int | None) -> Iterator[Companion]:
    """Give a live page for as long as a campaign lasts."""
    companion = Companion(project, run, port)
    try:
        yield companion
    finally:
        companion.close()


def _size(project: Project) -> int:
    """Give where in the log the run will begin, or later."""
    with contextlib.suppress(OSError):
        return (project.state / LOG).stat().st_size
    return 0


def _environment() -> dict[str, str]:
    """Give its environment: ours, with this package importable wherever it lies."""
    ours = str(Path(fuzzlab.__file__).parents[1])
    paths = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{paths}{os.pathsep}{ours}" if paths else ours}
