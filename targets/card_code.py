"""Gift card codes as printed on cards and pasted from e-mails: `7Q4D-K2M9-XW3T-0ABJ`.

A code is 16 symbols of Crockford's base 32 (no I, L, O, U), the last of them a check symbol, printed in groups of four.
The check catches every single wrong symbol, so a typing error is told from a card that does not exist without asking
the vendor. A code is money: no error message and no log line repeats it.
"""

import re
import unicodedata

from fuzzlab import formats, oracles, target


class CardCodeError(ValueError):
    """The value is no card code; the message never holds the value."""


@target(
    format=formats.text(max_size=256),
    allow=CardCodeError,
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "json")],
)
def card_code(value: str) -> str:
    """Read one card code."""
    return parse_card_code(value)


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""https://www.crockford.com/base32.html: the digits and the letters that are not mistaken for others."""

LENGTH = 16
GROUP = 4
MAX_INPUT = 128
"""Characters looked at: a code with a separator at every gap is 19; the rest is for pasted invisible ones."""

SHAPE = re.compile(r"[0-9A-TV-Z]{4}(?:[ -]?[0-9A-TV-Z]{4}){3}")

PLAIN = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
"""Crockford's rule for reading: I and L are 1, O is 0. Separators carry nothing."""

VALUES = bytes(max(ALPHABET.find(chr(byte)), 0) for byte in range(256))
"""ASCII symbol -> its value, as a table for bytes.translate: an upload checks 100,000 codes in a second."""

DOUBLED = bytes(2 * value // 32 + 2 * value % 32 if value < 32 else 0 for value in range(256))
"""Value -> digit sum of its double in base 32, as Luhn's algorithm wants it for every second symbol."""

SPACE = " \t\r\n"


def parse_card_code(value: str) -> str:
    """Give the canonical form of a card code.

    Args:
        value: 16 symbols in any case, in one piece or in four groups separated by a space or any kind of dash;
            full-width letters, as Japanese keyboards send them, count as their ASCII twins.

    Returns:
        `XXXX-XXXX-XXXX-XXXX` in upper case.

    Raises:
        CardCodeError: wrong symbols, wrong grouping, or a check symbol that does not fit.
    """
    if len(value) > MAX_INPUT:
        raise CardCodeError(f"longer than {MAX_INPUT} characters")
    text = value if value.isascii() else _ascii(value)
    text = text.strip(SPACE).upper()
    if not SHAPE.fullmatch(text):
        raise CardCodeError("a card code is four groups of four letters and digits, without U")
    symbols = text.translate(PLAIN)
    if checksum(symbols) != 0:
        raise CardCodeError("the check symbol does not fit: one of the symbols is mistyped")
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:12]}-{symbols[12:]}"


def checksum(symbols: str) -> int:
    """Sum 16 symbols by Luhn's algorithm modulo 32; 0 for a code whose check symbol fits.

    Args:
        symbols: 16 characters of ALPHABET. With "0" as the last, the check symbol is `ALPHABET[-checksum(...) % 32]`.
    """
    values = symbols.encode("ascii").translate(VALUES)
    # Counted from the right, the check symbol is first: every second one, from the last but one on, is doubled.
    return (sum(values[1::2]) + sum(values[0::2].translate(DOUBLED))) % len(ALPHABET)


def _ascii(value: str) -> str:
    """Turn typographical variants into ASCII and drop invisible format characters.

    Raises:
        CardCodeError: there are characters that no code has. `upper()` must not see them: it turns "\u0131" (dotless
            i) into I and "\u00df" (sharp s) into SS.
    """
    kept = []
    for character in unicodedata.normalize("NFKC", value):
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        kept.append("-" if category == "Pd" else " " if category == "Zs" else character)
    text = "".join(kept)
    if not text.isascii():
        raise CardCodeError("a card code has ASCII letters and digits only")
    return text
