"""A parser on top of somebody else's."""

from __future__ import annotations

import re

from dateutil import parser as dates


def parse(value: str) -> str:
    """Read a date."""
    return str(dates.isoparse(re.sub(r"\s", "", value)))
