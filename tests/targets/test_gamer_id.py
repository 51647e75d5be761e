"""Gamer ids: what is accepted, what is refused, and that there is one form of each."""

import pytest

from targets.gamer_id import GamerIDError, gamer_id


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("123456789", "123456789"),
        ("user@platform", "user@platform"),
        ("a-b-c-1-2-3", "a-b-c-1-2-3"),
        (" 123456789\r\n", "123456789"),
        ("18446744073709551615", "18446744073709551615"),
        ("Night Owl 7@PlayStation", "Night Owl 7@psn"),
        ("\u00dcnal@STEAM", "\u00dcnal@steam"),
        ("A-B-C", "a-b-c"),
        ("a\u2010b\u2014c", "a-b-c"),
        ("\uff11\uff12\uff13", "123"),
        ("us\u200der@xbox\u00a0", "user@xbox"),
        ("e\u200d\u0301a@xbox", "\u00e9a@xbox"),
    ],
)
def test_accepts(value: str, expected: str) -> None:
    """An id is given in its canonical form, and the canonical form stays as it is."""
    assert gamer_id(value) == expected
    assert gamer_id(expected) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "\u200d",
        "\u200d" * 64,
        "\ufeff\u2060\u00ad",
        "\u3164\u115f\ufe0f",
        "0",
        "007",
        "18446744073709551616",
        "\u0661\u0662\u0663",
        "12\u00b2x",
        "9" * 5000,
        "user@",
        "@steam",
        "\u200d@steam",
        "user@nowhere",
        "a@b@steam",
        "\u0301a@steam",
        " \u0301@steam",
        "two  spaces@steam",
        "dot.@steam",
        "nul\x00@steam",
        "a\ud800@steam",
        "x" * 33 + "@steam",
        "\ufdfa\ufdfa@steam",
        "a-",
        "-a",
        "a--b",
        "abc",
        "\u00e9-b",
        "-".join("a" * 17),
    ],
)
def test_refuses(value: str) -> None:
    """What is no id, or shows nothing, is refused with the declared error."""
    with pytest.raises(GamerIDError):
        gamer_id(value)
