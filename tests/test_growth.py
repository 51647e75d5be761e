"""Sizes and costs in, an exponent and a judgement out; and what is written down of both."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.card import growth_lines
from fuzzlab.growth import (
    COLLIDING,
    LINES,
    SECONDS,
    Growth,
    Swelling,
    affordable,
    counts,
    described,
    exponent,
    is_superlinear,
    up_to_dearest,
)
from fuzzlab.plot import plotted, rows
from fuzzlab.verdict import Frame, Outcome, Verdict

LENGTHS = [float(2**power) for power in range(14)]

PARTS = st.binary(max_size=6)
SWELLINGS = st.builds(
    Swelling, st.text(max_size=8), PARTS, PARTS, PARTS, PARTS, PARTS, st.sampled_from([0, 1, 3, COLLIDING])
)  # fmt: skip


def judged(cost: Callable[[float], float], *, bound: float = 1.5, floor: float = 1000.0) -> bool:
    costs = [cost(length) for length in LENGTHS]
    return is_superlinear(LENGTHS, costs, bound=bound, floor=floor, small=1.0)


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5, 2.0, 3.0])
def test_the_exponent_of_a_power_is_that_power(power: float) -> None:
    """Whatever the factor before it."""
    assert exponent(LENGTHS, [7 * length**power for length in LENGTHS], small=1e-9) == pytest.approx(power)


def test_what_grows_too_fast_is_told_from_what_does_not() -> None:
    """Powers over the bound, and what doubles with each byte; not n log n, nor a step, nor two, nor what is cheap."""
    assert judged(lambda n: n**2)
    assert judged(lambda n: 100 * n + n**2 / 2)
    doubling = [1.0, 2.0, 4.0, 8.0, 16.0, 20.0]
    assert is_superlinear(doubling, [2.0**n for n in doubling], bound=1.5, floor=1000.0, small=1.0)
    assert not judged(lambda n: 1e6 * n)
    assert not judged(lambda n: n * math.log2(n + 1) * 50)
    assert not judged(lambda n: n if n < 4000 else 40 * n), "a step"
    assert not judged(lambda n: 5 * n**2, floor=1e9), "below the floor"
    assert not judged(lambda n: n**2, bound=2.1)


@given(st.lists(st.floats(1.0, 2.0), min_size=len(LENGTHS), max_size=len(LENGTHS)))
def test_a_loaded_machine_makes_no_finding(noise: list[float]) -> None:
    """Costs each up to half too high, in the least of several runs, do not make a line a parabola."""
    costs = [length * 1e3 * (1 + (each - 1) / 2) for length, each in zip(LENGTHS, noise, strict=True)]
    assert not is_superlinear(LENGTHS, costs, bound=1.5, floor=1.0, small=1.0)


def test_the_next_size_is_affordable() -> None:
    """What is quadratic, or doubles with each unit, is not taken beyond the cap in one step; what is flat is."""
    assert affordable([8, 16], [2.0**8, 2.0**16], cap=2.0**20) == pytest.approx(20)
    step = affordable([512, 1024], [512.0**2, 1024.0**2], cap=1e7)
    assert step > 1024
    assert step**2 <= 1e7
    assert affordable([512, 1024], [1.0, 1.0], cap=100.0) > 4096
    assert affordable([1], [1.0], cap=2.0) == math.inf


def test_counts_reach_the_most() -> None:
    """Ascending, each once, to the largest; nothing where there is no room."""
    assert counts(10) == [1, 2, 4, 8, 10]
    assert counts(1) == [1]
    assert counts(0) == []
    dense = counts(1000, ratio=2**0.5)
    assert dense == sorted(set(dense))
    assert dense[-1] == 1000


def test_a_refusal_for_size_ends_a_curve() -> None:
    """What is larger than the dearest says nothing of how cost grows."""
    assert up_to_dearest([1.0, 2.0, 4.0, 0.1]) == 3
    assert up_to_dearest([]) == 0


@given(SWELLINGS, st.integers(0, 300))
def test_a_swelling_is_as_long_as_it_says(swelling: Swelling, count: int) -> None:
    """`length` counts the bytes that grew, `most` gives the largest that fits, and JSON keeps it all."""
    grown = swelling.grown(count)
    assert len(grown) == swelling.rest + swelling.length(count)
    most = swelling.most(len(grown))
    if swelling.unit or swelling.closing or swelling.step:
        assert len(swelling.grown(most)) <= len(grown) < len(swelling.grown(most + 1))
    assert Swelling.from_json(json.loads(json.dumps(swelling.to_json()))) == swelling


def test_numbers_of_one_hash() -> None:
    """Multiples of the modulus collide."""
    found = json.loads(Swelling("x", b",", b"[", b"0", tail=b"]", step=COLLIDING).grown(50))
    assert len(set(found)) == 51
    assert {hash(number) for number in found} == {0}


def growth(meter: str = LINES, *, unit: bytes = b"(", way: str = "put in") -> Growth:
    sizes = tuple(10 + int(length) for length in LENGTHS)
    costs = tuple(length**2 * (1e-7 if meter == SECONDS else 1) for length in LENGTHS)
    return Growth(Swelling(way, unit, head=b"\x1b[31m", tail=b"::error::"), meter, sizes, costs, 2.0, 1.5)


def test_a_verdict_keeps_its_growth() -> None:
    """To JSON and back; the signature is the place alone, for how it was measured varies."""
    frame = Frame("shop", "parse", "shop.py", 3)
    verdict = Verdict(Outcome.SUPERLINEAR, "", "n^2", "", frame.place, (frame,), growth=growth())
    again = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
    assert again.growth == verdict.growth
    assert again.signature == verdict.signature == "superlinear shop:parse"
    assert verdict.needs_proof
    assert "growth" not in Verdict(Outcome.ACCEPTED).to_json()
    with pytest.raises(ValueError, match="belong together"):
        Growth.from_json({**growth().to_json(), "sizes": [1]})


@pytest.mark.parametrize("meter", [LINES, SECONDS])
def test_a_curve_is_drawn(meter: str) -> None:
    """A point for each size, in an ascending line, beside the straight one; the last sizes as a table."""
    lines = list(plotted(growth(meter)))
    assert sum(line.count("*") for line in lines) == len(LENGTHS)
    at = [line.index("*") for line in lines if "*" in line]
    assert at == sorted(at, reverse=True)
    assert any("." in line.partition("|")[2] for line in lines)
    table = list(rows(growth(meter)))
    assert table[-1][0] == "8,202 bytes"
    assert table[-1][1] == ("67,108,864 lines" if meter == LINES else "6710.9 ms")
    assert described(growth(meter)) == "n^2.00"


def test_nothing_hostile_comes_out_of_a_card() -> None:
    """What grows is escaped, and so is the name of the way, which a record may hold."""
    shown = "\n".join(growth_lines(growth(unit=b"\x1b]0;\xff", way="\x1b[2J")))
    assert "\x1b" not in shown
    assert "::" not in shown
    assert list(growth_lines(None)) == []
