"""PINs as sold on prepaid cards: 4-12 digits, leading zeros included.

A PIN is a string of digits, never a number: `0042` and `42` are two PINs. It is also money: no error message and no log
line repeats it.
"""

import re

from fuzzlab import formats, oracles, target


class PinError(ValueError):
    """The value is no PIN; the message never holds the value."""


@target(
    format=formats.text(max_size=64),
    allow=PinError,
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "json")],
)
def pin(value: str) -> str:
    """Read one PIN."""
    return parse_pin(value)


MIN_DIGITS = 4
MAX_DIGITS = 12
MAX_INPUT = 64
"""Characters looked at; 12 digits with a separator at every gap are 23."""

# Not \d and not str.isdigit: "\u0663" (Arabic-Indic three) is a digit to both, "\u00b2" (superscript two) to the
# latter, and the vendor's redemption page knows neither.
SHAPE = re.compile(r"[0-9]+(?:[ -][0-9]+)*")

SEPARATORS = str.maketrans("", "", " -")
SPACE = " \t\r\n"


def parse_pin(value: str) -> str:
    """Give the digits of a PIN.

    Args:
        value: 4-12 ASCII digits, perhaps in groups separated by one space or hyphen, as scratch cards print them.

    Returns:
        The digits alone.

    Raises:
        PinError: too few, too many, or anything else than ASCII digits.
    """
    if len(value) > MAX_INPUT:
        raise PinError(f"longer than {MAX_INPUT} characters")
    text = value.strip(SPACE)
    if not SHAPE.fullmatch(text):
        raise PinError("a PIN is made of the digits 0-9")
    digits = text.translate(SEPARATORS)
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise PinError(f"a PIN has {MIN_DIGITS}-{MAX_DIGITS} digits")
    return digits
