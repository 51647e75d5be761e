"""Strings and numbers that a JSON Schema allows: ordinary ones, those at the bounds, and the strange ones in between.

Each function takes a schema's assertions and gives a maker, `rng -> value`, or None where it does not know how.
Sources: JSON Schema Validation 2020-12, sections 6.2, 6.3 and 7; draft 4 for boolean `exclusiveMinimum`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final

from fuzzlab import regexes, strings, unicode
from fuzzlab.boundaries import INTEGERS
from fuzzlab.injections import INJECTIONS

__all__ = ["amounts", "bounds", "integers", "is_multiple", "numbers", "texts"]

Maker = Callable[[Random], Any]

LONGEST: Final = 4096
"""Characters of one string at the most, where the schema allows more: an upload's bound is no reason to fill it."""

WIDE: Final = 2**31
"""Numbers that have no bound are mostly drawn from this far around zero; the boundaries lie beyond."""

TRIES: Final = 30

MOST_TRIED: Final = 1000
"""Integers looked at for multiples of a fraction."""

SPECIAL, CLOSE = 0.15, 0.8
"""Of the integers, the first share are bounds and the machine's own boundaries, then up to the second small ones: what
limits a model has beyond its schema (a Decimal's digits) most of them keep."""

_RARE: Final = 1 / 12
"""Share of each kind of strange text."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TEXTS: Final = tuple(text for text in (*strings.TOKENS, *INJECTIONS) if text.isprintable())
_CHARACTERS: Final = tuple(
    piece for kind in unicode.CLASSES.values() for piece in kind if not any("\ud800" <= c <= "\udfff" for c in piece)
)
"""No half of a pair: it is no text, and whoever validates refuses it first."""


def texts(schema: Mapping[str, Any]) -> Maker | None:
    """Give strings of `minLength`, `maxLength`, `pattern` and `format`."""
    least = int(schema.get("minLength", 0))
    given = schema.get("maxLength")
    most = None if given is None else int(given)
    if most is not None and most < least:
        return None
    form = _FORMATS.get(str(schema.get("format")))
    pattern = schema.get("pattern")
    if pattern is not None:
        return None if form else regexes.sampler(pattern, least=least, most=most)
    if form is not None:
        return _fitting(form, least, most) or _plain(least, most)
    return _plain(least, most)


def _fitting(form: Maker, least: int, most: int | None) -> Maker | None:
    if not least and most is None:
        return form

    def fits(text: str) -> bool:
        return least <= len(text) and (most is None or len(text) <= most)

    rng = Random(0)  # noqa: S311 - a search, not a secret
    if not all(fits(form(rng)) for _ in range(TRIES)):
        return None
    return form


def _plain(least: int, most: int | None) -> Maker:
    bound = max(least, min(LONGEST, most if most is not None else LONGEST))
    usual = min(bound, least + 12)

    def fitted(text: str, rng: Random) -> str:
        if len(text) < least:
            text += "".join(rng.choices(_LETTERS, k=least - len(text)))
        return text[:bound]

    def make(rng: Random) -> str:
        kind = rng.random()
        if kind < _RARE:
            return fitted(_TEXTS[int(rng.random() * len(_TEXTS))], rng)
        if kind < 2 * _RARE:
            piece = _CHARACTERS[int(rng.random() * len(_CHARACTERS))]
            text = piece * (1 + int(3 * rng.random()))
            return fitted(text if kind < 1.5 * _RARE else "a" + text + "b", rng)
        if kind < 3 * _RARE:
            if kind < 2.25 * _RARE and most is not None:
                return fitted(_LETTERS[int(rng.random() * len(_LETTERS))] * bound, rng)
            return fitted("", rng)
        length = least + int(rng.random() * (usual - least + 1))
        return "".join(rng.choices(_LETTERS, k=length))

    return make


def _digits(rng: Random, low: int, high: int, width: int = 2) -> str:
    return f"{low + int(rng.random() * (high - low + 1)):0{width}}"


def _date(rng: Random) -> str:
    if rng.random() < _RARE:
        return rng.choice(("2024-02-29", "1970-01-01", "9999-12-31", "0001-01-01", "2000-02-29", "1999-12-31"))
    return f"{_digits(rng, 1970, 2040)}-{_digits(rng, 1, 12)}-{_digits(rng, 1, 28)}"


def _time(rng: Random) -> str:
    fraction = "" if rng.random() < 0.7 else f".{_digits(rng, 0, 999999, 6)[: 1 + int(6 * rng.random())]}"
    zone = rng.choice(("Z", "Z", "+00:00", "-00:00", "+05:30", "-12:00", "+14:00"))
    return f"{_digits(rng, 0, 23)}:{_digits(rng, 0, 59)}:{_digits(rng, 0, 59)}{fraction}{zone}"


def _uuid(rng: Random) -> str:
    if rng.random() < _RARE:
        return "00000000-0000-0000-0000-000000000000"
    word = f"{rng.getrandbits(128):032x}"
    return f"{word[:8]}-{word[8:12]}-4{word[13:16]}-{rng.choice('89ab')}{word[17:20]}-{word[20:]}"


def _word(rng: Random, most: int = 10) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=1 + int(rng.random() * most)))


def _host(rng: Random) -> str:
    return f"{_word(rng)}.{rng.choice(('example', 'test', 'example.com', 'xn--bcher-kva.example'))}"


def _duration(rng: Random) -> str:
    return rng.choice((f"P{_digits(rng, 0, 99, 1)}D", f"PT{_digits(rng, 0, 99, 1)}H{_digits(rng, 0, 59, 1)}M", "PT0S"))


def _ipv6(rng: Random) -> str:
    if rng.random() < 0.25:
        return rng.choice(("::", "::1", "::ffff:192.0.2.1", "2001:db8::1"))
    return ":".join(f"{rng.getrandbits(16):x}" for _ in range(8))


_FORMATS: Final[dict[str, Maker]] = {
    "date": _date,
    "time": _time,
    "date-time": lambda rng: f"{_date(rng)}T{_time(rng)}",
    "duration": _duration,
    "uuid": _uuid,
    "uuid4": _uuid,
    "email": lambda rng: f"{_word(rng)}{rng.choice(('', '.', '+', '_'))}{_word(rng)}@{_host(rng)}",
    "hostname": _host,
    "ipv4": lambda rng: ".".join(str(rng.getrandbits(8)) for _ in range(4)),
    "ipv6": _ipv6,
    "uri": lambda rng: f"https://{_host(rng)}/{_word(rng)}{rng.choice(('', '?a=1', '#x', '/../', '%20'))}",
    "uri-reference": lambda rng: f"/{_word(rng)}{rng.choice(('', '?a=1', '#x'))}",
    "json-string": lambda rng: rng.choice(("{}", "[]", "null", "0", '""', '{"a":1}')),
    "json-pointer": lambda rng: rng.choice(("", "/a", "/0", "/a~1b", "/~0")),
    "regex": lambda rng: rng.choice(("", "^a$", "[0-9]+", ".*")),
}
_FORMATS["idn-email"] = _FORMATS["email"]
_FORMATS["idn-hostname"] = _FORMATS["hostname"]
_FORMATS["iri"] = _FORMATS["uri"]


def bounds(schema: Mapping[str, Any]) -> tuple[Any, Any, bool, bool]:
    """Give the least and the greatest number, None for no bound, and whether each is excluded."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    open_low, open_high = above is True and low is not None, below is True and high is not None  # drafts 3 and 4
    if above is not None and not isinstance(above, bool) and (low is None or above >= low):
        low, open_low = above, True
    if below is not None and not isinstance(below, bool) and (high is None or below <= high):
        high, open_high = below, True
    return low, high, open_low, open_high


