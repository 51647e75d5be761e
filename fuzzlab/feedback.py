"""What an execution teaches the coverage engine beyond branches, for parsers whose inside is invisible.

A parser in C or Rust has no branches to see: pydantic's whole validation is one. But how it refuses an input, and what
it makes of one that it accepts, tells much of where the input got. Each such fact is a **feature**: a short tuple,
bounded by the code and the schema and never by the input (the sender's own keys and the positions in lists are folded
into one), because each new one adds an input to the corpus. A feature gets a slot, and the slots are counters as
libFuzzer knows them.
"""

from __future__ import annotations

import ctypes
import enum
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from types import CodeType, TracebackType
from typing import Any, Final

from fuzzlab.executor import Observer
from fuzzlab.scope import Scope

__all__ = ["SLOTS", "Feedback", "counters"]

SLOTS: Final = 2048
"""Features at the most; later ones are not told. libFuzzer clears and reads all of them for each execution, 0.1 µs."""

CHAIN: Final = 4
"""Exceptions looked at along `raise ... from ...`: a parser's own around the library's around Python's."""

PLACES: Final = 3
"""Innermost frames that make up the place of a refusal: one function that reads dates is called for many fields."""

MOST_ERRORS: Final = 32
"""Of one refusal by a schema; their number is told up to it, too."""

DEEPEST: Final = 6
"""Levels of a location, and of a result, that are told apart."""

MOST_NODES: Final = 64
"""Looked at in one result."""

MOST_PLACES: Final = 64
"""Told apart in results: a schema has some dozens, while a document of no schema nests at the sender's will. With every
key that is some word of the code told apart, TOML documents filled the corpus with 2,500 inputs."""

MOST_VALUES: Final = 256
"""Values known to the code that are told apart, all places together: an enumeration's members, mostly."""

MOST_CHILDREN: Final = 4
"""Elements looked at in one list: all have one place, `*`."""

MOST_KEYS: Final = 16
"""Looked at in one mapping."""

QUIET: Final = 2048
"""Observations without a new feature after which only every second execution is looked at, then every fourth, ...: what
a target shows of itself in this way is known by then, and a look takes 2 to 40 µs."""

MOST_SKIPPED: Final = 8
"""With it a quiet target pays 1 % to 3 %; a new feature ends the quiet."""

Feature = tuple[Any, ...]

_NUMBER: Final = re.compile(r"[0-9]+")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


def counters(library: str | None) -> memoryview:
    """Give SLOTS bytes that libFuzzer reads and clears like the counters of a compiled module.

    Args:
        library: the shared object that holds libFuzzer, or None where the process itself does.

    Raises:
        OSError, AttributeError: there is no such library, or it does not export the two functions of its interface.
    """
    core: Any = ctypes.CDLL(library)
    register, describe = (getattr(core, f"__sanitizer_cov_{name}_init") for name in ("8bit_counters", "pcs"))
    array = (ctypes.c_uint8 * SLOTS)()
    table = (ctypes.c_uint64 * (2 * SLOTS))()  # an address and flags for each, made up
    register(ctypes.byref(array), ctypes.byref(array, SLOTS))
    describe(ctypes.byref(table), ctypes.byref(table, ctypes.sizeof(table)))
    _kept.append((array, table))  # for life: libFuzzer holds their addresses
    return memoryview(array).cast("B")


_kept: list[Any] = []


