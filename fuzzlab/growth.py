"""How cost grows with length: inputs that can be made larger, what they cost at each size, and the power of the fit.

Pure: sizes and costs in, an exponent and a judgement out. Cost is what the part that grew adds, and length is its own:
what stands around it would flatten the curve of a short one. The fit is a line through logarithms, over the last
eight-fold of the length at least, where what grows outweighs what does not.
"""

from __future__ import annotations

import base64
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

__all__ = [
    "COLLIDING", "FLAT", "LINES", "SECONDS", "SPAN", "Growth", "Swelling", "affordable", "counts", "described",
    "exponent", "is_superlinear", "up_to_dearest",
]  # fmt: skip

LINES: Final = "lines"
SECONDS: Final = "seconds"
"""What is counted: lines of Python executed, which are the same each time; or the CPU time of the thread, for what runs
in C."""

SPAN: Final = 8.0
"""Times by which the length grows over a fit, at least. One cost measured twice too high at an end of it moves the
exponent by a third, which the default bound leaves room for."""

STEEP_STEPS: Final = 2
STEPS_LOOKED_AT: Final = 3
"""Of the last steps, how many must be steeper than a straight line: one may be a threshold, behind which each byte
costs more, a cache that overflowed, or an input that was refused early up to there."""

FLAT: Final = 1.15
"""Exponent up to which a curve needs no further look: whatever is quadratic, and large enough to matter, is steeper."""

COLLIDING: Final = 2**61 - 1
"""Multiples of it are integers of one hash (CPython, `sys.hash_info.modulus`)."""

TEXT_KEPT: Final = 64
"""Characters of the name of a way."""

SMALL: Final = {LINES: 1.0, SECONDS: 1e-6}
"""What a cost is at the least, so that it has a logarithm."""


