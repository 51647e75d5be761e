"""Code that asks for the time in every way there is, and a target of it whose clock stands still."""

import datetime as dt
import time
from datetime import UTC
from datetime import datetime as Moment  # noqa: N812 - a name of its own
from time import time as now
from time import time_ns as nanoseconds

from fuzzlab import Clock, formats
from fuzzlab.target import REGISTRY, target

__all__ = ["TELLS", "asked"]

NAMES = ("time", "dt", "now", "nanoseconds", "Moment")


def asked() -> dict[str, float]:
    """What each says, in seconds after 1970."""
    return {
        "time": time.time(),
        "dt": dt.datetime.now(tz=UTC).timestamp(),
        "now": now(),
        "nanoseconds": nanoseconds() / 1e9,
        "Moment": Moment.now(UTC).timestamp(),
    }


@target(
    format=formats.text(),
    clock=Clock(1_750_000_000, into=[f"{__name__}:{name}" for name in NAMES]),
    allow=(),
    name="tells",
)
def tells(value: str) -> None:
    told = set(asked().values())
    if told != {float(value)}:
        raise LookupError(f"{value} is not {' '.join(f'{each:.0f}' for each in sorted(told))}")


TELLS = REGISTRY["tells"]
