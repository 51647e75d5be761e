"""Breaks in every way that the benchmark tells apart."""

import decimal
import time


def inner() -> None:
    raise ValueError("inner")


def deep() -> None:
    deep()


def nested(value: str) -> int:
    return 1 + nested(value[1:]) if value.startswith("[") else 0


def stubborn() -> None:
    try:
        while True:
            time.sleep(0.1)
    except BaseException:  # noqa: BLE001 - what it is there for
        raise ValueError("swallowed") from None


def parse(data: bytes) -> None:
    match data:
        case b"key":
            raise KeyError("allowed")
        case b"value":
            inner()
        case b"assert":
            raise AssertionError
        case b"deep":
            deep()
        case b"int":
            decimal.Decimal("x")
        case b"exit":
            raise SystemExit(0)
        case b"loop":
            while True:
                pass
        case b"stubborn":
            stubborn()
