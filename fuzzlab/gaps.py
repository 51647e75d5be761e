"""What is not covered: parsers without a target, and what the targets there are do not show.

A gap is something that nothing tests; a hint is something that could be better, or that only this machine's `.fuzzlab`
tells. `fuzzlab audit --strict` fails for gaps alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import islice

from fuzzlab.chain import exception_name
from fuzzlab.constants import Constant, compared, unmet
from fuzzlab.corpus import Corpus
from fuzzlab.ledger import Facts, Ledger
from fuzzlab.outline import Module
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.reach import Index
from fuzzlab.scope import NEVER, home
from fuzzlab.suspects import Suspect, suspects
from fuzzlab.target import Target, bare

__all__ = ["Gap", "Kind", "Severity", "begins", "of_target", "stale", "uncovered"]

ENOUGH = 100
"""Executions from which on it means something that something was not seen; `check` makes 200 by default."""

NEARLY_ALL = 0.99
"""Share of refusals from which on a parser is hardly looked into."""

LOOSE = 100
"""Times the slowest execution that a budget may be before it would let a parser become so much slower unnoticed."""

FORGOTTEN = dt.timedelta(days=30)
"""After which a corpus that nobody has replayed is told of."""

MOST_READ = 4_096
"""Inputs looked at for constants, and with them the bytes that are held: a corpus of uploads is large."""

MOST_BYTES = 16 << 20

NAMED = 6
"""Constants, or parsers behind a parser, named in one line."""


class Kind(StrEnum):
    """What is missing; the names are stable."""

    PARSER = "parser-without-target"
    NO_SEEDS = "no-seeds"
    ACCEPTS_NOTHING = "accepts-nothing"
    REFUSES_EARLY = "refuses-nearly-all"
    UNSEEN_ERROR = "error-never-seen"
    LOOSE_BUDGET = "budget-never-approached"
    UNMET_CONSTANT = "constant-never-reached"
    STALE_CORPUS = "corpus-not-replayed"


class Severity(StrEnum):
    """Whether something is untested, or could be better."""

    GAP = "gap"
    HINT = "hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that is missing.

    `subject` is a target's name, or `module:function`; `command` what would mend it, where one command does; `behind`
    are parsers that a target for this one covers too.
    """

    kind: Kind
    severity: Severity
    subject: str
    message: str
    path: str = ""
    line: int = 0
    evidence: tuple[str, ...] = ()
    command: str = ""
    score: int = 0
    behind: tuple[str, ...] = ()


def begins(index: Index, target: Target) -> list[str]:
    """Give the places in the source at which a target begins: its function, or all of its module where that is none."""
    function = bare(target.function)
    name = str(getattr(function, "__qualname__", "")).partition(".<locals>")[0]
    owner = getattr(function, "__self__", None)
    module = str(getattr(function, "__module__", None) or target.module)
    if isinstance(owner, type):  # a class method, of the class that it was taken from
        module, name = owner.__module__, f"{owner.__qualname__}.{function.__name__}"
    found = index.find(module, name) if name and "<lambda>" not in name else None
    if found is None:
        return [index.loose(target.home)]
    return [found]


def uncovered(
    index: Index, own: Mapping[str, Module], targets: Iterable[Target], ignored: Sequence[str]
) -> Iterator[Gap]:
    """Yield the parsers that no target leads to, the likeliest first; one behind another is named with that.

    Args:
        index: all modules, those of the targets too.
        own: the modules in which to look.
        targets: what is covered.
        ignored: places that are none, `*` for anything.
    """
    covered = index.reached(place for target in targets for place in begins(index, target))
    found = [
        s for module in own.values() for s in suspects(module) if not s.is_denied and not _is_ignored(s.place, ignored)
    ]
    missing = {s.place: s for s in found if s.place not in covered}
    leads = {place: index.reached([place]) & missing.keys() - {place} for place in missing}
    behind: dict[str, list[str]] = defaultdict(list)
    for place, suspect in missing.items():
        fronts = [
            f for f in missing if place in leads[f] and (f not in leads[place] or _rank(missing[f]) < _rank(suspect))
        ]
        for front in fronts:
            behind[front].append(place)
    hidden = {place for places in behind.values() for place in places}
    for suspect in sorted(missing.values(), key=_rank):
        if suspect.place not in hidden:
            yield _parser(suspect, behind[suspect.place])


def stale(ignored: Sequence[str], own: Mapping[str, Module]) -> Iterator[str]:
    """Yield the places that are ignored and that are not there any more."""
    places = {f"{module.name}:{name}" for module in own.values() for name in module.definitions} | own.keys()
    for pattern in ignored:
        if not any(_is_ignored(place, [pattern]) for place in places):
            yield pattern


