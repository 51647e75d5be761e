"""Exceptions that come from others, in every way that Python has."""

from __future__ import annotations

import json
from typing import NoReturn

NOTHING: dict[str, int] = {}


class Wrapped(Exception):
    """Raised anew at each level."""


class Liar(Exception):
    """Gives its links another meaning."""

    @property
    def __cause__(self) -> NoReturn:  # type: ignore[override]  # what hostile code does
        raise SystemExit(1)

    @property
    def __traceback__(self) -> NoReturn:  # type: ignore[override]  # as above
        raise SystemExit(2)


def divide() -> float:
    return 1 / 0


def explicit() -> None:
    try:
        divide()
    except ZeroDivisionError as error:
        raise KeyError("x") from error


def handling() -> None:
    try:
        divide()
    except ZeroDivisionError:
        NOTHING["x"]


def hidden() -> None:
    try:
        divide()
    except ZeroDivisionError:
        raise KeyError("x") from None


def both() -> None:
    try:
        "".rindex("x")
    except ValueError as error:
        named = error
    try:
        divide()
    except ZeroDivisionError:
        raise KeyError("x") from named


def library() -> None:
    inner = ValueError("raised nowhere")
    raise KeyError("x") from inner


def deep(levels: int) -> None:
    try:
        if levels:
            (deep if levels % 3 else sideways)(levels - 1)
        divide()
    except (ZeroDivisionError, Wrapped) as error:
        raise Wrapped(levels) from error


def sideways(levels: int) -> None:
    try:
        deep(levels)
    except Wrapped as error:
        raise Wrapped("sideways") from error


def many() -> None:
    try:
        try:
            try:
                try:
                    json.loads("{")
                except ValueError:
                    divide()
            except ZeroDivisionError as error:
                raise AttributeError from error
        except AttributeError as error:
            raise IndexError from error
    except IndexError as error:
        raise KeyError("x") from error


def cycle() -> None:
    first, second = KeyError("x"), IndexError("y")
    try:
        raise second from first
    except IndexError:
        raise first from second


def liar() -> None:
    try:
        divide()
    except ZeroDivisionError:
        raise Liar  # noqa: B904 - what is being handled is its context


def endless(value: int) -> int:
    return endless(value + 1) + 1


def overflow() -> None:
    try:
        try:
            divide()
        except ZeroDivisionError:
            endless(0)
    except RecursionError:
        NOTHING["x"]


KINDS = {
    "from": explicit,
    "handling": handling,
    "none": hidden,
    "both": both,
    "library": library,
    "deep": lambda: deep(2),
    "deeper": lambda: deep(50),
    "many": many,
    "cycle": cycle,
    "liar": liar,
    "overflow": overflow,
}


def parse(value: str) -> str:
    """Raise in the way that the text names."""
    if value in KINDS:
        KINDS[value]()
    return value
