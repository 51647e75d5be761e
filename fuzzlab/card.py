"""What a finding shows a person: what broke, the input, the frames, the command, the place."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator

from fuzzlab.escape import escaped, hex_dump, one_line, shown_input
from fuzzlab.verdict import Finding, Outcome, Verdict

__all__ = ["card", "replay_command", "sentence"]

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
        Outcome.SUPERLINEAR: f"costs more than its input is long: {message}",
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
    yield f"  {sentence(verdict)}"
    size = f"{len(finding.data)} byte{'' if len(finding.data) == 1 else 's'}"
    if finding.minimised_from > len(finding.data):
        size += f", minimised from {finding.minimised_from}"
    yield f"  input ({size}):  {shown_input(finding.data)}"
    if not _is_text(finding.data):
        for row in hex_dump(finding.data):
            yield f"    {row}"
    shown = verdict.frames[-FRAMES_SHOWN:]
    if len(verdict.frames) > len(shown):
        yield f"    … {len(verdict.frames) - len(shown)} frames further out"
    for frame in shown:
        yield "    " + escaped(f"{frame.file}:{frame.line}  in {frame.function}")
    if finding.path:
        yield f"  replay:  {escaped(replay_command(finding))}"
        yield f"  saved:   {escaped(finding.path)}"
    else:
        yield f"  NOT SAVED; the whole input as base64:  {base64.b64encode(finding.data).decode('ascii')}"
    if finding.reason:
        yield f"  accepted: {one_line(finding.reason)}"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