class Feedback:
    """Turns executions into features, and features into counters."""

    def __init__(self, scope: Scope, known: Collection[str]) -> None:
        """Prepare one, not connected to libFuzzer yet.

        Args:
            scope: the code under test, whose lines are places.
            known: names that the code or the schema knows; all others are the sender's.
        """
        self.taught = False
        """Whether there was a new feature since somebody set this to False."""
        self._slots = memoryview(bytearray(SLOTS))
        self._scope = scope
        self._known = frozenset(known)
        self._numbers: dict[Feature, int] = {}
        self._places_of_results: dict[tuple[int, object], int] = {}
        self._values: set[tuple[int, str]] = set()
        self._ours: dict[int, tuple[CodeType, bool]] = {}
        self._readers: dict[type, Reader] = {}

    def __len__(self) -> int:
        """Count the features met so far."""
        return len(self._numbers)

    def connect(self, slots: memoryview) -> None:
        """Count in these slots from now on."""
        self._slots = slots

    def observer(self, grown: Callable[[int], None] = lambda _: None, *, most_skipped: int = MOST_SKIPPED) -> Observer:
        """Give the function to call after each execution.

        Args:
            grown: told how many features there are, when there is a new one.
            most_skipped: how many executions it lets pass, at the most, while a target is quiet; 1: none, ever.
        """
        refusal, result_of, tell = self.of_refusal, self.of_result, self.tell
        numbers = self._numbers
        due = skipped = 1
        quiet = 0

        def observe(error: BaseException | None, result: object) -> None:
            nonlocal due, skipped, quiet
            due -= 1
            if due:
                return
            if tell(result_of(result) if error is None else refusal(error)):
                skipped, quiet, self.taught = 1, 0, True
                grown(len(numbers))
            else:
                quiet += 1
                if quiet >= QUIET and skipped < most_skipped:
                    skipped, quiet = 2 * skipped, 0
            due = skipped

        return observe

    def tell(self, features: Iterator[Feature]) -> bool:
        """Count features in their slots; say whether one was new."""
        numbers, slots = self._numbers, self._slots
        new = False
        for feature in features:
            number = numbers.get(feature)
            if number is None:
                number = len(numbers)
                if number >= len(slots):
                    continue
                numbers[feature] = number
                new = True
            slots[number] = 1
        return new

    def of_refusal(self, error: BaseException) -> Iterator[Feature]:
        """Yield what a refusal tells: the class and place of each exception behind it, and what that says itself."""
        seen: BaseException | None = error
        for _ in range(CHAIN):
            if seen is None:
                return
            kind = type(seen)
            places = self._places(seen.__traceback__)
            yield (kind, *places[-1:])
            if len(places) > 1:
                yield (kind, *places)
            reader = self._readers.get(kind)
            if reader is None:
                reader = self._readers[kind] = _reader(kind)
            if reader is not _nothing:
                try:
                    yield from reader(seen, self)
                except Exception:  # noqa: BLE001 - a class that only looks like the library's
                    self._readers[kind] = _nothing
            seen = seen.__cause__ or seen.__context__

    def of_result(self, result: object) -> Iterator[Feature]:
        """Yield the shape of an accepted result: at each place the type, and the size, sign or kind of the value."""
        known, values = self._known, self._values
        stack: list[tuple[int, int, Any]] = [(0, 0, result)]
        for _ in range(MOST_NODES):
            if not stack:
                return
            depth, place, value = stack.pop()
            kind = type(value)
            yield (place, kind)
            describe = _LEAVES.get(kind)
            if describe is not None:
                for fact in describe(value):
                    yield (place, fact)
                if kind is str and value in known and ((place, value) in values or len(values) < MOST_VALUES):
                    values.add((place, value))
                    yield (place, "is", value)
            elif isinstance(value, enum.Enum):
                yield (place, value.name)
            elif depth < DEEPEST:
                try:
                    children = self._children(value)
                except Exception:  # noqa: BLE001 - the result's own methods run here
                    return
                if children is not None:
                    yield (place, "size", _size(len(children)))
                    stack += [(depth + 1, self._place(place, key), child) for key, child in children]

    def _place(self, parent: int, key: object) -> int:
        """Number the place of a child; beyond MOST_PLACES all are one."""
        place = self._places_of_results.get((parent, key))
        if place is None:
            place = min(len(self._places_of_results), MOST_PLACES) + 1
            if place <= MOST_PLACES:
                self._places_of_results[parent, key] = place
        return place

    def fold(self, key: object) -> object:
        """Give a key as the schema knows it; the sender's own, and positions, are all one."""
        return key if type(key) is str and key in self._known else "*"

    def _children(self, value: object) -> list[tuple[object, object]] | None:
        if isinstance(value, Mapping):
            return [(self.fold(key), value[key]) for key, _ in zip(value, range(MOST_KEYS), strict=False)]
        if isinstance(value, list | tuple | set | frozenset):
            return [("*", child) for child, _ in zip(value, range(MOST_CHILDREN), strict=False)]
        attributes = getattr(value, "__dict__", None)
        if type(attributes) is dict:
            return list(attributes.items())[:MOST_KEYS]
        slots = getattr(type(value), "__slots__", ())
        names = (slots,) if isinstance(slots, str) else tuple(slots)
        return [(name, getattr(value, name)) for name in names[:MOST_KEYS] if hasattr(value, name)] or None

    def _places(self, tb: TracebackType | None) -> list[tuple[int, int]]:
        """Name the innermost instructions under test that an exception passed."""
        places = []
        ours = self._ours
        while tb is not None:
            code = tb.tb_frame.f_code
            known = ours.get(id(code))
            if known is None:  # the code is kept, so that no other can get its id
                module = tb.tb_frame.f_globals.get("__name__")
                known = ours[id(code)] = (code, isinstance(module, str) and module in self._scope)
            if known[1]:
                places.append((id(code), tb.tb_lasti))
            tb = tb.tb_next
        return places[-PLACES:]


Reader = Callable[[Any, Feedback], Iterator[Feature]]


def _nothing(_error: Any, _feedback: Feedback) -> Iterator[Feature]:
    return iter(())


