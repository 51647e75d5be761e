"""Gamer ids as customers type or paste them: `123456789`, `user@platform`, `a-b-c-1-2-3`.

Pasted text carries what nobody sees: zero-width joiners, direction marks, soft hyphens, full-width letters, a
non-breaking space at the end. An id is stored and compared, so each id has exactly one canonical form.
"""

import re
import unicodedata

from fuzzlab import formats, oracles, target


class GamerIDError(ValueError):
    """The value is no gamer id."""


@target(
    format=formats.text(max_size=256),
    allow=GamerIDError,
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "json")],
)
def gamer_id(value: str) -> str:
    """Read one gamer id."""
    return parse_gamer_id(value)


MAX_INPUT = 256
"""Characters looked at, before normalisation: one U+FDFA becomes 18 characters, so the limit comes first."""

MAX_NUMERIC = 2**64 - 1
"""Steam's ids are 64 bits wide, the widest of the known platforms."""

MAX_NAME = 32
"""Characters of a name, after normalisation; the longest that a known platform gives (Steam)."""

PLATFORMS = {
    "battlenet": "battlenet",
    "epic": "epic",
    "nintendo": "nintendo",
    "platform": "platform",  # the shop's own accounts
    "playstation": "psn",
    "psn": "psn",
    "riot": "riot",
    "roblox": "roblox",
    "steam": "steam",
    "switch": "nintendo",
    "xbox": "xbox",
}
"""What customers write -> the platform's canonical name."""

NUMERIC = re.compile(r"[1-9][0-9]{0,19}")
"""No leading zero: `007` and `7` would be two spellings of one account."""

DASHED = re.compile(r"[0-9a-z]{1,16}(?:-[0-9a-z]{1,16}){1,15}")

IGNORABLE = frozenset([0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0]).union(
    range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)
)
"""Default_Ignorable_Code_Point outside category Cf (DerivedCoreProperties.txt): letters and marks that show nothing."""

NAME_CATEGORIES = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"])
NAME_PUNCTUATION = frozenset("_.- ")
SPACE = " \t\r\n"


def parse_gamer_id(value: str) -> str:
    """Give the canonical form of a gamer id.

    Args:
        value: a number up to 64 bits, `name@platform`, or 2-16 groups of ASCII letters and digits joined by dashes.

    Returns:
        The id after Unicode normalisation (NFKC, as UTS #39 recommends for identifiers) without invisible characters
        or surrounding space; the platform by its canonical name; a dashed id in lower case. The case of a name is kept:
        platforms show it.

    Raises:
        GamerIDError: it is none of the three, or nothing visible is left of it.
    """
    if len(value) > MAX_INPUT:
        raise GamerIDError(f"longer than {MAX_INPUT} characters")
    text = _visible(value)
    if not text:
        raise GamerIDError("nothing visible in it")
    name, at, platform = text.rpartition("@")
    if at:
        return f"{_name(name)}@{_platform(platform)}"
    if NUMERIC.fullmatch(text):
        if int(text) > MAX_NUMERIC:
            raise GamerIDError("a numeric id has at most 64 bits")
        return text
    # lower() only after the test for ASCII: "\u212a" (the kelvin sign) and others also lower to ASCII letters.
    if text.isascii() and DASHED.fullmatch(text.lower()):
        return text.lower()
    raise GamerIDError("neither a number, nor name@platform, nor a dashed id")


def _visible(value: str) -> str:
    """Normalise, and drop what cannot be seen; a second time changes nothing."""
    kept = []
    for character in unicodedata.normalize("NFKC", value):
        category = unicodedata.category(character)
        if category == "Cf" or ord(character) in IGNORABLE:
            continue
        kept.append("-" if category == "Pd" else character)
    # Once more: what stood apart may compose now ("e", zero-width joiner, "\u0301").
    return unicodedata.normalize("NFKC", "".join(kept)).strip(SPACE)


def _name(name: str) -> str:
    """Check the part before the at-sign.

    Raises:
        GamerIDError: empty, too long, or with characters that no platform allows (surrogates and controls among them).
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise GamerIDError(f"a name has 1-{MAX_NAME} characters")
    if not all(c in NAME_PUNCTUATION or unicodedata.category(c) in NAME_CATEGORIES for c in name):
        raise GamerIDError("a name has letters, digits, and _ . - or a space between them")
    # A mark at the start would attach itself to whatever is printed before the name.
    if unicodedata.category(name[0])[0] not in "LN" or name[-1] in NAME_PUNCTUATION or "  " in name:
        raise GamerIDError("a name begins with a letter or a digit, does not end in punctuation, has single spaces")
    return name


def _platform(platform: str) -> str:
    """Give the canonical name of a platform.

    Raises:
        GamerIDError: there is no such platform.
    """
    known = PLATFORMS.get(platform.lower())
    if known is None:
        raise GamerIDError("an unknown platform")
    return known
