"""From a failure to a finding: exact minima, and what does not happen again."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import formats
from fuzzlab import triage as triage_module
from fuzzlab.errors import Undecodable
from fuzzlab.finder import adhoc
from fuzzlab.formats import Format, Reductions
from fuzzlab.target import REGISTRY
from fuzzlab.triage import byte_reductions, minimise, triage
from fuzzlab.verdict import Finding, Frame, Outcome, Verdict
from fuzzlab.worker import Worker
from tests.parsers import memory


def never() -> bool:
    """Let it go on."""
    return False


def nothing(_: bytes) -> Reductions:
    """A format that knows no simpler value."""
    yield from ()


def _minimum(data: bytes, predicate: Callable[[bytes], bool], form: Format[object] | None = None) -> bytes:
    assert predicate(data)
    return minimise(data, predicate, form.reductions if form else nothing, never)


@pytest.mark.parametrize(
    ("data", "predicate", "minimum"),
    [
        (b"anything", lambda _: True, b""),
        (b"xxxxxAxxxxxxxB", lambda d: b"A" in d, b"A"),
        (b"xxxxxAxxxxxxxB", lambda d: b"A" in d and b"B" in d, b"AB"),
        (b"!" * 100, lambda d: len(d) >= 17, b"!" * 17),
        (b"xy79797979", lambda d: len(d) >= 4 and d[:2].isalpha() and d[2:].isdigit(), b"aa00"),
        (b"abc" * 30, lambda d: d.count(b"c") >= 3, b"ccc"),
        (b"\x00\xff" * 50, lambda d: b"\xff\x00\xff" in d, b"\xff\x00\xff"),
        (b"only", lambda d: d == b"only", b"only"),
    ],
)
def test_minima_of_bytes(data: bytes, predicate: Callable[[bytes], bool], minimum: bytes) -> None:
    """Bytes that do not matter go; what matters stays in its order."""
    assert _minimum(data, predicate) == minimum


def test_minima_of_documents() -> None:
    """A document loses keys, not braces."""
    form = formats.json()
    document = b'{"id": 7, "items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "note": "hello"}'

    def has_sku(data: bytes) -> bool:
        try:
            value = form.decode(data)
        except Exception:  # noqa: BLE001 - what does not decode does not fail
            return False
        items = value.get("items") if isinstance(value, dict) else None
        return isinstance(items, list) and any(isinstance(item, dict) and "sku" in item for item in items)

    smallest = form.decode(_minimum(document, has_sku, form))
    assert list(smallest) == ["items"]
    assert len(smallest["items"]) == 1
    assert list(smallest["items"][0]) == ["sku"]


def test_what_cannot_go_is_made_plain_together() -> None:
    """A hundred elements of which none may be left out cost a few attempts each, not the square of them."""
    form = formats.json()
    elements = [{"code": f"{n * 7919 % 100_000:05}", "price": n + 20.5} for n in range(100)]
    elements[60]["price"] = 0.25
    attempts = 0

    def fails(data: bytes) -> bool:
        nonlocal attempts
        attempts += 1
        try:
            value = form.decode(data)
            prices, codes = [e["price"] for e in value], [e["code"] for e in value]
            return len(value) == 100 and all(len(c) == 5 for c in codes) and any(0 < p < 1 for p in prices)
        except (Undecodable, TypeError, KeyError):
            return False

    smallest = form.decode(_minimum(form.encode(elements), fails, form))
    assert smallest.count({"code": "00000", "price": 0}) == 99
    assert 0 < next(e["price"] for e in smallest if e["price"]) < 1
    assert attempts < 15_000


def test_equal_values_are_made_simpler_together() -> None:
    """Two elements that must share a value come down to the simplest value that they can share."""
    form = formats.json()
    document = [{"code": f"P{n:03}", "title": "x" * n} for n in range(40)]
    document[30]["code"] = document[4]["code"]

    def fails(data: bytes) -> bool:
        try:
            codes = [product["code"] for product in form.decode(data)]
        except (Undecodable, TypeError, KeyError):
            return False
        return len(codes) != len(set(map(str, codes)))

    assert _minimum(form.encode(document), fails, form) == b'[{"code":""},{"code":""}]'


@pytest.mark.parametrize("form", [formats.json(), formats.text(), formats.raw(), formats.csv()], ids=lambda f: f.name)
@given(st.data())
def test_a_reduction_goes_on_from_what_was_taken(form: Format[Any], data: st.DataObject) -> None:
    """Told of a success, it yields nothing that is larger than what was taken, and ends."""
    best = data.draw(form.strategy().filter(lambda made: len(made) < 300))
    source, taken = form.reductions(best), None
    for _ in range(20_000):
        try:
            candidate = source.send(taken)
        except StopIteration:
            break
        assert len(candidate) <= len(best)
        assert candidate != best
        taken = data.draw(st.booleans()) if len(best) > 1 else False
        best = candidate if taken else best
    else:
        raise AssertionError("it does not end")


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=2), st.integers(0, 200))
@settings(derandomize=True, deadline=None)
def test_laws_of_minimising(data: bytes, needle: bytes, patience: int) -> None:
    """It never grows, always still fails, tries each candidate once and never `data`, and stops when told."""
    tried: list[bytes] = []

    def still_fails(candidate: bytes) -> bool:
        tried.append(candidate)
        return needle in candidate

    smallest = minimise(data + needle, still_fails, formats.text().reductions, lambda: len(tried) >= patience)
    assert len(smallest) <= len(data + needle)
    assert needle in smallest
    assert len(tried) == len(set(tried)) <= patience
    assert data + needle not in tried
    if patience == 0:
        assert smallest == data + needle


def test_a_large_input_is_not_kept_many_times() -> None:
    """To remember what was tried costs a little for each candidate, not a copy of the whole input."""
    data = bytes(range(256)) * 1024
    left = 400

    def still_fails(_: bytes) -> bool:
        nonlocal left
        left -= 1
        return False

    tracemalloc.start()
    try:
        minimise(data, still_fails, nothing, lambda: left <= 0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(data)


def test_byte_reductions() -> None:
    """The boldest first: without all, halves, quarters, single bytes; then plainer digits and letters."""
    assert list(byte_reductions(b"!?#%")) == [b"", b"#%", b"!?", b"?#%", b"!#%", b"!?%", b"!?#"]
    assert list(byte_reductions(b"b7")) == [b"", b"7", b"b", b"a7", b"b0", b"b1"]
    assert list(byte_reductions(b"")) == []
    assert list(byte_reductions(b"a")) == [b""]


class _Bench:
    """A worker that answers from a table; `fresh` turns to the next table of a list."""

    def __init__(self, *tables: Callable[[bytes], Verdict]) -> None:
        self.tables = list(tables)
        self.asked = 0

    def verdict(self, data: bytes) -> Verdict:
        self.asked += 1
        return self.tables[0](data)

    def fresh(self) -> None:
        if len(self.tables) > 1:
            del self.tables[0]


def _crash(name: str, message: str = "") -> Verdict:
    return Verdict(Outcome.CRASH, name, message, "", "shop:parse")


FINE = Verdict(Outcome.ACCEPTED)
RAW = Finding(target="parse", verdict=_crash("A"), data=b"xxAxx", minimised_from=5, found_after_seconds=1.5)


def test_a_failure_that_happens_again_is_minimised() -> None:
    """The smallest input's own verdict is kept, and how it was found."""
    bench = _Bench(lambda data: _crash("A", f"of {len(data)}") if b"A" in data else FINE)
    done = triage(RAW, bench, formats.raw())
    assert (done.data, done.verdict.message, done.deterministic) == (b"A", "of 1", True)
    assert (done.minimised_from, done.found_after_seconds, done.target) == (5, 1.5, "parse")


