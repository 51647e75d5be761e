"""Phone numbers as customers type them, to E.164, on the phonenumbers library.

`phonenumbers.parse` is made to find a number inside a text: it skips words before it, reads letters as a vanity number
and cuts off what follows. That suits a search and not a form, where a number that was never typed must not be stored
and texted. So only digits and the usual punctuation reach the library, and the result must be a number that exists.
"""

import re
import unicodedata

import phonenumbers

from fuzzlab import formats, oracles, target


class PhoneError(ValueError):
    """The value is no phone number that could be called."""


@target(
    format=formats.text(max_size=128),
    allow=PhoneError,
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "json")],
)
def phone(value: str) -> str:
    """Read one phone number."""
    return parse_phone(value)


DEFAULT_REGION = "US"
"""ISO 3166 code of the country whose national notation is understood; other numbers begin with +."""

MAX_INPUT = 64
"""Characters looked at: E.164 has 15 digits, the rest is punctuation and pasted direction marks."""

SHAPE = re.compile(r"\+?[0-9 ()./-]+")


def parse_phone(value: str, *, region: str = DEFAULT_REGION) -> str:
    """Give a phone number in E.164.

    Args:
        value: a number in international notation (`+49 30 901820`) or in the national notation of `region`, in the
            digits of any script.
        region: ISO 3166 code of a country.

    Returns:
        `+` and at most 15 digits (ITU-T E.164, section 6).

    Raises:
        PhoneError: it is not written as a phone number, or no such number is assigned.
    """
    if len(value) > MAX_INPUT:
        raise PhoneError(f"longer than {MAX_INPUT} characters")
    text = _plain(value)
    if not SHAPE.fullmatch(text):
        raise PhoneError("a phone number has digits, spaces and + ( ) . / - only")
    number = _parse(text, region)
    if not phonenumbers.is_valid_number(number):
        raise PhoneError("no such phone number is assigned")
    formatted = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    # The metadata is written by hand for each country, and a national prefix may be stripped from what already lacks
    # it. What is stored must be read back as what was typed, or it would be another customer's number. None of 30,000
    # valid numbers made at random was ambiguous in phonenumbers 9.0.43; the metadata changes every two weeks.
    if _parse(formatted, region) != number:
        raise PhoneError("an ambiguous phone number: write it with + and the country code")
    return formatted


def _plain(value: str) -> str:
    """Turn digits of all scripts and typographical variants into ASCII; drop invisible format characters.

    Contact applications copy numbers between U+202A and U+202C.
    """
    kept = []
    for character in unicodedata.normalize("NFKC", value):
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(character)))
        elif category == "Pd":
            kept.append("-")
        elif category != "Cf":
            kept.append(character)
    return "".join(kept).strip()


def _parse(text: str, region: str) -> phonenumbers.PhoneNumber:
    """Call the library.

    Raises:
        PhoneError: the library refuses the text.
    """
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneError("not a phone number") from error
