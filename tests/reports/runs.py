"""Runs as the reports meet them: an ordinary one, and one in which all that others wrote is hostile."""

from __future__ import annotations

from pathlib import Path

from fuzzlab.account import Account, account
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    Plateaued,
    Progressed,
    Refusal,
    RunFinished,
    RunStarted,
    Slow,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.verdict import Cause, Finding, Frame, Moment, Outcome, Status, Verdict

__all__ = ["GOLDEN", "HOSTILE", "events", "golden", "hostile_events", "hostile_run", "run"]

GOLDEN = Path(__file__).parents[1] / "golden"

BEGAN = 1_760_000_000.0

HOSTILE = (
    "<script>alert(1)</script></pre></textarea>\"'><img src=x onerror=alert(1)>&amp; ]]> --> "
    "[a](javascript:alert(1)) ![b](https://evil.example/x.png) <https://evil.example> @octocat #1 user@evil.example "
    "www.evil.example ``` ` `` | {0} {{ $x$ **b** ~~~\n::error::x\n##[error]x\r\x1b]8;;https://evil.example\x07y\x1b]8;;\x07"
    "\x1b]52;c;ZXZpbA==\x07\x1b[31m\x9b31m\x9d8;;x\x9c\x00\x0b\ufffe\uffff\ud800\u202e\u2028"
)
"""Markup, links, mentions, fences, CI commands, OSC 8, OSC 52, CSI in seven and eight bits, what XML cannot hold."""

BLANK = Finding(
    "pin",
    Verdict(
        Outcome.CRASH, "IndexError", "string index out of range", place="shop:pin",
        frames=(Frame("targets", "pin", "targets/pin.py", 9), Frame("shop", "pin", "shop.py", 12)),
        causes=(Cause("KeyError", "'a'", "shop:look", "shop.py:30", True),),
    ),
    b" ", minimised_from=96, found_after_seconds=2.0, found_after_executions=900, date="2025-10-01",
    path="corpus/pin/regressions/36a9e7f1c95b82ff",
)  # fmt: skip
BINARY = Finding(
    "phone", Verdict(Outcome.BAD_RESULT, "", "lone surrogate at 0", "storable", "shop:phone"), b"\xff\x00\xfe",
    status=Status.REGRESSED, minimised_from=3, found_after_seconds=0.5, path="corpus/phone/regressions/x",
    deterministic=False, history=(Moment("2025-09-01", Status.FIXED, "0.1.0", "3.11.7"),),
)  # fmt: skip
ACCEPTED = Finding(
    "phone", Verdict(Outcome.HANG, "", "did not end within 1 s", "", "shop:phone"), b"((((", status=Status.ACCEPTED,
    minimised_from=4, path="corpus/phone/regressions/y", reason="only from our own tools",
)  # fmt: skip
FIXED = Finding(
    "pin", Verdict(Outcome.CRASH, "KeyError", "1", place="shop:old"), b"old", status=Status.FIXED, path="corpus/z"
)


def events() -> list[Event]:
    """Give the events of an ordinary campaign."""
    half = TargetResult(name="pin", executions=500, seconds=1.0, accepted=100, rejected=400, coverage=10, corpus_size=3)
    pin = TargetResult(
        name="pin", executions=1234, seconds=2.5, accepted=234, rejected=990, coverage=14, corpus_size=7,
        worker_restarts=1, findings=(BLANK,),
        refusals=(Refusal("shop.PinError", "ValueError", 900), Refusal("no value in the format", "", 90)),
        slow=(Slow(0.25, "4e07408562bedb8b", 3, b"3.1"),),
    )  # fmt: skip
    phone = TargetResult(name="phone", executions=99, seconds=1.0, accepted=90, findings=(BINARY, ACCEPTED))
    return [
        RunStarted("fuzz", ["pin", "phone", "idle"], BEGAN), TargetStarted("pin", ("ValueError", "shop.Never")),
        TargetStarted("phone", ("ValueError",)), Progressed(half), FindingSeen(BLANK), FindingSeen(BINARY),
        FindingSeen(ACCEPTED), FindingPassed(FIXED), WorkerRestarted("pin", "crash SIGSEGV"), Plateaued("phone", 99),
        Warned("corpus/pin/seeds/x is no ordinary file; passed over", "pin"), TargetFinished(pin),
        TargetFinished(phone), RunFinished(1, 3.25),
    ]  # fmt: skip


def run() -> Account:
    """Give what an ordinary campaign amounts to."""
    return account(events())


def hostile_events(name: str = "pin", text: str = HOSTILE) -> list[Event]:
    """Give the events of a run in which every text is `text`."""
    data = text.encode("utf-8", "surrogatepass")
    frame = Frame(text, text, text, 3)
    verdicts = [
        Verdict(outcome, text, text, text if outcome is Outcome.BAD_RESULT else "", text, (frame,),
                (Cause(text, text, text, text, False),))
        for outcome in (Outcome.CRASH, Outcome.BAD_RESULT, Outcome.HANG, Outcome.EFFECT)
    ]  # fmt: skip
    findings = [
        Finding(
            name, verdict, data + bytes([number]) * (number > 0), status=status, path=text, reason=text, date=text,
            options=(text, text, text), cause=text, minimised_from=10**6,
            history=(Moment(text, status, text, text, text),), evidence=(Finding(name, verdict, data, path=text),),
        )
        for number, (verdict, status) in enumerate(
            zip(verdicts, (Status.NEW, Status.REGRESSED, Status.KNOWN, Status.ACCEPTED), strict=True)
        )
    ]  # fmt: skip
    result = TargetResult(
        name=name, executions=9, seconds=1.0, findings=tuple(findings), refusals=(Refusal(text, text, 5),),
        slow=(Slow(0.5, "0" * 16, len(data), data),),
    )  # fmt: skip
    return [
        RunStarted("fuzz", [name], BEGAN), TargetStarted(name, (text,)), *map(FindingSeen, findings),
        WorkerRestarted(name, text), Warned(text, name), Warned(text), TargetFinished(result), RunFinished(3, 1.0),
    ]  # fmt: skip


def hostile_run(name: str = "pin", text: str = HOSTILE) -> Account:
    """Give what that amounts to."""
    return account(hostile_events(name, text))


def golden(name: str, text: str, *, rewrite: bool) -> None:
    """Compare with what was written before; `pytest --golden` writes it anew, for a person to read the difference."""
    path = GOLDEN / name
    if rewrite:
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
