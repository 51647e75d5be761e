"""JSON from strangers: one reader for what a vendor or a webhook sends. A helper of targets, not a target.

`json.loads` is more liberal than the rest of a service can bear. It takes NaN and Infinity (no JSON at all), lets the
last of two equal keys win where another parser takes the first, turns `1e400` into infinity, raises RecursionError for
a few kilobytes of brackets and a bare ValueError for 5,000 digits, and returns lone surrogates that no database stores.
All of that is refused here, with one error.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NoReturn

__all__ = ["StrictJSONError", "loads"]

MAX_BYTES = 1024 * 1024
"""No order, catalogue page or webhook of ours comes near it."""

MAX_DEPTH = 32
"""Levels. Real documents have fewer than ten; validators and repr() recurse, and this keeps them far from the limit."""

MAX_NUMBER = 40
"""Characters of one number: beyond 128-bit integers, far below the 4,300 digits at which int() gives up."""

MAX_EXPONENT = 30
"""Decimal exponents beyond it mean nothing in a shop, and int(Decimal("1e999999999")) does not come back."""


class StrictJSONError(ValueError):
    """The bytes are no document that every JSON parser would read alike."""


def loads(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> object:
    """Decode a JSON document (RFC 8259), within I-JSON's limits (RFC 7493).

    Args:
        data: the document in UTF-8, perhaps with a byte-order mark.
        max_bytes: the largest size of `data`.
        max_depth: the greatest depth of arrays and objects.

    Returns:
        dict, list, str, int, Decimal (every number with a fraction or an exponent), bool, None.

    Raises:
        StrictJSONError: too large, too deep, no JSON, a key twice, a number out of all proportion, a lone surrogate.
    """
    if len(data) > max_bytes:
        raise StrictJSONError(f"larger than {max_bytes} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StrictJSONError("not UTF-8") from None
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise StrictJSONError(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        # Deliberate, and only around the parser: it recurses in C for every bracket and has no limit of its own.
        raise StrictJSONError("nested too deeply") from None
    for string in _strings(document, max_depth):
        if not string.isascii():
            try:
                string.encode("utf-8")
            except UnicodeEncodeError:
                raise StrictJSONError("a lone surrogate in a string") from None
    return document


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object.

    Raises:
        StrictJSONError: a key occurs twice (RFC 7493, section 2.3).
    """
    result = dict(pairs)
    if len(result) != len(pairs):
        raise StrictJSONError("a key occurs twice in one object")
    return result


def _integer(digits: str) -> int:
    """Read a number without fraction and exponent.

    Raises:
        StrictJSONError: too long.
    """
    if len(digits) > MAX_NUMBER:
        raise StrictJSONError("a number is too long")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    """Read a number with a fraction or an exponent, exactly.

    Raises:
        StrictJSONError: too long or too far from 1.
    """
    if len(digits) > MAX_NUMBER:
        raise StrictJSONError("a number is too long")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        # Exponents beyond decimal.MAX_EMAX, such as 1e1000000000000000000.
        raise StrictJSONError("a number is out of range") from None
    if not -MAX_EXPONENT <= number.adjusted() <= MAX_EXPONENT:
        raise StrictJSONError("a number is out of range")
    return number


def _constant(name: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity.

    Raises:
        StrictJSONError: always.
    """
    raise StrictJSONError(f"{name} is not JSON")


def _strings(document: object, max_depth: int) -> Iterator[str]:
    """Yield every string and every key, without recursion.

    Raises:
        StrictJSONError: there are more than `max_depth` levels.
    """
    level = [document]
    for _ in range(max_depth + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                yield item
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, dict):
                yield from item
                below.extend(item.values())
        if not below:
            return
        level = below
    raise StrictJSONError(f"nested more than {max_depth} levels")
