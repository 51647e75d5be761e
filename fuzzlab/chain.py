"""What an exception came from: its causes and contexts, as `raise` linked them.

The code under test wrote the exceptions: a class may give `__cause__` any meaning, a chain may be as long as the stack
is deep, or bite its tail. So links are read from the interpreter's own slots, and walked a bounded way.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from fuzzlab.verdict import CAUSES_LIMIT, Cause, Frame

__all__ = ["causes", "exception_name", "exception_text", "traceback_of"]

MESSAGE_KEPT = 1_000
"""Characters of a message: it may quote the whole input."""

WALKED = 2_000
"""Links of a chain looked at: a parser that wraps an error at each level makes one a level, as deep as the stack."""

ENDS = (RecursionError, MemoryError)
"""Where these came up is chance, and so is what was being handled then: nothing behind one of them is looked at."""

_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_suppressed = BaseException.__dict__["__suppress_context__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__


def causes(error: BaseException, frames_of: Callable[[TracebackType | None], tuple[Frame, ...]]) -> tuple[Cause, ...]:
    """Give the causes of `error` that passed through code under test, the nearest first, each type once.

    `raise … from cause` counts before what was being handled, and `from None` hides that, as in Python's tracebacks.
    """
    found: dict[str, Cause] = {}
    seen = {id(error)}
    for _ in range(WALKED):
        if isinstance(error, ENDS):
            break
        link = _cause(error)
        explicit = link is not None
        if link is None and not _suppressed(error):
            link = _context(error)
        if link is None or id(link) in seen:
            break
        seen.add(id(link))
        error = link
        if frames := frames_of(_traceback(error)):
            name, last = exception_name(type(error)), frames[-1]
            if name not in found:
                where = f"{last.file}:{last.line}"
                found[name] = Cause(name, exception_text(error), last.place, where, explicit)
                if len(found) == CAUSES_LIMIT:
                    break
    return tuple(found.values())


def traceback_of(error: BaseException) -> TracebackType | None:
    """Give the traceback that the interpreter keeps, whatever the class says."""
    traceback: TracebackType | None = _traceback(error)
    return traceback


def exception_name(cls: type[BaseException]) -> str:
    """Name a class, with its module unless it is a builtin."""
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def exception_text(value: object) -> str:
    """Give an exception's message, which the code under test wrote and which may itself fail."""
    try:
        return str.__getitem__(str(value), slice(MESSAGE_KEPT))  # str() may give a subclass, with tricks of its own
    except BaseException as error:  # noqa: BLE001 - a hostile __str__, which may even exit
        return f"<no message: {type(error).__name__}>"