@pytest.mark.parametrize(
    "answers",
    [
        [FINE, FINE],
        [FINE, _crash("A")],
        [_crash("A"), FINE],
        [_crash("A"), _crash("B")],
        [Verdict(Outcome.REJECTED), Verdict(Outcome.REJECTED)],
    ],
)
def test_a_failure_that_does_not_happen_again(answers: list[Verdict]) -> None:
    """It is kept as it is, marked, and not minimised: there is nothing to try candidates against."""
    tables: list[Callable[[bytes], Verdict]] = [lambda _: FINE]
    tables += [lambda _, answer=answer: answer for answer in answers]  # type: ignore[misc]  # a default that is not in the type
    bench = _Bench(*tables)
    done = triage(RAW, bench, formats.raw())
    assert not done.deterministic
    assert (done.data, done.signature) == (RAW.data, RAW.signature)
    assert bench.asked <= 2


def test_another_violation_in_a_fresh_process() -> None:
    """One that comes out as another violation each time is that other one."""
    done = triage(RAW, _Bench(lambda data: _crash("B") if data else FINE), formats.raw())
    assert done.deterministic
    assert done.verdict == _crash("B")
    assert len(done.data) == 1


def test_it_stops_when_told() -> None:
    """With no time, or told to stop, a finding is deflaked only."""
    for options in ({"seconds": 0.0}, {"should_stop": lambda: True}):
        bench = _Bench(lambda data: _crash("A") if b"A" in data else FINE)
        done = triage(RAW, bench, formats.raw(), **options)
        assert (done.data, done.deterministic) == (RAW.data, True)
        assert bench.asked == 2


