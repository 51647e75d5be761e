"""A run as a person sees it; nothing of it is interpreted."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from fuzzlab.board import Goal
from fuzzlab.engines import coverage
from fuzzlab.events import (
    Event,
    FindingSeen,
    Progressed,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.project import Project
from fuzzlab.reports import terminal as terminal_module
from fuzzlab.reports.terminal import Terminal
from fuzzlab.run import Call, carry_out
from fuzzlab.screen import SIZE
from fuzzlab.verdict import Finding, Frame, Outcome, Status, Verdict
from tests.emulator import Emulator
from tests.projects import environment, make_project

HOSTILE = "\x1b[31m[red]:boom:\n::error::##[x]\u202e\ud800"
FINDING = Finding(
    "pin", Verdict(Outcome.CRASH, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (Frame(HOSTILE, HOSTILE, HOSTILE, 1),)),
    HOSTILE.encode("utf-8", "surrogatepass"), path="corpus/x", status=Status.ACCEPTED, reason=HOSTILE,
)  # fmt: skip


def _printed(*, quiet: bool) -> str:
    stream = io.StringIO()
    terminal = Terminal(stream, quiet=quiet)
    result = TargetResult(name="pin", executions=1234, accepted=1000, seconds=2.0, findings=(FINDING,))
    for event in (
        TargetStarted("pin"), Progressed(result), FindingSeen(FINDING), WorkerRestarted("pin", HOSTILE),
        Warned(HOSTILE, "pin"), TargetFinished(result),
    ):  # fmt: skip
        terminal.event(event)
    terminal.summary([result], 2.0)
    return stream.getvalue()


def test_everything_is_inert() -> None:
    """Whatever a parser raised, no line holds a control, a command, or markup that was followed."""
    text = _printed(quiet=False)
    for line in text.splitlines():
        assert line.isprintable(), ascii(line)
        assert "::" not in line
        assert "##[" not in line
    assert "[red]" in text
    assert ":boom:" in text


def test_an_old_encoding() -> None:
    """Where the locale has no sign for what a parser raised, it is spelt out."""
    raw = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(raw, encoding="latin-1"))
    terminal.event(FindingSeen(Finding("pin", Verdict(Outcome.CRASH, "E", "漢"), "é漢".encode(), path="corpus/x")))
    text = raw.getvalue().decode("latin-1")
    assert "which the contract does not allow: \\u6f22" in text
    assert '"é\\u6f22"' in text


def test_the_sum() -> None:
    """The last line counts findings by status, executions and targets; `--quiet` leaves only findings and it."""
    last = "1 accepted; 1,234 executions over 1 target in 2.0 s"
    assert _printed(quiet=False).splitlines()[-1] == last
    quiet = _printed(quiet=True)
    assert quiet.splitlines()[-1] == last
    assert "warning" not in quiet
    assert "per second" not in quiet


GOAL = Goal(targets=["pin", "phone"], seconds=60.0)
RESULT = TargetResult(name="pin", executions=1234, accepted=1000, seconds=2.0, findings=(FINDING,), workers=1)


class _Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> list[str]:
        return Emulator(*SIZE).feed(self.getvalue()).shown


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> _Tty:
    """Give a terminal with colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return _Tty()


def _until(stream: io.StringIO, text: str) -> None:
    end = time.monotonic() + 60
    while text not in stream.getvalue():
        assert time.monotonic() < end
        time.sleep(0.01)


def _run_of(terminal: Terminal, stream: io.StringIO) -> None:
    """Let a run happen in which each kind of event does."""
    terminal.event(TargetStarted("pin"))
    terminal.event(Progressed(RESULT))
    _until(stream, "1,234")
    terminal.event(FindingSeen(FINDING))
    terminal.event(WorkerRestarted("pin", HOSTILE))
    terminal.event(Warned(HOSTILE, "pin"))
    _until(stream, "newest finding")


def test_the_live_part_leaves_nothing(tty: _Tty) -> None:
    """During a run it stands below what was printed; at the end the screen is that of a run without it."""
    terminal = Terminal(tty, goal=GOAL)
    _run_of(terminal, tty)
    live = tty.shown
    assert sum("newest finding" in line for line in live) == 1
    assert live[-1].endswith("of 2 running")
    assert any(line.startswith("● pin") for line in live)
    terminal.event(TargetFinished(RESULT))
    terminal.summary([RESULT], 2.0)
    assert not [t for t in threading.enumerate() if t.name == "fuzzlab screen"]

    plain = _Tty()
    printed = Terminal(plain)
    for event in (FindingSeen(FINDING), WorkerRestarted("pin", HOSTILE), Warned(HOSTILE, "pin")):
        printed.event(event)
    printed.summary([RESULT], 2.0)
    assert tty.shown == plain.shown
    assert plain.shown[-1] == "1 accepted; 1,234 executions over 1 target in 2.0 s"


