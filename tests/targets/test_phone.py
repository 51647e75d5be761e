"""Phone numbers: E.164 or a refusal."""

import pytest

from targets.phone import PhoneError, parse_phone, phone


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("+49 30 901820", "+4930901820"),
        ("(650) 253-0000", "+16502530000"),
        ("650.253.0000", "+16502530000"),
        ("011 49 30 901820", "+4930901820"),
        ("+39 06 698 12345", "+390669812345"),
        ("\u202a+1\u00a0650\u2011253\u20110000\u202c", "+16502530000"),
        ("+\u0661\u0666\u0665\u0660\u0662\u0665\u0663\u0660\u0660\u0660\u0660", "+16502530000"),
        ("\uff0b\uff11 650 253 0000", "+16502530000"),
    ],
)
def test_accepts(value: str, expected: str) -> None:
    """A number in any usual notation gives E.164, which gives itself."""
    assert phone(value) == expected
    assert phone(expected) == expected


def test_region_reads_national_notation() -> None:
    """The same digits are another number in another country."""
    assert parse_phone("030 901820", region="DE") == "+4930901820"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "+",
        "()",
        "911",
        "+1",
        "+999 123456",
        "555 0100",
        "call 650 253 0000",
        "1-800-FLOWERS",
        "650 253 0000 ext 5",
        "650 253 0000;ext=5",
        "tel:7042;phone-context=example.com",
        "\u00b2\u00b2\u00b2",
        "\u200e\u200f",
        "650\x00253 0000",
        "\ud800",
        "+" * 60,
        "1" * 64,
        "1" * 65536,
    ],
)
def test_refuses(value: str) -> None:
    """A text that holds a number is no number, and neither is one that nobody can have."""
    with pytest.raises(PhoneError):
        phone(value)
