"""The page about a run, as data: what stands where, in words; how it looks is the template's business.

A report is made of it once, a live page again and again; `Page.model_dump_json` is all that either needs. Every text
that others wrote is escaped here already (`fuzzlab.escape`), so that no bidirectional control turns a page around; that
none is markup is again the template's business.
"""

from __future__ import annotations

import datetime as dt
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from fuzzlab import __version__
from fuzzlab.account import Account, TargetAccount
from fuzzlab.card import FRAMES_SHOWN, cause_line, growth_lines, history_lines, replay_command, sentence
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped, hex_dump, one_line, shown_input
from fuzzlab.events import Slow
from fuzzlab.excerpts import lines_around, source_file
from fuzzlab.verdict import Finding, Frame, Status

__all__ = [
    "Curve", "FindingPage", "FramePage", "Line", "Page", "Reached", "RefusalPage", "SlowPage", "SourceFile",
    "TargetPage", "page_of",
]  # fmt: skip

WHOLE = 300
"""Findings that are shown whole; of others a line is, or a page with thousands would open on no telephone."""

CHARACTERS, ROWS = 1_000, 32
"""Of an input: characters, and rows of its hex dump."""

SLOW_CHARACTERS = 200
"""Of an input that is only slow: its beginning says what it is."""

AROUND = 2
"""Lines shown before and after the one of a frame."""

