r"""A run as Markdown, for the summary of a CI job.

What others wrote stands in code: spans and fenced blocks, where Markdown and GitHub know no link, no `@mention`, no
image and no HTML. Inside a span a backtick and a table's bar are spelt out (`\x60`, `\x7c`); a block's fence is longer
than any run of backticks in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fuzzlab.account import Account, TargetAccount
from fuzzlab.card import cause_line, frame_lines, growth_lines, history_lines, replay_command, sentence
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped, hex_dump, is_text, one_line, shown_input
from fuzzlab.quantities import counted
from fuzzlab.verdict import Finding, Status

__all__ = ["LIMIT", "markdown"]

LIMIT = 1 << 20
"""Bytes that GitHub takes of a step's summary; of more it shows nothing."""

ROWS = 200
"""Targets in the table."""

_EXITS = {
    ExitCode.CLEAN: "nothing that fails",
    ExitCode.FINDINGS: "findings that nobody has accepted",
    ExitCode.USER: "a mistake to correct, see the log",
    ExitCode.HARNESS: "fuzzlab itself failed, see the log",
    ExitCode.INTERRUPTED: "interrupted",
}


def markdown(run: Account, limit: int = LIMIT) -> str:
    """Write a run in at most `limit` bytes; where that is too little, whole findings are left out, and counted."""
    head = "\n".join(_head(run)) + "\n"
    sections = [_section(finding) for finding in run.findings if finding.status is not Status.ACCEPTED]
    tail = "".join(_tail(run))
    room = limit - len(_bytes(head)) - len(_bytes(tail)) - len(_bytes(_omitted(len(sections))))
    kept: list[str] = []
    for section in sections:
        if len(_bytes(section)) > room:
            break
        room -= len(_bytes(section))
        kept.append(section)
    omitted = _omitted(len(sections) - len(kept)) if len(kept) < len(sections) else ""
    text = head + "".join(kept) + omitted + tail
    if len(_bytes(text)) > limit:  # what little room there is says the least that can be said
        text = f"{_title(run)}\n\n{_omitted(len(sections))}"
    return text if len(_bytes(text)) <= limit else ""


def _title(run: Account) -> str:
    count = sum(finding.status.is_open for finding in run.findings)
    return f"## fuzzlab {run.command}: {counted(count, 'finding') if count else 'no findings'}"


def _head(run: Account) -> Iterator[str]:
    executions = sum(target.result.executions for target in run.targets.values())
    yield _title(run)
    yield ""
    said = f", exit {run.exit_code}: {_EXITS[ExitCode(run.exit_code)]}" if run.exit_code is not None else ""
    over = f"{counted(executions, 'execution')} over {counted(len(run.targets), 'target')}"
    yield f"{over} in {run.seconds:.1f} s{said}."
    yield ""
    yield "| target | executions | accepted | rejected | coverage | corpus | findings |"
    yield "| :-- | --: | --: | --: | --: | --: | :-- |"
    shown = sorted(run.targets.items(), key=lambda item: not item[1].seen)[:ROWS]
    for name, target in shown:
        yield _row(name, target)
    if len(run.targets) > len(shown):
        yield ""
        yield f"… and {counted(len(run.targets) - len(shown), 'more target')}."
    yield ""


def _row(name: str, target: TargetAccount) -> str:
    result = target.result
    counts = Counter(finding.status for finding in (*target.findings, *target.passed.values()))
    found = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status]) or "-"
    cells = (
        _span(name), f"{result.executions:,}", f"{result.accepted:,}", f"{result.rejected:,}",
        f"{result.coverage:,}" if result.coverage else "-", f"{result.corpus_size:,}", found,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _section(finding: Finding) -> str:
    verdict = finding.verdict
    flaky = "" if finding.deterministic else ", not reproducible"
    size = counted(len(finding.data), "byte")
    if finding.minimised_from > len(finding.data):
        size += f", minimised from {finding.minimised_from:,}"
    lines = [f"input ({size}): {shown_input(finding.data)}"]
    if not is_text(finding.data):
        lines += [f"  {row}" for row in hex_dump(finding.data)]
    lines += [*frame_lines(verdict), *growth_lines(verdict.growth), *map(cause_line, verdict.causes)]
    if finding.path:
        lines.append(f"replay: {escaped(replay_command(finding))}")
    lines += [f"also: {escaped(other.path)}" for other in finding.evidence if other.path]
    if finding.history:
        lines += ["history:", *(f"  {line}" for line in history_lines(finding))]
    return (
        f"### {_span(finding.target)} {verdict.outcome} ({finding.status}{flaky})\n\n"
        f"{_span(sentence(verdict), is_escaped=True)}\n\n{_block(lines)}\n\n"
    )


def _tail(run: Account) -> Iterator[str]:
    accepted = sum(finding.status is Status.ACCEPTED for finding in run.findings)
    fixed = [finding for finding in run.passed if finding.status is Status.FIXED]
    outdated = [finding for finding in run.passed if finding.status is Status.ACCEPTED]
    if accepted:
        yield f"{counted(accepted, 'accepted finding')} failed, as decided.\n\n"
    for said, findings in (("Fixed", fixed), ("Accepted, and no longer failing", outdated)):
        if findings:
            ids = ", ".join(_span(f"{f.target} {f.id}") for f in findings[:ROWS])
            more = f" and {len(findings) - ROWS} more" if len(findings) > ROWS else ""
            yield f"{said}: {ids}{more}.\n\n"


def _omitted(count: int) -> str:
    return f"… and {counted(count, 'more finding')}: `fuzzlab findings list` shows them.\n\n"


def _span(text: str, *, is_escaped: bool = False) -> str:
    """Give text as code within a line, or within a table's cell."""
    shown = text if is_escaped else one_line(text)
    inert = shown.replace("`", "\\x60").replace("|", "\\x7c")
    return f"`{inert or ' '}`"


def _block(lines: list[str]) -> str:
    """Give lines as a block of code; each is one line already, with nothing in it that does not show as itself."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
