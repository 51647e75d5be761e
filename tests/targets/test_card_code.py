"""Card codes: reading, grouping, the check symbol."""

import pytest

from targets.card_code import ALPHABET, CardCodeError, card_code, checksum

CODE = "WHE6-M111-0RDV-1EWH"


@pytest.mark.parametrize(
    "value",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"\t{CODE}\r\n",
        "WHE6-Mlil-ORDV-IEWH",
        CODE.replace("-", "\u2013"),
        CODE.replace("-", "\u00a0"),
        "\u200b" + CODE.replace("-", "\u00ad-"),
        "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in CODE),
    ],
)
def test_accepts(value: str) -> None:
    """Every way to write a code gives the one canonical form."""
    assert card_code(value) == CODE


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-",
        "WHE6-M111-0RDV",
        f"{CODE}-{CODE}",
        "WHE6--M111-0RDV-1EWH",
        "WH-E6M1-110R-DV1E-WH",
        "WHE6-M111-0RDV-1EWU",
        "\u0661" * 16,
        "WHE6-M111-0RDV-1EW\u212b",
        "\u00df" * 8,
        "\u0131" * 16,
        "\ufb00" * 8,
        "WHE6-M111-0RDV-1EWH\x00",
        "WHE6-M111-0RDV-1EW\ud800",
        "\u200b" * 200,
        "W" * 65536,
    ],
)
def test_refuses(value: str) -> None:
    """Anything else is refused, and the message does not repeat it."""
    with pytest.raises(CardCodeError) as caught:
        card_code(value)
    assert len(value) < 3 or value not in str(caught.value)


def test_check_symbol_catches_every_single_error() -> None:
    """No code with one symbol changed is a code."""
    symbols = CODE.replace("-", "")
    for place in range(len(symbols)):
        for other in set(ALPHABET) - {symbols[place]}:
            assert checksum(symbols[:place] + other + symbols[place + 1 :]) != 0


def test_check_symbol_can_be_made() -> None:
    """`-checksum % 32` of a code that ends in 0 is its check symbol."""
    stem = "84G7ZWYRD6Z1RV0"
    assert card_code(stem + ALPHABET[-checksum(stem + "0") % 32]) == "84G7-ZWYR-D6Z1-RV08"