COUNTED = REGISTRY[f"tests.{memory.counts.__name__}"]


def test_in_a_real_worker(tmp_path: Path) -> None:
    """A parser's own memory does not count: what needs three calls in one process is not reproducible."""
    bench = Worker(COUNTED, tmp_path)
    try:
        for _ in range(3):
            verdict = bench.verdict(b"2")
        assert verdict.outcome is Outcome.CRASH
        done = triage(Finding("counts", verdict, b"2"), bench, formats.text())
        assert not done.deterministic
        zero = Finding("counts", verdict, b"  0  ")
        assert triage(zero, bench, formats.text()).data == b"0"
    finally:
        bench.close()


def test_memory_by_itself(tmp_path: Path) -> None:
    """Where state is watched, that the answer depends on what was asked before is the finding, and reproducible."""
    bench = Worker(adhoc("tests.parsers.memory:counts"), tmp_path)
    try:
        verdicts = [bench.verdict(b"2") for _ in range(3)]
        assert [verdict.clause for verdict in verdicts if verdict.outcome is Outcome.BAD_RESULT] == ["state"]
        done = triage(Finding("counts", verdicts[-1], b"2"), bench, formats.text())
        assert (done.verdict.clause, done.deterministic) == ("state", True)
    finally:
        bench.close()


def test_other_lines_are_kept_as_evidence() -> None:
    """Two lookups in one function share a signature; what showed the other one is not thrown away."""

    def answer(data: bytes) -> Verdict:
        if b"A" in data:
            return replace(_crash("A"), frames=(Frame("shop", "parse", "shop.py", 7 if b"B" in data else 3),))
        return FINE

    raw = replace(RAW, data=b"xxABxx", verdict=answer(b"AB"))
    done = triage(raw, _Bench(answer), formats.raw())
    assert (done.data, done.verdict.frames[0].line) == (b"A", 3)
    (other,) = done.evidence
    assert (other.data, other.verdict.frames[0].line) == (b"AB", 7)
    assert other.signature == done.signature


def test_what_is_cut_short_says_so_and_goes_on() -> None:
    """Told to stop in the middle, a finding is not minimised; taken up again and again it comes to the same minimum."""
    verdict = replace(RAW, data=b"x" * 50 + b"A" + b"y" * 50 + b"B")
    finding, rounds = verdict, 0

    def answer(data: bytes) -> Verdict:
        return _crash("A") if b"A" in data and b"B" in data else FINE

    whole = triage(verdict, _Bench(answer), formats.raw())
    assert (whole.data, whole.minimised) == (b"AB", True)
    while not finding.minimised or rounds == 0:
        looks = itertools.count()
        bench = _Bench(answer)
        finding = triage(finding, bench, formats.raw(), should_stop=lambda: next(looks) >= 8)  # noqa: B023 - used at once
        assert finding.signature == verdict.signature
        assert answer(finding.data).outcome is Outcome.CRASH
        rounds += 1
        assert rounds < 100
        if finding.data == b"AB":
            break
    assert finding.data == b"AB"
    assert rounds > 2


def test_better_inputs_are_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is smaller than the one before, of the same signature; without time between them none is lost."""
    monkeypatch.setattr(triage_module, "SAVE_EVERY", 0.0)
    told: list[Finding] = []
    raw = replace(RAW, data=bytes(range(200)) + b"A")
    done = triage(raw, _Bench(lambda d: _crash("A") if b"A" in d else FINE), formats.raw(), on_better=told.append)
    assert told
    sizes = [len(better.data) for better in told]
    assert sizes == sorted(sizes, reverse=True)
    assert {better.signature for better in told} == {raw.signature}
    assert told[-1].data == done.data


def test_no_time_to_minimise() -> None:
    """With no seconds at all it is left for later; with all of them and nothing smaller found, it is as it is."""
    bench = _Bench(lambda data: _crash("A") if data == RAW.data else FINE)
    assert not triage(RAW, bench, formats.raw(), seconds=0.0).minimised
    assert triage(RAW, bench, formats.raw()).minimised
