"""A clock that stands still, for code that refuses what is stale: a stored input must mean the same in a year.

The signer signs at its time, and the code under test is given it: as an argument where it takes one, otherwise in the
place of what it asks. Only the names that `into` gives are replaced, in the process that runs the target; to replace
`time.time` for all would stop the clocks of the harness as well.
"""

from __future__ import annotations

import datetime as dt
import importlib
import time as real_time
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from fuzzlab.errors import UserError

__all__ = ["Clock"]

LAST: Final = 253_402_300_799
"""Seconds: the end of the year 9999, after which `datetime` has no more."""


@dataclass(frozen=True, slots=True, init=False)
class Clock:
    """Stands at `seconds` after 1970; `into` names, as `module:name`, what the code under test takes the time from.

    Such a name stands for `time`, `datetime` (the module or the class), or one of the functions `time.time` and
    `time.time_ns`.
    """

    seconds: int
    into: tuple[str, ...] = ()

    def __init__(self, seconds: int, *, into: list[str] | tuple[str, ...] = ()) -> None:
        """Check what was said.

        Raises:
            UserError: the moment is none, or a name is not of the form `module:name`.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= LAST:
            raise UserError(f"Clock({seconds!r}): whole seconds after 1970, at most {LAST}")
        if not isinstance(into, list | tuple):
            raise UserError(f"Clock(into={into!r}): a list of names, as in into=['shop.webhooks:time']")
        for name in into:
            if not isinstance(name, str) or not all(name.partition(":")):
                raise UserError(f"Clock(into=[{name!r}]): write module:name, as in 'shop.webhooks:time'")
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "into", tuple(into))

    def __index__(self) -> int:
        """Seconds after 1970, for a signer's `timestamp=`."""
        return self.seconds

    def time(self) -> float:
        """Seconds after 1970, as `time.time()` gives them."""
        return float(self.seconds)

    def time_ns(self) -> int:
        """Nanoseconds after 1970."""
        return self.seconds * 10**9

    def now(self, tz: dt.tzinfo | None = None) -> dt.datetime:
        """Give the moment as `datetime.now(tz)` does; without a zone in UTC, wherever the machine stands."""
        moment = dt.datetime.fromtimestamp(self.seconds, dt.UTC)
        return moment.replace(tzinfo=None) if tz is None else moment.astimezone(tz)

    def check(self) -> None:
        """Look all names up.

        Raises:
            UserError: there is no such name, or it is nothing that tells the time.
        """
        for name in self.into:
            self._instead(name)

    def stop(self) -> None:
        """Put this clock into the code, for the rest of the process.

        Raises:
            UserError: as `check`.
        """
        for name in self.into:
            module, attribute, instead = self._instead(name)
            setattr(module, attribute, instead)

    def _instead(self, name: str) -> tuple[ModuleType, str, object]:
        module_name, _, attribute = name.partition(":")
        try:
            module = importlib.import_module(module_name)
            present = getattr(module, attribute)
        except (ImportError, AttributeError) as error:
            raise UserError(f"Clock(into=[{name!r}]): {error}") from error
        if isinstance(present, _Module):  # two targets of one process have one clock each, the last one's counts
            present = present.original
        if present is real_time:
            return module, attribute, _Module(real_time, {"time": self.time, "time_ns": self.time_ns})
        if present is dt:
            return module, attribute, _Module(dt, {"datetime": _stopped(self)})
        if present is dt.datetime or isinstance(present, _Stopped):
            return module, attribute, _stopped(self)
        if present is real_time.time or getattr(present, "__func__", None) is Clock.time:
            return module, attribute, self.time
        if present is real_time.time_ns or getattr(present, "__func__", None) is Clock.time_ns:
            return module, attribute, self.time_ns
        raise UserError(f"Clock(into=[{name!r}]): {present!r} is none of time, datetime, time.time and time.time_ns")


class _Module:
    """Stands for a module, but for some of its names."""

    def __init__(self, original: ModuleType, names: dict[str, Any]) -> None:
        self.original = original
        vars(self).update(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


class _Stopped(type):
    """The type of classes that stand for `datetime`: every datetime is an instance of them."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, dt.datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, dt.datetime)


def _stopped(clock: Clock) -> type:
    """Give a class that is `datetime` but for its now(), utcnow() and today()."""

    class datetime(dt.datetime, metaclass=_Stopped):  # noqa: N801 - it stands for the one of this name
        """A point in time, on a clock that stands still."""

        def __new__(cls, *arguments: Any, **named: Any) -> Any:
            """Make a plain datetime: what the code keeps must not differ from what it would keep."""
            return dt.datetime(*arguments, **named)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            """Give the clock's time."""
            return clock.now(tz)

        @classmethod
        def utcnow(cls) -> Any:
            """Give the clock's time."""
            return clock.now()

        @classmethod
        def today(cls) -> Any:
            """Give the clock's time."""
            return clock.now()

    return datetime