def test_no_color(tty: _Tty, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours there are, and with NO_COLOR none: what runs is told by a sign."""
    for name, coloured in ((None, True), ("NO_COLOR", False)):
        stream = _Tty()
        if name:
            monkeypatch.setenv(name, "1")
        terminal = Terminal(stream, goal=GOAL)
        _run_of(terminal, stream)
        terminal.close()
        assert bool(re.search(r"\x1b\[[\d;]*3\dm", stream.getvalue())) == coloured
        assert "● " in stream.getvalue()


@pytest.mark.parametrize("name", ["dumb", "unknown", ""])
def test_a_dumb_terminal(tty: _Tty, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """One that cannot move its cursor gets the lines of a log, and no sequence."""
    monkeypatch.setenv("TERM", name)
    monkeypatch.setattr(terminal_module, "PROGRESS_EVERY", 0.0)
    terminal = Terminal(tty, goal=GOAL)
    for event in (TargetStarted("pin"), Progressed(RESULT)):
        terminal.event(event)
    terminal.summary([RESULT], 2.0)
    text = tty.getvalue()
    assert "s: 1,234 executions" in text
    assert name == "" or "\x1b" not in text
    assert "\x1b[J" not in text


def test_quiet_and_logs_are_not_live(tty: _Tty) -> None:
    """`--quiet` shows nothing between findings and the sum, and so does a run that tells of no progress."""
    for terminal in (Terminal(tty, quiet=True, goal=GOAL), Terminal(tty)):
        for event in (TargetStarted("pin"), Progressed(RESULT), TargetFinished(RESULT)):
            terminal.event(event)
        terminal.close()
    assert tty.getvalue() == ""


def test_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, a run that tells of its progress each second gets a plain line every ten seconds."""
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    stream = io.StringIO()
    terminal = Terminal(stream, goal=GOAL)
    for second in range(1, 36):
        clock[0] = 100.0 + second
        for name in GOAL.targets:
            result = TargetResult(name=name, executions=second * 500, workers=1, seconds=second)
            terminal.event(Progressed(result))
    assert stream.getvalue().splitlines() == [
        "10 s: 9,500 executions, 1,000 a second, 0 findings",
        "20 s: 19,500 executions, 1,000 a second, 0 findings",
        "30 s: 29,500 executions, 1,000 a second, 0 findings",
    ]


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt()])
def test_whatever_ends_a_run(
    tty: _Tty, monkeypatch: pytest.MonkeyPatch, project: Project, error: BaseException
) -> None:
    """An exception of ours, and Ctrl-C, leave the terminal with what was printed and nothing else."""
    monkeypatch.setattr(sys, "stdout", tty)

    def events() -> Generator[Event, None, None]:
        yield TargetStarted("pin")
        yield Progressed(RESULT)
        _until(tty, "1,234")
        yield FindingSeen(FINDING)
        _until(tty, "newest finding")
        tty.write("^C")
        raise error

    with pytest.raises(ValueError, match="ours") if isinstance(error, ValueError) else contextlib.nullcontext():
        carry_out(project, Call("fuzz", ["pin"]), events(), lambda: [RESULT], quiet=False, goal=GOAL)
    shown = tty.shown
    assert shown[0].startswith("crash  pin")
    assert not [line for line in shown if "running" in line or "newest finding" in line or "^C" in line]
    if isinstance(error, KeyboardInterrupt):
        assert "interrupted; all work is kept" in shown
        assert shown[-1].startswith("1 accepted; 1,234 executions")


CLAIM = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "os.execv(sys.executable, [sys.executable, '-m', 'fuzzlab', *sys.argv[1:]])"
)
"""Makes the pseudo-terminal the one whose Ctrl-C we get, with the signal as a shell hands it on in the foreground."""


def _in_a_terminal(folder: Path, *words: str, columns: int, lines: int, press: tuple[str, str] = ("", "")) -> str:
    """Run a command in a pseudo-terminal; once the first of `press` is shown, press the second. Give what it wrote."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {name: value for name, value in environment().items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM, *words],
        cwd=folder, env={**env, "TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        text, (awaited, keys) = b"", press
        try:
            while select.select([ours], [], [], 120)[0]:
                try:
                    part = os.read(ours, 65536)
                except OSError:  # Linux says so when the last one at the other end has gone
                    part = b""
                if not part:
                    break
                text += part
                if keys and awaited.encode() in text:
                    os.write(ours, keys.encode())
                    keys = ""
        finally:
            process.kill()
            os.close(ours)
    assert not keys, text.decode()
    return text.decode()


needs_coverage = pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")


@needs_coverage
@pytest.mark.parametrize(("columns", "lines"), [(80, 24), pytest.param(200, 50, marks=pytest.mark.slow), (50, 9)])
def test_a_campaign_in_a_terminal(tmp_path: Path, columns: int, lines: int) -> None:
    """It is live while it runs; at the end stand the finding's card and the table, each once, and no leftovers."""
    make_project(tmp_path)
    words = ("fuzz", "--runs", "3000", "--time", "30m", "--workers", "1", "--seed", "7")
    text = _in_a_terminal(tmp_path, *words, columns=columns, lines=lines)
    assert re.search(r"of 2 running|of 6,000 executions|of 30:00", text)
    shown = Emulator(columns, lines).feed(text).shown
    assert shown[0].startswith("crash  indexed  [new]")
    assert shown[-1].startswith("1 new; 6,000 executions over 2 targets in")
    heading, indexed, sound = shown[-4:-1]
    assert heading.split()[0] == "target"
    assert [indexed.split()[0], sound.split()[0]] == ["indexed", "sound"]
    assert "3,000" in indexed
    for once in ("crash  indexed", "target  ", "sound "):
        assert sum(line.startswith(once) for line in shown) == 1
    assert not [line for line in shown if "running" in line or "newest" in line or "findings yet" in line]
    assert not [line for line in shown if "━" in line or "─" in line]


@needs_coverage
def test_ctrl_c_in_a_terminal(tmp_path: Path) -> None:
    """The live part goes, with the `^C` that the terminal has printed into it; the finding and the table are there."""
    make_project(tmp_path)
    words = ("fuzz", "indexed", "--time", "1h", "--workers", "1")
    text = _in_a_terminal(tmp_path, *words, columns=80, lines=24, press=("newest finding", "\x03"))
    shown = Emulator(80, 24).feed(text).shown
    assert "^C" in text
    assert shown[0].startswith("crash  indexed  [new]")
    assert "interrupted; all work is kept" in shown
    assert shown[-1].startswith("1 new; ")
    assert not [line for line in shown if "^C" in line or "running" in line or "newest" in line], text
