"""phonenumbers.parse (phonenumbers, README "Example Usage", and the docstrings, which are its documentation).

- Errors: "Raises: NumberParseException if the string is not considered to be a viable phone number or if no default
  region was supplied" (parse).
- `idempotent`: of a valid number (is_valid_number: "Tests whether a phone number matches a valid pattern"), E.164 is
  what identifies it ("international format without spaces", PhoneNumberFormat), and parse() takes international
  format whatever the region.
- `storable`: E.164 is a plus sign and digits (ITU-T E.164, section 6).
"""

import phonenumbers

from fuzzlab import formats, oracles, target

LONGEST = 1 + 3 + 17
"""A plus sign, a country code, a national number: E.164 has 15 digits, and the library knows of longer ones in Germany
(phonenumberutil, _MAX_LENGTH_FOR_NSN)."""


class Beyond(Exception):
    """A number that is assigned to nobody has no canonical form."""


@target(
    format=formats.text(max_size=256),
    allow=(phonenumbers.NumberParseException, Beyond),
    oracles=[
        oracles.idempotent(),
        oracles.storable(
            "utf-8", "json", "postgresql", "log", "csv", "html", "url", "file-name", "http-header", "shell"
        ),
        oracles.bounded(LONGEST),
    ],
)
def phone_number(text: str) -> str:
    """Read a number as it is dialled in Germany."""
    number = phonenumbers.parse(text, "DE")
    if not phonenumbers.is_valid_number(number):
        raise Beyond
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