def integers(schema: Mapping[str, Any]) -> Maker | None:
    """Give integers of `minimum`, `maximum`, their exclusive kin and `multipleOf`."""
    low, high, open_low, open_high = bounds(schema)
    least = None if low is None else math.floor(low) + 1 if open_low else math.ceil(low)
    most = None if high is None else math.ceil(high) - 1 if open_high else math.floor(high)
    step = schema.get("multipleOf", schema.get("divisibleBy", 1))
    if step != int(step):
        return _multiples(step, least, most)
    step = int(step)
    first = None if least is None else -(-least // step)
    last = None if most is None else most // step
    if first is not None and last is not None and first > last:
        return None
    special = [n // step * step for n in INTEGERS if abs(n) < 2**64]
    special = [n for n in special if (least is None or n >= least) and (most is None or n <= most)]
    special += [n * step for n in (first, last) if n is not None] * 4
    start = first if first is not None else (last - WIDE if last is not None else -WIDE)
    stop = last if last is not None else start + WIDE * (1 if first is not None else 2)
    near = min(stop, (max(start, 0) if stop >= 0 else start) + 20)
    room, close, base = stop - start + 1, near - max(start, min(0, near)) + 1, max(start, min(0, near))

    def make(rng: Random) -> int:
        kind = rng.random()
        if kind < SPECIAL and special:
            return special[int(rng.random() * len(special))]
        if kind < CLOSE:
            return (base + int(rng.random() * close)) * step
        return (start + int(rng.random() * room)) * step

    return make


def _multiples(step: Any, least: int | None, most: int | None) -> Maker | None:
    """Give integers that are multiples of a fraction, by trying those near a bound."""
    start = least if least is not None else (0 if most is None else most - MOST_TRIED)
    stop = start + MOST_TRIED if most is None else min(most, start + MOST_TRIED)
    fit = [n for n in range(start, stop + 1) if is_multiple(n, step)]
    return (lambda rng: fit[int(rng.random() * len(fit))]) if fit else None


def is_multiple(value: Any, step: Any) -> bool:
    """Whether jsonschema takes `value` for a multiple: by floating division where one of them is no integer."""
    if isinstance(step, float) or isinstance(value, float):
        try:
            quotient = value / step
            return bool(int(quotient) == quotient)
        except (OverflowError, ValueError, ZeroDivisionError):
            return False
    return bool(value % step == 0)


def numbers(schema: Mapping[str, Any]) -> Maker | None:
    """Give numbers, integers and others, of the same assertions."""
    whole = integers(schema)
    low, high, open_low, open_high = bounds(schema)
    step = schema.get("multipleOf", schema.get("divisibleBy"))
    start = float(low) if low is not None else (float(high) - 1000.0 if high is not None else -1000.0)
    stop = float(high) if high is not None else start + 2000.0
    room = stop - start

    def fits(value: Any) -> bool:
        return (
            (low is None or value > low or (value == low and not open_low))
            and (high is None or value < high or (value == high and not open_high))
            and (step is None or is_multiple(value, step))
        )

    special = [value for value in (0.0, 0.1, 0.5, -0.5, 1.5, 1e-7, 1e22, low, high) if value is not None if fits(value)]

    def fraction(rng: Random) -> Any:
        for _ in range(TRIES):
            kind = rng.random()
            if kind < 0.06 and special:
                value = special[int(rng.random() * len(special))]
            else:
                value = start + room * rng.random() * (rng.random() if kind < 0.6 else 1)  # the lower part is fuller
                if step is not None:
                    value = round(value / step) * step
                value = round(value, 2) if kind < 0.95 else value
            if fits(value):
                return value
        return None

    rng = Random(0)  # noqa: S311 - a search, not a secret
    if any(fraction(rng) is None for _ in range(TRIES)):
        return whole
    return fraction if whole is None else _either(whole, fraction)


def _either(whole: Maker, fraction: Maker) -> Maker:
    def make(rng: Random) -> Any:
        value = None if rng.random() < 0.5 else fraction(rng)
        return whole(rng) if value is None else value

    return make


def amounts(schema: Mapping[str, Any]) -> Maker | None:
    """Give numbers written as strings, without an exponent: how a Decimal is sent, whose schema does not say so."""
    number = numbers(schema)
    if number is None:
        return None

    def make(rng: Random) -> str:
        value = number(rng)
        return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)

    return make
