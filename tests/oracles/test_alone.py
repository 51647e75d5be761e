"""Each oracle has a planted bug that it alone catches, and a near miss: the same code, mended. So has each sink.

The planted parsers read a stock-keeping unit, `ab-12`, to its canonical form, `AB-12`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest

from fuzzlab import formats, oracles
from fuzzlab.inprocess import InProcess
from fuzzlab.oracles.sinks import SINKS
from fuzzlab.target import build
from fuzzlab.verdict import Outcome, Verdict
from tests.sinks.test_sinks import HITS, NEAR_MISSES

Parser = Callable[[str], object]

SHAPE = re.compile(r"[A-Z]{2}-[0-9]+")


def clean(text: str) -> str:
    """Read it as it should be: any case, blanks around it."""
    canonical = text.strip(" ").upper()
    if not SHAPE.fullmatch(canonical):
        raise ValueError(text)
    return canonical


def padded(text: object) -> object:
    return f" {text} "


CHECKS: dict[str, oracles.Oracle] = {
    "idempotent": oracles.idempotent(),
    "round_trip": oracles.round_trip(str.lower),
    "deterministic": oracles.deterministic(),
    "agrees_with": oracles.agrees_with(clean),
    "equivalent": oracles.equivalent(padded),
    "bounded": oracles.bounded(64),
    "matches": oracles.matches({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}),
    "storable": oracles.storable(*SINKS),
}


def only_small() -> Parser:
    """Refuse capital letters, of which its results consist."""

    def parse(text: str) -> str:
        if text != text.lower():
            raise ValueError(text)
        return clean(text)

    return parse


def only_capital() -> Parser:
    """Refuse small letters, in which the code behind it prints."""

    def parse(text: str) -> str:
        if text != text.upper():
            raise ValueError(text)
        return clean(text)

    return parse


def remembers(*, mended: bool) -> Parser:
    """Keep the last input, beside what was made of it or, by mistake, beside itself."""
    cache: dict[str, str] = {}

    def parse(text: str) -> str:
        if text in cache:
            return cache[text]
        canonical = clean(text)
        cache.clear()
        cache[text] = canonical if mended else text
        return canonical

    return parse


def lenient() -> Parser:
    """Take what the reference refuses, and make the same of it as of the real thing."""
    return lambda text: clean(re.sub(r"(?<=[A-Za-z])(?=[0-9])", "-", text))


def trailing() -> Parser:
    """Forget the blanks behind it."""

    def parse(text: str) -> str:
        if text.endswith(" "):
            raise ValueError(text)
        return clean(text)

    return parse


def padding(width: int) -> Parser:
    """Fill up with zeros, as some tables ask for."""

    def parse(text: str) -> str:
        letters, _, digits = clean(text).partition("-")
        return f"{letters}-{digits.rjust(width, '0')}"

    return parse


def underscored() -> Parser:
    """Write another character than was promised, and read it."""
    return lambda text: clean(text.replace("_", "-")).replace("-", "_")


def line_end(*, mended: bool) -> Parser:
    """Match with `$`, which also stands before a line feed at the end."""

    def parse(text: str) -> str:
        canonical = text.strip(" ").upper()
        if not (SHAPE.fullmatch(canonical) if mended else re.match(r"[A-Z]{2}-[0-9]+$", canonical)):
            raise ValueError(text)
        return canonical

    return parse


BUGS: dict[str, tuple[Callable[[], Parser], Sequence[str]]] = {
    "idempotent": (only_small, ["ab-12"]),
    "round_trip": (only_capital, ["AB-12"]),
    "deterministic": (lambda: remembers(mended=False), [" ab-12"]),
    "agrees_with": (lenient, ["AB12"]),
    "equivalent": (trailing, [" ab-12"]),
    "bounded": (lambda: padding(100), ["ab-12"]),
    "matches": (underscored, ["ab-12"]),
    "storable": (lambda: line_end(mended=False), ["AB-12\n"]),
}

MENDED: dict[str, Callable[[], Parser]] = {
    "deterministic": lambda: remembers(mended=True),
    "bounded": lambda: padding(61),  # 64 characters with the letters and the hyphen
    "storable": lambda: line_end(mended=True),
}

INPUTS = ["ab-12", "AB-12", " ab-12", "ab-12 ", "AB12", "AB_12", "AB-12\n", "ab-", "-12", "", "ab-1" + "0" * 40]


def _verdicts(parser: Parser, clause: str, inputs: Sequence[str]) -> list[Verdict]:
    target = build(parser, home=__name__, name="sku", format=formats.text(), oracles=[CHECKS[clause]])
    with closing(InProcess(target)) as run:
        return [run.verdict(text.encode()) for text in inputs]


def test_every_oracle_has_a_bug() -> None:
    """An oracle without a planted bug is not tested."""
    doors = {name for name in oracles.__all__ if name.islower()} - {"same", "short", "transforms"}
    assert set(BUGS) == set(CHECKS) == doors


PAIRS = [(bug, clause) for bug in BUGS for clause in CHECKS]


@pytest.mark.parametrize(("bug", "clause"), [(b, c) for b, c in PAIRS if c != "agrees_with" or b == c])
def test_it_alone_catches_its_bug(bug: str, clause: str) -> None:
    """A planted bug is caught by its own oracle; under each of the others the same input is accepted.

    A reference knows everything: whatever is wrong with a result, it has another one. So it is left out of the others.
    """
    plant, inputs = BUGS[bug]
    for verdict in _verdicts(plant(), clause, inputs):
        if bug == clause:
            assert verdict.outcome is Outcome.BAD_RESULT
            assert verdict.clause.startswith(clause)
        else:
            assert verdict.outcome is Outcome.ACCEPTED, verdict.message


@pytest.mark.parametrize(("bug", "clause"), [pair for pair in PAIRS if pair != ("bounded", "agrees_with")])
def test_the_near_miss_is_caught_by_none(bug: str, clause: str) -> None:
    """Mended it keeps the whole contract on every input: accepted or refused, and some of each.

    But for the reference, where zeros in front are another canonical form than its own.
    """
    verdicts = _verdicts(MENDED.get(bug, lambda: clean)(), clause, INPUTS)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.ACCEPTED, Outcome.REJECTED}


@pytest.mark.parametrize("sink", SINKS)
def test_a_sink_in_a_contract(sink: str) -> None:
    """Each planted leaf breaks the clause of its sink, as a target's result; no near miss breaks it."""

    def outcome(leaf: object, *checks: oracles.Oracle) -> Verdict:
        def rows(data: bytes) -> dict[str, list[object]]:
            return {"rows": [leaf]}

        with closing(InProcess(build(rows, home=__name__, oracles=checks))) as run:
            return run.verdict(b"x")

    others: list[oracles.Oracle] = [
        oracles.deterministic(),
        oracles.bounded(10**6),
        oracles.matches(dict[str, list[Any]]),
    ]
    for leaf in HITS[sink]:
        verdict = outcome(leaf, *others, oracles.storable(sink))
        assert (verdict.outcome, verdict.clause) == (Outcome.BAD_RESULT, f"storable({sink})")
        assert outcome(leaf, *others).outcome is Outcome.ACCEPTED, "no other oracle sees it"
    for leaf in NEAR_MISSES[sink]:
        assert outcome(leaf, *others, oracles.storable(sink)).outcome is Outcome.ACCEPTED


NARROWER: dict[str, set[str]] = {
    "utf-8": set(SINKS) - {"utf-8"},  # whatever becomes bytes has no place for a surrogate
    "json": {"javascript"},
    "msgpack": {"javascript", "sqlite", "postgresql"},
    "log": {"http-header", "url", "shell"},
    "html": {"html-attribute", "shell"},
    "path": {"file-name"},
    "http-header": {"url", "shell"},
    "email-header": {"log", "http-header", "url", "file-name", "path", "shell"},
}
"""Sinks whose every refusal these others share, for they take less."""


@pytest.mark.parametrize("sink", SINKS)
def test_no_sink_is_another_in_disguise(sink: str) -> None:
    """Of any two, each refuses something that the other takes, except where one takes less by its nature."""
    for other in set(SINKS) - {sink}:
        takes = [leaf for leaf in HITS[sink] if SINKS[other](leaf) is None]
        assert bool(takes) == (other not in NARROWER.get(sink, ())), (other, takes)
