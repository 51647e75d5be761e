"""What a finding shows a person: what broke, the input, the frames, the command, the place."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator

from fuzzlab.escape import escaped, hex_dump, is_text, one_line, shown_input
from fuzzlab.growth import Growth
from fuzzlab.plot import plotted, rows
from fuzzlab.quantities import counted
from fuzzlab.verdict import Cause, Finding, Outcome, Status, Verdict

__all__ = [
    "card",
    "cause_line",
    "frame_lines",
    "growth_lines",
    "history_lines",
    "passed_line",
    "replay_command",
    "sentence",
]

FRAMES_SHOWN = 6
"""Frames of a card, the innermost ones: enough to see who called whom, few enough to see the input beside them."""


def sentence(verdict: Verdict) -> str:
    """Say in one sentence, in the words of the contract, what broke."""
    message = one_line(verdict.message)
    exception = escaped(verdict.exception)
    sentences = {
        Outcome.CRASH: f"raised {exception}, which the contract does not allow" + (f": {message}" if message else ""),
        Outcome.HANG: f"{message}",
        Outcome.MEMORY: f"took more memory than its budget ({exception})",
        Outcome.DIED: f"killed its process ({exception})",
        Outcome.BAD_RESULT: f"returned a result that breaks {escaped(verdict.clause)}: {message}",
        Outcome.EFFECT: f"had a side effect, it {message}",
        Outcome.SUPERLINEAR: f"takes more than its share as its input grows: {message}",
    }
    return f"the parser {sentences.get(verdict.outcome, str(verdict.outcome))}"


def replay_command(finding: Finding) -> str:
    """Give the command that runs this input again."""
    words = ["fuzzlab", "replay"]
    if finding.options:
        spec, format_name, *allow = finding.options
        words += [
            spec,
            *(["--format", format_name] if format_name else []),
            *(w for a in allow for w in ("--allow", a)),
        ]
    else:
        words.append(finding.target)
    return shlex.join([*words, "--input", finding.path] if finding.path else words)


def card(finding: Finding) -> Iterator[str]:
    """Yield the lines of a finding's card; every one is safe to print anywhere."""
    verdict = finding.verdict
    flaky = "" if finding.deterministic else ", not reproducible"
    yield f"{verdict.outcome}  {escaped(finding.target)}  [{finding.status}{flaky}]  {finding.id}"
    if finding.status is Status.REGRESSED:
        yield "  REGRESSED: it was fixed, and is back"
    yield f"  {sentence(verdict)}"
    size = counted(len(finding.data), "byte")
    if finding.minimised_from > len(finding.data):
        size += f", minimised from {finding.minimised_from:,}"
    yield f"  input ({size}):  {shown_input(finding.data)}"
    if not is_text(finding.data):
        for row in hex_dump(finding.data):
            yield f"    {row}"
    yield from (f"    {line}" for line in (*frame_lines(verdict), *growth_lines(verdict.growth)))
    for cause in verdict.causes:
        yield f"    {cause_line(cause)}"
    if finding.cause:
        yield f"  drift:   an accepted input fails the same way after one change, {one_line(finding.cause)}"
    if finding.path:
        yield f"  replay:  {escaped(replay_command(finding))}"
        yield f"  saved:   {escaped(finding.path)}"
    else:
        yield f"  NOT SAVED; the whole input as base64:  {base64.b64encode(finding.data).decode('ascii')}"
    for other in finding.evidence:
        yield f"  also:    {escaped(other.path or shown_input(other.data))}, at {escaped(other.verdict.location)}"
    if finding.reason:
        yield f"  accepted: {one_line(finding.reason)}"


def passed_line(finding: Finding) -> str:
    """Say that a finding on record no longer fails."""
    what = f"{escaped(finding.target)}  {finding.id}  {one_line(finding.signature)}"
    if finding.status is Status.ACCEPTED:
        return f"warning: accepted, and no longer fails  {what}; fuzzlab findings reopen {finding.id}"
    return f"fixed  {what}"


def frame_lines(verdict: Verdict) -> Iterator[str]:
    """Yield a line for each of the innermost frames; a cycle of calls stands once, with its count."""
    shown = verdict.frames[-FRAMES_SHOWN:]
    if further := sum(frame.repeats for frame in verdict.frames[: -len(shown)]):
        yield f"… {counted(further, 'frame')} further out"
    for frame in shown:
        times = f"  ({frame.repeats} times)" if frame.repeats > 1 else ""
        yield escaped(f"{frame.file}:{frame.line}  in {frame.function}{times}")


def growth_lines(growth: Growth | None) -> Iterator[str]:
    """Yield how an input grows and what it then costs, as a table and as a plot."""
    if growth is None:
        return
    swelling = growth.swelling
    where = f", in the {escaped(swelling.part)}" if swelling.part else ""
    yield f"grows by {shown_input(swelling.unit)} ({escaped(swelling.way)}{where})"
    around = [
        (name, part) for name, part in (("behind", swelling.head), ("before", swelling.core + swelling.tail)) if part
    ]
    if around:
        yield "  " + ", ".join(f"{name} {shown_input(part)}" for name, part in around)
    found = list(rows(growth))
    wide, high = (max((len(each) for each in column), default=0) for column in zip(*found, strict=True))
    for size, cost in found:
        yield f"  {size:>{wide}}  {cost:>{high}}"
    yield from plotted(growth)


def cause_line(cause: Cause) -> str:
    """Say what an exception came from."""
    how = "caused by" if cause.explicit else "while handling"
    message = f": {one_line(cause.message)}" if cause.message else ""
    return f"{how} {escaped(cause.exception)}{message}, at {escaped(cause.location)}"


def history_lines(finding: Finding) -> Iterator[str]:
    """Yield a line for each entry of a finding's history, the first with the day on which it was stored."""
    if finding.date:
        yield f"{one_line(finding.date)}  found"
    for moment in finding.history:
        versions = f"fuzzlab {moment.fuzzlab}, Python {moment.python}"
        note = f": {one_line(moment.note)}" if moment.note else ""
        yield f"{one_line(moment.date)}  {moment.status}{note}  ({one_line(versions)})"
