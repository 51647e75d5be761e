"""Changes of behaviour between two revisions: lines for a terminal, a section of Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fuzzlab.behaviour import Behaviour, spelt
from fuzzlab.changes import Change, Verdicts
from fuzzlab.escape import escaped, one_line, shown_input

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
    yield f"{_count(total, 'change')} against {escaped(name)} over {_count(inputs, 'stored input')}"


def section(verdicts: Sequence[Verdicts], name: str) -> str:
    """Write the section of a summary; hostile text stands in fenced blocks alone, where nothing of it acts."""
    total = sum(len(verdict.changes) for verdict in verdicts)
    parts = ["## What this changes in what is accepted\n"]
    if not total:
        parts.append("Nothing: every stored input is answered as before.\n")
    for verdict in verdicts:
        if not verdict.changes and not verdict.unstable and not verdict.missing:
            continue
        block = "\n".join(_target(verdict))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block)), default=0))
        parts.append(f"{fence}text\n{block}\n{fence}\n")
    inputs = sum(verdict.inputs for verdict in verdicts if not verdict.missing)
    revision = re.sub(r"[^\w./~^-]", "_", name, flags=re.ASCII)
    parts.append(f"{_count(total, 'change')} over {_count(inputs, 'stored input')}, against `{revision}`.\n")
    return "\n".join(parts)


def _target(verdict: Verdicts) -> Iterator[str]:
    if verdict.missing:
        yield f"{escaped(verdict.target)}: not compared, {one_line(verdict.missing)}"
        return
    yield f"{escaped(verdict.target)}: {_count(verdict.inputs, 'input')}, {_count(len(verdict.changes), 'change')}"
    for change in verdict.changes[:SHOWN]:
        yield from (INDENT + line for line in _change(change))
    if (further := len(verdict.changes) - SHOWN) > 0:
        yield f"{INDENT}and {_count(further, 'further change')}: --json has them"
    if verdict.unstable:
        yield f"{INDENT}{_count(verdict.unstable, 'input')} answered differently each time: not compared"


def _change(change: Change) -> Iterator[str]:
    yield f"{change.sort}  {one_line(change.detail)}  ({_count(change.inputs, 'input')})"
    size = _count(len(change.data), "byte")
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


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