_EXITS = {
    ExitCode.CLEAN: "Nothing that fails",
    ExitCode.FINDINGS: "Findings that nobody has accepted",
    ExitCode.USER: "A mistake to correct, or a place that cannot be written",
    ExitCode.HARNESS: "fuzzlab itself failed",
    ExitCode.INTERRUPTED: "Interrupted; all work is kept",
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Curve(_Model):
    """What grows while a target is fuzzed; `times` are its seconds, ascending."""

    name: str
    unit: str
    times: list[float]
    values: list[int]


class Line(_Model):
    """A line of source. `kind`: `reached`, `missed`, `finding` (only a finding reaches it), or empty (no code)."""

    number: int
    text: str
    kind: str = ""


class FramePage(_Model):
    """A call on the way to where it broke, with the source beside it where that is at hand."""

    place: str
    line: int
    lines: list[Line]


class FindingPage(_Model):
    """A bug. Without `is_whole` only what a list shows is filled in."""

    id: str
    anchor: str
    target: str
    target_anchor: str
    outcome: str
    status: str
    is_open: bool
    deterministic: bool
    signature: str
    sentence: str
    is_whole: bool = True
    size: int = 0
    minimised_from: int = 0
    input: str = ""
    hex: list[str] = []
    frames: list[FramePage] = []
    hidden_frames: int = 0
    causes: list[str] = []
    growth: list[str] = []
    drift: str = ""
    command: str = ""
    file: str = ""
    also: list[str] = []
    reason: str = ""
    history: list[str] = []
    found_after: float = 0.0


class RefusalPage(_Model):
    """An error that refused inputs, or that the contract allows and nobody saw (`count` 0)."""

    error: str
    allowed: str
    count: int


class SlowPage(_Model):
    """An execution within its budget that took long."""

    id: str
    seconds: float
    size: int
    input: str


class TargetPage(_Model):
    """One target. `state` says in a word or two where it is."""

    name: str
    anchor: str
    state: str
    executions: int
    rate: float
    seconds: float
    accepted: int
    rejected: int
    coverage: int
    corpus: int
    restarts: int
    curves: list[Curve]
    refusals: list[RefusalPage]
    slow: list[SlowPage]
    notes: list[str]
    findings: list[str]
    open_findings: int


class SourceFile(_Model):
    """A file of the code under test: lines of code, how many of them were reached, and by a finding only."""

    path: str
    code: int
    reached: int
    by_finding: int
    lines: list[Line]


class Reached(_Model):
    """What a replay reaches in the source; `note` says why there is nothing, or what it is about."""

    note: str
    files: list[SourceFile] = []


class Page(_Model):
    """All of it."""

    version: int = 1
    fuzzlab: str
    python: str
    project: str
    command: str
    engine: str
    began: str
    seconds: float
    exit_code: int | None
    verdict: str
    executions: int
    open_findings: int
    targets: list[TargetPage]
    findings: list[FindingPage]
    passed: list[FindingPage]
    warnings: list[str]
    reached: Reached


def page_of(run: Account, root: Path, reached: Reached | None = None) -> Page:
    """Write down what a page about a run says.

    Args:
        run: what happened.
        root: of the project, for the source beside frames.
        reached: what a replay reaches, if there was one.
    """
    anchors = {name: f"target-{number}" for number, name in enumerate(run.targets, 1)}
    findings = [_finding(f, anchors, root, is_whole=number < WHOLE) for number, f in enumerate(run.findings)]
    results = [target.result for target in run.targets.values()]
    said = "Still running, or killed" if run.exit_code is None else _EXITS[ExitCode(run.exit_code)]
    return Page(
        fuzzlab=__version__,
        python=platform.python_version(),
        project=escaped(root.name),
        command=escaped(run.command),
        engine=run.engine,
        began=dt.datetime.fromtimestamp(run.began, dt.UTC).strftime("%Y-%m-%d %H:%M UTC") if run.began else "",
        seconds=run.seconds or max((result.seconds for result in results), default=0.0),
        exit_code=run.exit_code,
        verdict=said,
        executions=sum(result.executions for result in results),
        open_findings=sum(finding.is_open for finding in findings),
        targets=[_target(name, anchors, target) for name, target in run.targets.items()],
        findings=findings,
        passed=[_finding(finding, anchors, root, is_whole=False) for finding in run.passed],
        warnings=_counted(run.warnings),
        reached=reached or Reached(note="Not looked at."),
    )


def _target(name: str, anchors: dict[str, str], target: TargetAccount) -> TargetPage:
    result = target.result
    state = "not begun"
    if target.is_started:
        state = "finished" if target.is_finished else "running" if result.workers else "waiting"
    if target.is_flat:
        state = "at a plateau"
    counts = [RefusalPage(error=one_line(r.error), allowed=one_line(r.allowed), count=r.count) for r in result.refusals]
    met = {name for refusal in result.refusals for name in (refusal.allowed, refusal.error)}
    never = [RefusalPage(error=one_line(a), allowed=one_line(a), count=0) for a in target.allowed if a not in met]
    restarts = [f"worker replaced: {reason}" for reason in target.restarts]
    return TargetPage(
        name=escaped(name),
        anchor=anchors[name],
        state=state,
        executions=result.executions,
        rate=result.executions_per_second,
        seconds=result.seconds,
        accepted=result.accepted,
        rejected=result.rejected,
        coverage=result.coverage,
        corpus=result.corpus_size,
        restarts=result.worker_restarts,
        curves=list(_curves(target)),
        refusals=[*counts, *never],
        slow=[_slow(slow) for slow in result.slow],
        notes=_counted([*target.warnings, *restarts]),
        findings=[_anchor(finding, anchors) for finding in target.findings],
        open_findings=sum(finding.status.is_open for finding in target.findings),
    )


def _counted(messages: Iterable[str]) -> list[str]:
    """Give each message once, with how often it was said."""
    counts = Counter(one_line(message, CHARACTERS) for message in messages)
    return [text + (f" ({count} times)" if count > 1 else "") for text, count in counts.items()]


def _curves(target: TargetAccount) -> Iterable[Curve]:
    moments = target.series.moments
    if len(moments) == 0:
        return
    times = [round(moment.seconds, 3) for moment in moments]
    if times[0] > 0:  # nothing was there when it began
        times = [0.0, *times]
    pad = [0] * (len(times) - len(moments))
    coverage = [moment.coverage for moment in moments]
    if any(coverage):
        yield Curve(name="coverage", unit="edges", times=times, values=[*pad, *coverage])
    corpus = [moment.corpus for moment in moments]
    yield Curve(name="corpus", unit="inputs", times=times, values=[*(corpus[:1] * len(pad)), *corpus])
    yield Curve(name="executions", unit="", times=times, values=[*pad, *(moment.executions for moment in moments)])
    yield _found(sorted(f.found_after_seconds for f in target.findings), max(times[-1], target.result.seconds))


def _found(seconds: Sequence[float], end: float) -> Curve:
    """Give the findings as the stairs that they are."""
    times, values = [0.0], [sum(s <= 0 for s in seconds)]
    for second in seconds:
        if second > 0:
            times += [round(second, 3)] * 2
            values += [values[-1], values[-1] + 1]
    return Curve(name="findings", unit="", times=[*times, max(end, times[-1])], values=[*values, values[-1]])


def _slow(slow: Slow) -> SlowPage:
    return SlowPage(
        id=escaped(slow.id), seconds=slow.seconds, size=slow.size, input=shown_input(slow.data, SLOW_CHARACTERS)
    )


def _finding(finding: Finding, anchors: dict[str, str], root: Path, *, is_whole: bool) -> FindingPage:
    verdict = finding.verdict
    brief = FindingPage(
        id=finding.id,
        anchor=_anchor(finding, anchors),
        target=escaped(finding.target),
        target_anchor=anchors.get(finding.target, "targets"),
        outcome=verdict.outcome,
        status=finding.status,
        is_open=finding.status.is_open,
        deterministic=finding.deterministic,
        signature=one_line(finding.signature, 400),
        sentence=sentence(verdict),
        is_whole=False,
    )
    if not is_whole:
        return brief
    frames = verdict.frames[-FRAMES_SHOWN:]
    return brief.model_copy(
        update={
            "is_whole": True,
            "size": len(finding.data),
            "minimised_from": finding.minimised_from,
            "input": shown_input(finding.data, CHARACTERS),
            "hex": hex_dump(finding.data, ROWS),
            "frames": [_frame(frame, root) for frame in reversed(frames)],
            "hidden_frames": sum(frame.repeats for frame in verdict.frames[: -len(frames)]),
            "growth": list(growth_lines(verdict.growth)),
            "causes": [cause_line(cause) for cause in verdict.causes],
            "drift": one_line(finding.cause),
            "command": escaped(replay_command(finding)) if finding.path else "",
            "file": escaped(finding.path),
            "also": [f"{escaped(o.path)}, at {escaped(o.verdict.location)}" for o in finding.evidence if o.path],
            "reason": one_line(finding.reason, CHARACTERS) if finding.status is Status.ACCEPTED else "",
            "history": list(history_lines(finding)),
            "found_after": finding.found_after_seconds,
        }
    )


def _anchor(finding: Finding, anchors: dict[str, str]) -> str:
    """Name a finding within the page: two targets may share an input."""
    return f"{anchors.get(finding.target, 'target-0')}-{finding.id}"


def _frame(frame: Frame, root: Path) -> FramePage:
    path = source_file(root, frame.file)
    lines = lines_around(path, frame.line, AROUND) if path is not None else []
    times = f" ({frame.repeats} times)" if frame.repeats > 1 else ""
    return FramePage(
        place=escaped(f"{frame.file}:{frame.line} in {frame.function}") + times,
        line=frame.line,
        lines=[Line(number=number, text=escaped(text.expandtabs(4))) for number, text in lines],
    )
