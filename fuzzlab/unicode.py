"""Characters that parsers misread, by the reason for which they do.

Sources: Unicode 15.1 chapter 23 (special areas and format characters), UAX #9 (bidirectional controls), UAX #15
(normalisation), UAX #14 (line breaks), UTS #39 (confusables), UTS #51 (emoji), CVE-2021-42574 (bidi controls in
source).
"""

from __future__ import annotations

from typing import Final

__all__ = ["CLASSES", "PICKS", "SURROGATES"]

ZERO_WIDTH: Final = (
    "\u200d", "\u200b", "\u200c", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u034f", "\u061c", "\u2061", "\u2063",
    "\u206f", "\u115f", "\u3164", "\u17b4", "\ufe0f", "\U000e0001", "\U000e0100",
)  # fmt: skip
SURROGATES: Final = ("\ud800", "\udbff", "\udc00", "\udfff", "\udc80", "\ud83d", "\udcff\ud800")

CLASSES: Final[dict[str, tuple[str, ...]]] = {
    # Invisible, mostly Cf: stripped by some steps of a parser and counted by others.
    "zero_width": ZERO_WIDTH,
    # Each of these alone empties a name that a parser strips: the joiners and the byte-order mark.
    # U+200D twice, for it is the one that fonts, emoji and names really contain.
    "joiner": ("\u200d", "\u200d", "\u200b", "\u200c", "\u2060", "\ufeff"),
    "bidi": (
        "\u202e",
        "\u202a",
        "\u202b",
        "\u202c",
        "\u202d",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
        "\u200e",
        "\u200f",
    ),
    "combining": ("\u0301", "\u0300", "\u0308", "\u0345", "\u0338", "\u20dd", "\u0489", "\u1ab0", "\u093f", "\u0e33"),
    # Longer after lower(), upper() or casefold(), or back under another letter.
    "case_growing": (
        "\xdf",
        "\u0130",
        "\u0149",
        "\u01f0",
        "\u0390",
        "\ufb00",
        "\ufb03",
        "\u1e9e",
        "\u017f",
        "\u212a",
        "\u03c2",
        "\u0131",
        "\u1fb3",
    ),
    # Another string after NFKC or NFC; U+FDFA grows to 18 characters.
    "compatibility": (
        "\uff11",
        "\uff21",
        "\uff41",
        "\ufb01",
        "\xb2",
        "\xbd",
        "\u2460",
        "\u338f",
        "\u2121",
        "\xaa",
        "\ufdfa",
        "\u1e9b\u0323",
        "\u0958",
        "\u2126",
        "\uff71\uff9e",
    ),
    # Formatting that is no letter and no blank: annotations, shorthand, musical beams, tags; Cf beyond the zero-width.
    "format": ("\ufff9", "\ufffb", "\u2064", "\u206a", "\u0600", "\u070f", "\U0001d173", "\U000e0041", "\U00013430"),
    # str.isalpha() and \w take them: Cyrillic, Greek, Hebrew, Arabic, Devanagari, Thai, Han, Hangul, kana, Deseret.
    "letter": (
        "\u0416",
        "\u03a9",
        "\u05d0",
        "\u0639",
        "\u0915",
        "\u0e01",
        "\u4e2d",
        "\uac00",
        "\u3042",
        "\U00010400",
        "\U00020000",
        "\xaa",
        "\u01c5",
        "\u02b0",
    ),
    # str.isdigit() and \d take them; int() takes only some.
    "digit": (
        "\u0663",
        "\u06f3",
        "\u0969",
        "\uff13",
        "\U0001d7db",
        "\u0e53",
        "\xb2",
        "\u2460",
        "\u1369",
        "\u0f23",
        "\u2167",
        "\u4e94",
    ),
    "confusable": (
        "\u0430",
        "\u0435",
        "\u043e",
        "\u0440",
        "\u0391",
        "\u039f",
        "\u217c",
        "\u01c3",
        "\u2044",
        "\uff20",
        "\uff0e",
        "\u2010",
        "\u2013",
        "\u2212",
        "\u201c",
        "\u0261",
    ),
    "surrogate": SURROGATES,
    "noncharacter": ("\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001fffe", "\U0010ffff"),
    "private": ("\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"),
    "emoji": (
        "\U0001f600",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f44d\U0001f3fd",
        "\U0001f1e9\U0001f1ea",
        "\U0001f1e9",
        "1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e007f",
        "\u2764\ufe0f",
    ),
    "control": ("\x00", "\x01", "\x07", "\x08", "\x1b", "\x1a", "\x7f", "\x80", "\x9b", "\x1c", "\x1f"),
    # str.strip() and str.split() take all but U+200B; splitlines() more than a file does.
    "space": (
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x85",
        "\xa0",
        "\u2028",
        "\u2029",
        "\u3000",
        "\u2003",
        "\u1680",
    ),
    "plain": ("0", "9", "a", "A", "\xe9", "-", "_", ".", "'", '"', "\\", "%", "\u6f22", "\ufffd"),
}
"""Name -> characters (or short sequences that only mean something together)."""

JOINER_WEIGHT: Final = 5
"""How many times as often as another class the joiners are picked. Names that are invisible as a whole are the
commonest bug of identifier parsers, and must be reached within some hundred mutations."""

PICKS: Final[tuple[tuple[str, ...], ...]] = (*CLASSES.values(), *(CLASSES["joiner"],) * (JOINER_WEIGHT - 1))
"""The classes to choose from, weighted; then choose from the class."""