def of_target(
    project: Project, target: Target, index: Index, warn: Callable[[str], None], *, now: dt.datetime
) -> Iterator[Gap]:
    """Yield what one target does not show, by its corpus and by what earlier runs left."""
    corpus = Corpus(project, target.name, warn)
    facts = Ledger(project).facts(target)
    sizes = corpus.sizes()
    definition = next(iter(home(target)), None)
    path, line = (definition.file, definition.line) if definition else ("", 0)

    def gap(
        kind: Kind, message: str, *, severity: Severity = Severity.HINT, command: str = "", evidence: Sequence[str] = ()
    ) -> Gap:
        return Gap(
            kind=kind, severity=severity, subject=target.name, message=message, path=path, line=line, command=command,
            evidence=tuple(evidence),
        )  # fmt: skip

    if not sizes["seeds"]:
        message = "has no seeds: ordinary inputs, as they come off the wire, which all engines begin with"
        command = f"fuzzlab corpus add {target.name} FILE..."
        yield gap(Kind.NO_SEEDS, message, severity=Severity.GAP, command=command)
    yield from _verdicts(gap, facts, target)
    yield from _errors(gap, facts, target)
    yield from _budget(gap, facts, target)
    yield from _constants(gap, corpus, index, target, facts)
    if sum(sizes.values()):
        replayed = facts.runs["replay"].time if "replay" in facts.runs else None
        if replayed is None or now - replayed > FORGOTTEN:
            when = f"since {replayed.date().isoformat()}" if replayed else "here"
            message = f"not replayed {when}: {counted(sum(sizes.values()), 'stored input')}"
            yield gap(Kind.STALE_CORPUS, message, command=f"fuzzlab replay {target.name}")


_Make = Callable[..., Gap]


def _verdicts(gap: _Make, facts: Facts, target: Target) -> Iterator[Gap]:
    runs = [run for engine, run in facts.runs.items() if engine in ("check", "fuzz")]
    executions, accepted = sum(r.executions for r in runs), sum(r.accepted for r in facts.runs.values())
    if executions < ENOUGH:
        return
    told = f"of {executions:,} inputs in the last runs"
    if not accepted:
        message = f"accepts nothing: none {told}; does a seed of it show an accepted one?"
        yield gap(Kind.ACCEPTS_NOTHING, message, severity=Severity.GAP, command=f"fuzzlab check {target.name}")
        return
    check = facts.runs.get("check")
    if check is None or check.executions < ENOUGH or check.rejected < NEARLY_ALL * check.executions:
        return
    evidence = (
        [f"{check.undecodable:,} have no value in its format, so that it is not called"] if check.undecodable else []
    )
    evidence += [
        f"{count:,} refused at {place}" for place, count in sorted(check.refused.items(), key=lambda i: -i[1])[:3]
    ]
    share = 100 * check.rejected / check.executions
    message = f"refuses {share:.3g} % of its examples: {check.rejected:,} of {check.executions:,} in the last check"
    yield gap(Kind.REFUSES_EARLY, message, evidence=evidence)


def _errors(gap: _Make, facts: Facts, target: Target) -> Iterator[Gap]:
    executions = sum(run.executions for run in facts.observed)
    if executions < ENOUGH:
        return
    for cls in target.contract.allow:
        name = exception_name(cls)
        if name not in facts.errors:
            message = f"declares {name}, which none of {executions:,} replayed and checked inputs raised"
            yield gap(Kind.UNSEEN_ERROR, message)


def _budget(gap: _Make, facts: Facts, target: Target) -> Iterator[Gap]:
    executions = sum(run.executions for run in facts.observed)
    slowest, budget = max((run.slowest for run in facts.observed), default=0.0), target.contract.budget.seconds
    if executions >= ENOUGH and 0 < slowest * LOOSE < budget:
        took = f"the slowest of {executions:,} took {_shown(slowest)}"
        message = f"has {budget:g} s for an input, {took}: a tighter budget sees more"
        yield gap(Kind.LOOSE_BUDGET, message)


def _constants(gap: _Make, corpus: Corpus, index: Index, target: Target, facts: Facts) -> Iterator[Gap]:
    """Name what the code compares with and no stored input holds, once a campaign has had its chance to find it."""
    if "fuzz" not in facts.runs or facts.runs["fuzz"].executions < ENOUGH:
        return
    inputs: list[bytes] = []
    size = 0
    for data in islice(corpus.inputs(), MOST_READ):
        size += len(data)
        if size > MOST_BYTES:
            return
        inputs.append(data)
    reached = index.reached(begins(index, target))
    constants = compared(index, [place for place in reached if place.partition(".")[0] not in NEVER])
    left = unmet(constants, inputs)
    if left and len(inputs) < MOST_READ:
        where = f"stand in none of its {len(inputs):,} stored inputs"
        message = f"{len(left)} of {len(constants)} constants that its code compares with {where}"
        yield gap(Kind.UNMET_CONSTANT, message, evidence=list(_shown_constants(left)))


def _shown_constants(constants: Sequence[Constant]) -> Iterator[str]:
    for constant in constants[:NAMED]:
        yield f"{constant.value!r} at {constant.path}:{constant.line}"
    if len(constants) > NAMED:
        yield f"and {len(constants) - NAMED} more"


def _parser(suspect: Suspect, behind: Collection[str]) -> Gap:
    return Gap(
        kind=Kind.PARSER,
        severity=Severity.GAP,
        subject=suspect.place,
        message="looks like a parser, and no target leads to it"
        + (f"; {suspect.obstacle}" if suspect.obstacle else ""),
        path=suspect.path,
        line=suspect.line,
        evidence=suspect.evidence,
        command="" if suspect.obstacle else f"fuzzlab new {suspect.place}",
        score=suspect.score,
        behind=tuple(sorted(behind)),
    )


def _rank(suspect: Suspect) -> tuple[int, str]:
    return -suspect.score, suspect.place


def _is_ignored(place: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(place, p) or fnmatchcase(place.partition(":")[0], p) for p in patterns)


def _shown(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"
