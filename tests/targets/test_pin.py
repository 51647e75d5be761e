"""PINs: ASCII digits, kept as they are."""

import pytest

from targets.pin import PinError, pin


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4711", "4711"),
        ("0042", "0042"),
        ("0000", "0000"),
        ("012345678901", "012345678901"),
        ("0123 4567-8901", "012345678901"),
        (" 4711\n", "4711"),
    ],
)
def test_accepts(value: str, expected: str) -> None:
    """A PIN keeps its leading zeros and loses only its separators."""
    assert pin(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "   ",
        "123",
        "0123456789012",
        "+1234",
        "-1234",
        "12.34",
        "1_234",
        "12  34",
        "12a4",
        "\u0661\u0662\u0663\u0664",
        "123\u00b2",
        "\uff11\uff12\uff13\uff14",
        "12\u200d34",
        "1234\x00",
        "1234\ud800",
        "9" * 5000,
    ],
)
def test_refuses(value: str) -> None:
    """Other scripts' digits, signs, separators of int() and wrong lengths are refused."""
    with pytest.raises(PinError):
        pin(value)