def _reader(kind: type) -> Reader:
    """Choose what reads exceptions of a class, by its name: none of these libraries must be imported for that."""
    for cls in kind.__mro__:
        found = _READERS.get((cls.__module__.partition(".")[0], cls.__name__))
        if found is not None:
            return found
    return _nothing


def _pydantic(error: Any, feedback: Feedback) -> Iterator[Feature]:
    """The type of each error at its place in the schema, and how many there are: fewer is nearer."""
    count = error.error_count()
    yield ("pydantic", min(count, MOST_ERRORS))
    if count > MOST_ERRORS:
        return  # a million wrong elements are a million dictionaries
    fold = feedback.fold
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        kind = each["type"]
        yield (kind, *[fold(step) for step in each["loc"][:DEEPEST]])
        if kind == "json_invalid":
            yield from _message(kind, each["msg"])


def _jsonschema(error: Any, _feedback: Feedback) -> Iterator[Feature]:
    """The keyword that failed, and its path in the schema; those of the alternatives, too."""
    for each in (error, *(error.context or ())[:MOST_ERRORS]):
        yield ("jsonschema", each.validator, *[str(step) for step in list(each.absolute_schema_path)[: 2 * DEEPEST]])


def _json(error: Any, _feedback: Feedback) -> Iterator[Feature]:
    """What was expected, and the magnitude of how far the reader got."""
    yield ("json", _QUOTED.sub("", error.msg))
    yield ("json at", error.pos.bit_length())


def _unicode(error: Any, _feedback: Feedback) -> Iterator[Feature]:
    yield ("unicode", error.reason)
    yield ("unicode at", error.start.bit_length())


def _csv(error: Any, _feedback: Feedback) -> Iterator[Feature]:
    """What was wrong, and the magnitude of the line: that of the reader in the frame that used it."""
    yield from _message("csv", str(error))
    tb = error.__traceback__
    while tb is not None:
        for value in list(tb.tb_frame.f_locals.values()):
            line = getattr(value, "line_num", None) if type(value).__module__ in ("_csv", "csv") else None
            if type(line) is int:
                yield ("csv line", line.bit_length())
        tb = tb.tb_next


def _message(kind: str, text: str) -> Iterator[Feature]:
    """Yield a message without what it quotes and without its numbers, and the magnitude of the last of those.

    Not both in one: a magnitude for each kind of syntax error fills the corpus with syntax errors.
    """
    numbers = _NUMBER.findall(text)
    yield (kind, _NUMBER.sub("#", _QUOTED.sub("", text))[:120])
    yield (kind, "at", int(numbers[-1][:18]).bit_length() if numbers else 0)


_READERS: Final[dict[tuple[str, str], Reader]] = {
    ("pydantic_core", "ValidationError"): _pydantic,
    ("jsonschema", "ValidationError"): _jsonschema,
    ("json", "JSONDecodeError"): _json,
    ("builtins", "UnicodeDecodeError"): _unicode,
    ("_csv", "Error"): _csv,
}


def _size(length: int) -> int:
    """Give the class of a length: 0, 1, up to 7, up to 127, more.

    With each magnitude told apart, results of no schema doubled toml's corpus.
    """
    return length.bit_length().bit_length()


def _of_text(value: str) -> tuple[Feature, ...]:
    first = value[:1]
    kind = first if first in ("", "0", "-", "+") else "1" if first.isdecimal() else "a" if first.isalpha() else "."
    plain = 0 if value.isascii() and value.isprintable() else 1 if value.isprintable() else 2
    return (("length", _size(len(value))), ("first", kind), ("plain", plain))


def _of_integer(value: int) -> tuple[Feature, ...]:
    return (("sign", (value > 0) - (value < 0)), ("bits", value.bit_length().bit_length()))


def _of_float(value: float) -> tuple[Feature, ...]:
    if not math.isfinite(value):
        return (("special", str(value)),)
    exponent = math.frexp(value)[1]
    return (("sign", math.copysign(1, value), value == 0), ("bits", exponent < 0, abs(exponent).bit_length()))


def _of_decimal(value: Decimal) -> tuple[Feature, ...]:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return (("special", exponent),)
    return (
        ("sign", sign, not value),
        ("exponent", exponent < 0, abs(exponent).bit_length()),
        ("digits", len(digits).bit_length()),
    )


def _of_bytes(value: bytes) -> tuple[Feature, ...]:
    return (("length", _size(len(value))),)


def _of_constant(value: object) -> tuple[Feature, ...]:
    return ((value,),)


_LEAVES: Final[dict[type, Callable[[Any], tuple[Feature, ...]]]] = {
    str: _of_text,
    int: _of_integer,
    float: _of_float,
    Decimal: _of_decimal,
    bytes: _of_bytes,
    bool: _of_constant,
    type(None): _of_constant,
}
