"""A run as a person sees it; nothing of it is interpreted."""

from __future__ import annotations

import io

from fuzzlab.events import FindingSeen, Progressed, TargetFinished, TargetResult, TargetStarted, Warned, WorkerRestarted
from fuzzlab.reports.terminal import Terminal
from fuzzlab.verdict import Finding, Frame, Outcome, Status, Verdict

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


def test_the_sum() -> None:
    """The last line counts findings by status, executions and targets; `--quiet` leaves only findings and it."""
    last = "1 accepted; 1,234 executions over 1 target in 2.0 s"
    assert _printed(quiet=False).splitlines()[-1] == last
    quiet = _printed(quiet=True)
    assert quiet.splitlines()[-1] == last
    assert "warning" not in quiet
    assert "per second" not in quiet
