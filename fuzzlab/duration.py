"""Durations as people write them: 90, 60s, 10m, 1h30m."""

from __future__ import annotations

import re

from fuzzlab.errors import UserError

__all__ = ["duration"]

_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII)
_SECONDS = (86_400, 3_600, 60, 1)

LONGEST = 366 * 86_400
"""Seconds. Beyond a year it is a typing error."""


def duration(text: str) -> float:
    """Give seconds.

    Raises:
        UserError: it is no duration, or not one that a campaign could last.
    """
    match = _PARTS.fullmatch(text.strip())
    seconds = sum(float(n) * unit for n, unit in zip(match.groups(), _SECONDS, strict=True) if n) if match else 0.0
    if not match or not text.strip():
        raise UserError(f"{text!r} is no duration; write 90, 60s, 10m or 1h30m")
    if not 0 < seconds <= LONGEST:
        raise UserError(f"{text!r} is no possible duration; it must be above zero and at most a year")
    return seconds
