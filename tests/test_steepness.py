"""What is on record as growing too fast is measured again, also where measuring fails."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from fuzzlab.finder import adhoc
from fuzzlab.growth import LINES, SECONDS, Growth, Swelling
from fuzzlab.scales import Curve, Floor
from fuzzlab.steepness import ATTEMPTS, Steepness
from fuzzlab.verdict import Outcome, Verdict

TARGET = adhoc("json:loads")
PLACE = "json:loads"
SIZES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class _Scales:
    """Measure a power of the length, another one in each process; None: every one is killed over it."""

    def __init__(self, powers: Sequence[tuple[str, float | None]]) -> None:
        self.floor = Floor.of(TARGET)
        self._powers = list(powers)

    def fresh(self) -> None:
        self.meter, self.power = self._powers.pop(0)

    def curve(
        self, _data: bytes, swelling: Swelling, meter: str, *, sizes: Sequence[int] = (), rounds: int = 1
    ) -> Curve:
        assert meter == self.meter
        assert rounds >= 1
        units = tuple(sizes or SIZES) if self.power is not None else ()
        dear = 4 * self.floor.least(meter)
        return Curve(swelling, meter, units, tuple(dear * (count / SIZES[-1]) ** (self.power or 0) for count in units))

    def place(self, *_anything: object) -> Verdict:
        return Verdict(Outcome.SUPERLINEAR, place=PLACE)

    def has_more(self) -> bool:
        return bool(self._powers)


def measured(meter: str, *powers: tuple[str, float | None]) -> Verdict | None:
    """Measure a record again, in processes that show these powers; all of them are asked for."""
    scales: Any = _Scales(powers)
    growth = Growth(Swelling("", b"a"), meter, (), (), 2.0, 1.5)
    verdict = Steepness(TARGET, scales, 1.5, Random(1)).again(b"", growth)  # noqa: S311 - no secret
    assert not scales.has_more()
    return verdict


@pytest.mark.parametrize("failed", range(ATTEMPTS))
def test_one_slow_moment_fixes_nothing(failed: int) -> None:
    """What is timed is gone only where no proof of several shows it."""
    verdict = measured(SECONDS, *[(SECONDS, 1.0)] * failed, (SECONDS, 2.0))
    assert verdict is not None
    assert verdict.place == PLACE
    assert measured(SECONDS, *[(SECONDS, 1.0)] * ATTEMPTS) is None


def test_what_is_counted_is_counted_once() -> None:
    """Lines are the same each time; what is no longer there in lines may be there in C."""
    assert measured(LINES, (LINES, 2.0)) is not None
    assert measured(LINES, (LINES, 1.0), (SECONDS, 2.0)) is not None
    assert measured(LINES, (LINES, 1.0), *[(SECONDS, 1.0)] * ATTEMPTS) is None


@pytest.mark.parametrize("meter", [LINES, SECONDS])
def test_nothing_could_be_measured(meter: str) -> None:
    """An input that kills every process shows no growth, and is no failure of ours."""
    counted = [(LINES, None)] if meter == LINES else []
    assert measured(meter, *counted, *[(SECONDS, None)] * ATTEMPTS) is None
