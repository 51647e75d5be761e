"""Changes of behaviour between two revisions: lines for a terminal, a section of Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fuzzlab.behaviour import Behaviour, spelt
from fuzzlab.changes import Change, Verdicts
from fuzzlab.escape import escaped, one_line, shown_input
from fuzzlab.quantities import counted

__all__ = ["lines", "section"]

SHOWN = 20
"""Changes shown of a target; a revision that changes more has changed everything, and the JSON has them all."""

INDENT = "    "


def lines(verdicts: Sequence[Verdicts], name: str) -> Iterator[str]:
    """Yield the lines of a comparison with revision `name`; every one is safe to print anywhere."""
    for verdict in verdicts:
        yield from _target(verdict)
    total = sum(len(verdict.changes) for verdict in verdicts)
    inputs = sum(verdict.inputs for verdict in verdicts if not verdict.missing)
    yield f"{counted(total, 'change')} against {escaped(name)} over {counted(inputs, 'stored input')}"


def section(verdicts: Sequence[Verdicts], name: str, limit: int) -> str:
    """Write the section of a summary in at most `limit` bytes; what targets have no room are counted.

    Hostile text stands in fenced blocks alone, where nothing of it acts.
    """
    told = [verdict for verdict in verdicts if verdict.changes or verdict.unstable or verdict.missing]
    total = sum(len(verdict.changes) for verdict in verdicts)
    head = "## What this changes in what is accepted\n\n"
    if not total:
        head += "Nothing: every stored input is answered as before.\n\n"
    inputs = sum(verdict.inputs for verdict in verdicts if not verdict.missing)
    revision = re.sub(r"[^\w./~^-]", "_", name, flags=re.ASCII)
    tail = f"{counted(total, 'change')} over {counted(inputs, 'stored input')}, against `{revision}`.\n"
    room = limit - len(_bytes(head + _omitted(len(told)) + tail))
    blocks: list[str] = []
    for verdict in told:
        block = "\n".join(_target(verdict))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block)), default=0))
        text = f"{fence}text\n{block}\n{fence}\n\n"
        room -= len(_bytes(text))
        if room < 0:
            break
        blocks.append(text)
    omitted = _omitted(len(told) - len(blocks)) if len(blocks) < len(told) else ""
    text = head + "".join(blocks) + omitted + tail
    return text if len(_bytes(text)) <= limit else ""


def _omitted(count: int) -> str:
    return f"… and {counted(count, 'more target')}: `fuzzlab diff` shows them.\n\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _target(verdict: Verdicts) -> Iterator[str]:
    if verdict.missing:
        yield f"{escaped(verdict.target)}: not compared, {one_line(verdict.missing)}"
        return
    yield f"{escaped(verdict.target)}: {counted(verdict.inputs, 'input')}, {counted(len(verdict.changes), 'change')}"
    for change in verdict.changes[:SHOWN]:
        yield from (INDENT + line for line in _change(change))
    if (further := len(verdict.changes) - SHOWN) > 0:
        yield f"{INDENT}and {counted(further, 'further change')}: --json has them"
    if verdict.unstable:
        yield f"{INDENT}{counted(verdict.unstable, 'input')} answered differently each time: not compared"


def _change(change: Change) -> Iterator[str]:
    yield f"{change.sort}  {one_line(change.detail)}  ({counted(change.inputs, 'input')})"
    size = counted(len(change.data), "byte")
    yield f"  input ({size}{', the smallest' if change.inputs > 1 else ''}):  {shown_input(change.data)}"
    yield f"  before:  {_shown(change.before)}"
    yield f"  now:     {_shown(change.after)}"


def _shown(behaviour: Behaviour) -> str:
    match behaviour.kind:
        case "accepted":
            return f"accepted, {one_line(spelt(behaviour.value))}"
        case "refused":
            return f"refused, {escaped(behaviour.what)}: {one_line(behaviour.message)}"
    return f"breaks its contract, {one_line(behaviour.what)}: {one_line(behaviour.message)}"