@dataclass(frozen=True, slots=True)
class Swelling:
    """An input that grows: a head, `unit` so many times, a core, `closing` as often, a tail.

    With a `step`, each unit is preceded by a number: the first, second, third … multiple of it. `way` names how it
    grows, for people; `part` says of which part of the input all this is, where its format has several.
    """

    way: str
    unit: bytes
    head: bytes = b""
    core: bytes = b""
    closing: bytes = b""
    tail: bytes = b""
    step: int = 0
    part: str = ""

    def grown(self, count: int) -> bytes:
        """Give the input with so many units."""
        if self.step:
            units = b"".join(b"%d%b" % (self.step * number, self.unit) for number in range(1, count + 1))
        else:
            units = self.unit * count
        return b"".join((self.head, units, self.core, self.closing * count, self.tail))

    @property
    def rest(self) -> int:
        """Count the bytes that do not grow."""
        return len(self.head) + len(self.core) + len(self.tail)

    def length(self, count: int) -> int:
        """Count the bytes that so many units add."""
        length = count * (len(self.unit) + len(self.closing))
        if self.step and count:  # a number has one digit, and another for each power of ten that it reaches
            powers = (10**digits for digits in range(len(str(self.step * count))))
            length += sum(count - (power - 1) // self.step for power in powers)
        return length

    def most(self, size: int) -> int:
        """Give the number of units with which it has at most `size` bytes."""
        room = size - self.rest
        each = len(self.unit) + len(self.closing)
        if not self.step:
            return max(0, room // each) if each else 0
        low, high = 0, max(0, room // (each + 1))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.length(middle) <= room else (low, middle - 1)
        return low

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        plain = asdict(self)
        return {k: base64.b64encode(v).decode("ascii") if isinstance(v, bytes) else v for k, v in plain.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Swelling:
        """Read `to_json`'s data.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        parts = {
            name: base64.b64decode(data[name], validate=True) for name in ("unit", "head", "core", "closing", "tail")
        }
        return cls(
            way=str(data["way"])[:TEXT_KEPT], part=str(data["part"])[:TEXT_KEPT], step=int(data["step"]), **parts
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """What an input that grows costs: at so many bytes (`sizes`) so many lines or seconds, and the power of that."""

    swelling: Swelling
    meter: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]
    exponent: float
    bound: float

    def to_json(self) -> dict[str, Any]:
        """Plain data for a pipe or a file."""
        return {
            "swelling": self.swelling.to_json(), "meter": self.meter, "sizes": list(self.sizes),
            "costs": [round(cost, 9) for cost in self.costs], "exponent": round(self.exponent, 3), "bound": self.bound,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Growth:
        """Read `to_json`'s data, which people may have edited.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        sizes, costs = tuple(map(int, data["sizes"])), tuple(map(float, data["costs"]))
        if len(sizes) != len(costs) or data["meter"] not in SMALL:
            raise ValueError("sizes and costs of a growth do not belong together")
        swelling = Swelling.from_json(data["swelling"])
        return cls(swelling, str(data["meter"]), sizes, costs, float(data["exponent"]), float(data["bound"]))


def counts(most: int, *, ratio: float = 2.0, least: int = 1) -> list[int]:
    """Give numbers of units from `least` to `most`, each `ratio` times the one before it, or one more."""
    found: list[int] = []
    now = float(least)
    while now < most:
        if not found or int(now) > found[-1]:
            found.append(int(now))
        now = max(now * ratio, now + 1)
    return [*found, most] if most >= least else []


def affordable(lengths: Sequence[float], costs: Sequence[float], *, cap: float) -> float:
    """Give the length that costs at most `cap`, if cost goes on to grow as it did in the last step.

    It is taken to grow exponentially: for what grows as a power that is far too careful, and never too bold.
    """
    if len(costs) < 2:
        return math.inf
    (before, last), (short, long) = costs[-2:], lengths[-2:]
    if last <= 0:
        return math.inf
    if last >= cap:
        return long
    rate = math.log(last / before) if 0 < before < last else 0.0
    # Where it did not grow it is not held to stay: with each doubling it may become four times as much.
    rate = max(rate, math.log(2.0) * (long - short) / long)
    return long + (long - short) * math.log(cap / last) / rate


def exponent(lengths: Sequence[float], costs: Sequence[float], *, small: float, span: float = SPAN) -> float:
    """Give the slope of a line through the logarithms of the last `span`-fold of the lengths; 0 where there is none."""
    if not lengths:
        return 0.0
    begin = max((at for at, each in enumerate(lengths) if each * span <= lengths[-1]), default=0)
    points = [
        (math.log(length), math.log(max(cost, small)))
        for length, cost in zip(lengths[begin:], costs[begin:], strict=True)
        if length > 0
    ]
    if len(points) < 2:
        return 0.0
    across, up = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((x - across) ** 2 for x, _ in points)
    return sum((x - across) * (y - up) for x, y in points) / spread if spread else 0.0


def up_to_dearest(costs: Sequence[float]) -> int:
    """Give how many of the points lead to the dearest one: larger inputs may be refused for their size."""
    return max(range(len(costs)), key=costs.__getitem__, default=-1) + 1


def is_superlinear(
    lengths: Sequence[float], costs: Sequence[float], *, bound: float, floor: float, small: float
) -> bool:
    """Whether cost grows faster than the length to the power of `bound`, where it is at least `floor`.

    Args:
        lengths: of what grew, ascending.
        costs: of each, what the rest costs left out; up to the dearest.
        bound: of the exponent.
        floor: what the dearest must cost.
        small: the least that a cost can be.
    """
    if len(lengths) < STEPS_LOOKED_AT + 1 or costs[-1] < floor or lengths[0] * SPAN > lengths[-1]:
        return False
    if exponent(lengths, costs, small=small) <= bound or exponent(lengths, costs, small=small, span=SPAN / 2) <= bound:
        return False
    points = list(zip(lengths, costs, strict=True))[-STEPS_LOOKED_AT - 1 :]
    steps = [exponent((a, b), (c, d), small=small) for (a, c), (b, d) in itertools.pairwise(points)]
    return sum(step > (1 + bound) / 2 for step in steps) >= STEEP_STEPS


def described(growth: Growth) -> str:
    """Say in a few words how cost grows."""
    rising = exponent(growth.sizes, growth.costs, small=SMALL[growth.meter], span=2.0) > growth.exponent + 1
    return f"n^{growth.exponent:.2f}{' and rising' if rising else ''}"
