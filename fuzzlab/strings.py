"""Text as the parsers of names, codes and addresses meet it at its worst: mutators of a `str`, and its reductions.

Every mutator is `(rng, text) -> text | None`; None means that it does not apply to this text. They take some
microseconds: they run once for each execution of a target.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from fuzzlab import disguises, tokens, unicode
from fuzzlab.boundaries import DATES, INTEGERS, LENGTHS, NUMBER_SPELLINGS, OFFSETS, TELLING_NUMBERS, TIMES
from fuzzlab.injections import BY_LANGUAGE

__all__ = ["DATE", "MUTATORS", "NUMBER", "SEPARATORS", "TOKENS", "mutated", "simpler", "special", "special_run"]

SEPARATORS: Final = "-_@.:/ ,;|+=&#%\\\t\n"
"""What identifiers, addresses, dates, paths and queries are divided by."""

TOKENS: Final = (
    "null", "None", "undefined", "true", "false", "nan", "inf", "admin", "test", "user@example.com", "a@b", "@",
    "://", "http://127.0.0.1/", "localhost", "%00", "%0d%0a", "%2e%2e%2f", "%u0000", "\\u0000", "\\x00", "&#0;",
    "\\", "\\u", "\\U", "\\x", "\\N{", "\\UFFFFFFFF", "\\U00110000", "\\777", "\\u{110000}", "&#x110000;",
    "\\ud800", "\\udfff", "%uD800", "&#xd800;", "%ED%A0%80",
    "0x41", "xn--", "1970-01-01", "2024-02-29", "0000-00-00", "9999-12-31", "9999-12-31T23:59:59Z", "23:59:60",
    "0001-01-01T00:00:00+14:00", "+99:99", "+00:00", "24:00", "1e999", "-1e999", "5e-324", "NaN", "Infinity", "[]",
    "{}", '""', "''", "()", "__proto__", "constructor",
)  # fmt: skip
"""Words that some layer below a parser reads as something else than text."""

BRACKETS: Final = (("[", "]"), ("(", ")"), ("{", "}"), ("<", ">"), ('"', '"'), ("((", "))"), ("<a>", "</a>"))
NESTINGS: Final = (1, 2, 10, 50, 100, 300, 500, 990, 1100, 2000, 5000)
"""CPython's recursion limit is 1,000 frames; a parser may spend one, two or three for each level."""

REPEATS: Final = (2, 3, 4, 5, 10, 20, 50, 64, 100, 150, 256, 500, 1000)
"""Copies of one part: what lists of a few, of a page and of a whole upload hold."""

MOST_GROWTH: Final = 20_000
"""Characters by which one mutation grows a text at most; formats with larger limits get there by several."""

TRIES: Final = 4
"""Mutators that `mutated` asks before it gives up: most apply to most texts."""

PLAIN: Final = "0a"
"""What a minimal text consists of, as far as it can: a digit and a letter."""

_RUN: Final = re.compile(r"(.)\1{2,}", re.DOTALL)
_SEPARATOR: Final = re.compile(r"([-_@.:/ ,;|+=&#%\\\t\n]+)")
DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d)|(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)|((?<=\d)(?:Z|[+-]\d\d:?\d\d)\b)")
NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")

StringMutator = Callable[[Random, str], str | None]


def special(rng: Random) -> str:
    """Draw one character (or short sequence) of the named classes."""
    return rng.choice(rng.choice(unicode.PICKS))


def special_run(rng: Random) -> str:
    """Draw a run of one special character, of a boundary's length."""
    return special(rng) * rng.choice(LENGTHS)


def _length(rng: Random) -> int:
    return (
        1 if rng.random() < 0.5 else rng.choice(LENGTHS)
    )  # half of them short: a long text hides what one character does


def _spliced(rng: Random, text: str, piece: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + piece + text[at:]


def _chosen_part(rng: Random, text: str) -> tuple[list[str], int]:
    """Give `text` cut into parts (even places) and separators (odd places), and the place of one part."""
    parts = _SEPARATOR.split(text)
    return parts, rng.randrange(0, len(parts), 2)


def insert_special(rng: Random, text: str) -> str:
    """Put a run of one special character anywhere, often at an end."""
    run = special(rng) * _length(rng)
    where = rng.random()
    if where < 0.25:
        return run + text
    return text + run if where < 0.5 else _spliced(rng, text, run)


def become_run(rng: Random, text: str) -> str:  # noqa: ARG001 - a mutator's shape; this one forgets the text
    """Become nothing but a run of one special character."""
    return special_run(rng)


def replace_character(rng: Random, text: str) -> str | None:
    """Put one special character in the place of another character."""
    if not text:
        return None
    at = rng.randrange(len(text))
    return text[:at] + special(rng) + text[at + 1 :]


def special_between(rng: Random, text: str) -> str | None:
    """Put one special character after each of the text's own."""
    if not text:
        return None
    between = special(rng)
    return between.join(text[:MOST_GROWTH]) + between


def delete_slice(rng: Random, text: str) -> str | None:
    """Leave some characters out."""
    if not text:
        return None
    at = rng.randrange(len(text))
    return text[:at] + text[at + min(_length(rng), len(text) - at) :]


def cut(rng: Random, text: str) -> str | None:
    """Keep only the beginning or only the end."""
    if not text:
        return None
    at = rng.randrange(len(text))
    return text[:at] if rng.random() < 0.5 else text[at + 1 :]


def repeat_whole(rng: Random, text: str) -> str | None:
    """Say the whole several times."""
    return text * min(rng.choice(REPEATS), MOST_GROWTH // len(text)) if 0 < len(text) <= MOST_GROWTH else None


def change_part(rng: Random, text: str) -> str | None:
    """Replace one part between separators by nothing, a run, a token or another part."""
    parts, at = _chosen_part(rng, text)
    what = rng.randrange(4)
    if what == 0:
        parts[at] = ""
    elif what == 1:
        parts[at] = special_run(rng)
    elif what == 2:
        parts[at] = rng.choice(TOKENS)
    else:
        parts[at] = parts[rng.randrange(0, len(parts), 2)]
    return "".join(parts)


def repeat_part(rng: Random, text: str) -> str | None:
    """Say one part, with the separator after it, many times."""
    parts, at = _chosen_part(rng, text)
    separator = parts[at + 1] if at + 1 < len(parts) else parts[at - 1] if at else rng.choice(SEPARATORS)
    piece = parts[at] + separator
    parts[at] = piece * min(rng.choice(REPEATS), max(1, MOST_GROWTH // len(piece))) + parts[at]
    return "".join(parts)


def swap_parts(rng: Random, text: str) -> str | None:
    """Let two parts change places."""
    parts, one = _chosen_part(rng, text)
    if len(parts) < 3:
        return None
    other = (one + 2 * rng.randrange(1, (len(parts) + 1) // 2)) % (len(parts) + 1)
    parts[one], parts[other] = parts[other], parts[one]
    return "".join(parts)


def change_separator(rng: Random, text: str) -> str | None:
    """Remove, double, or exchange one separator, or make a run of it."""
    parts = _SEPARATOR.split(text)
    if len(parts) < 3:
        return None
    at = rng.randrange(1, len(parts), 2)
    what = rng.randrange(4)
    if what == 0:
        parts[at] = ""
    elif what == 1:
        parts[at] *= 2
    elif what == 2:
        parts[at] = rng.choice(SEPARATORS)
    else:
        parts[at] *= min(rng.choice(LENGTHS), 1 + MOST_GROWTH // len(parts[at]))
    return "".join(parts)


def insert_separator(rng: Random, text: str) -> str:
    """Put a separator where there is none: at an end, or inside."""
    separator = rng.choice(SEPARATORS)
    where = rng.randrange(3)
    return _spliced(rng, text, separator) if where == 0 else separator + text if where == 1 else text + separator


def change_case(rng: Random, text: str) -> str | None:
    """Write the text, or one character, in the other case."""
    what = rng.randrange(4)
    if what == 0:
        return text.upper()
    if what == 1:
        return text.swapcase()
    if what == 2:
        return text.title()
    if not text:
        return None
    at = rng.randrange(len(text))
    return text[:at] + text[at].swapcase() + text[at + 1 :]


def change_number(rng: Random, text: str) -> str | None:
    """Give one number a boundary's value, another spelling, leading zeros or a sign."""
    found = [match.span() for match in NUMBER.finditer(text, 0, MOST_GROWTH)]
    if not found:
        return None
    start, end = rng.choice(found)
    what = rng.randrange(8)
    if what > 5:
        number = rng.choice(TELLING_NUMBERS)
    elif what == 0:
        number = str(rng.choice(INTEGERS))
    elif what == 1:
        number = rng.choice(NUMBER_SPELLINGS)
    elif what == 2:
        number = "0" * _length(rng) + text[start:end]
    elif what == 3:
        number = rng.choice("+-") + text[start:end]
    elif what == 4:
        number = text[start:end] + rng.choice((".0", "e1", "0" * _length(rng), ".", "_0", "L", " "))
    else:
        number = other_digits(rng, text[start:end])
    return text[:start] + number + text[end:]


def change_date(rng: Random, text: str) -> str | None:
    """Let a date, a time of day or an offset be at an end of its range or beyond, at times all that there are."""
    found = list(DATE.finditer(text, 0, MOST_GROWTH))
    if not found:
        return None
    chosen = found if rng.random() < 0.25 else [rng.choice(found)]
    for match in reversed(chosen):
        new = rng.choice((DATES, TIMES, OFFSETS)[(match.lastindex or 1) - 1])
        text = text[: match.start()] + new + text[match.end() :]
    return text


def other_digits(rng: Random, digits: str) -> str:
    """Write ASCII digits in another script: str.isdigit() holds, and int() takes most."""
    zero = rng.choice((0x660, 0x6F0, 0x966, 0xE50, 0xFF10, 0x1D7D8))
    return "".join(chr(zero + ord(digit) - 48) if "0" <= digit <= "9" else digit for digit in digits)


def insert_injection(rng: Random, text: str) -> str:
    """Put in, or become, what another language takes for its own."""
    snippet = rng.choice(rng.choice(BY_LANGUAGE))
    return snippet if rng.random() < 0.125 else _spliced(rng, text, snippet)


def insert_token(rng: Random, text: str) -> str:
    """Put in, or become, a word that stands for something."""
    token = rng.choice(TOKENS)
    return token if rng.random() < 0.25 else _spliced(rng, text, token)


def nest(rng: Random, text: str) -> str:
    """Wrap the text in brackets, thousands deep at times, and not always closed."""
    opening, closing = rng.choice(BRACKETS)
    depth = rng.choice(NESTINGS)
    return opening * depth + text + (closing * depth if rng.random() < 0.75 else "")


def odd_token(rng: Random, text: str) -> str:
    """Put what no author expects there in the place of a token or of a group: nothing, a number, a word, a sign."""
    what = rng.randrange(4)
    if what == 0:
        odd = ""
    elif what == 1:
        odd = rng.choice(NUMBER_SPELLINGS) if rng.random() < 0.75 else str(rng.choice(INTEGERS))
    elif what == 2:
        odd = rng.choice(TOKENS)
    else:
        odd = rng.choice(tokens.PUNCTUATION) if rng.random() < 0.75 else special(rng)
    return tokens.spliced(rng, text, odd)


def of_language(rng: Random, text: str) -> str | None:
    """Change a text of some language token by token; one without brackets, quotes and lines is left to the others."""
    if not tokens.LANGUAGE.search(text, 0, tokens.WINDOW):
        return None
    return rng.choice(LANGUAGE_MUTATORS)(rng, text)


def disguise(rng: Random, text: str) -> str | None:
    """Write letters or digits as their kin in Unicode, or with marks on them."""
    return rng.choice(disguises.MUTATORS)(rng, text)


def surround(rng: Random, text: str) -> str:
    """Put white space or quotes around."""
    around = rng.choice((*unicode.CLASSES["space"], '"', "'", "`", "\ufeff"))
    return around + text + around


LANGUAGE_MUTATORS: Final[tuple[StringMutator, ...]] = (
    *tokens.MUTATORS,
    odd_token,
    odd_token,
    change_number,
    change_number,
    change_date,
)

MUTATORS: Final[tuple[StringMutator, ...]] = (
    insert_special,
    insert_special,
    become_run,
    become_run,
    replace_character,
    special_between,
    delete_slice,
    cut,
    repeat_whole,
    change_part,
    change_part,
    repeat_part,
    swap_parts,
    change_separator,
    insert_separator,
    change_case,
    change_number,
    change_date,
    insert_injection,
    insert_token,
    nest,
    surround,
    disguise,
    disguise,
    *(of_language,) * 20,
)
"""Chosen from evenly, so that half of the changes to a text of some language are to its tokens. The doubled ones reach
what is invisible or empty, where parsers of names break most."""


def mutated(rng: Random, text: str) -> str:
    """Apply one mutator that applies; the text itself where none of a few tries did."""
    for _ in range(TRIES):
        changed = rng.choice(MUTATORS)(rng, text)
        if changed is not None and changed != text:
            return changed
    return text


def simpler(text: str) -> Iterator[str]:
    """Yield texts a little simpler than `text`, the boldest first: shorter ones, then ones of simpler characters.

    None takes more bytes in UTF-8.
    """
    if text:
        yield ""
        yield from _shorter(text)
        yield from _plainer(text)


def _shorter(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        yield text[: run.start()] + run[0][: len(run[0]) // 2] + text[run.end() :]
    size = len(text)
    step = size // 2
    while step:
        for start in range(0, size, step):
            yield text[:start] + text[start + step :]
        step //= 2


def _usual(character: str) -> str:
    """Give what a character is to most readers: the ASCII digit for any script's, the letter for a full-width one."""
    digit = unicodedata.decimal(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _plainer(text: str) -> Iterator[str]:
    """Yield `text` with characters replaced by `0` or `a`: all of them, all of one kind, each."""
    for plain in PLAIN:
        if any(character > plain for character in text):
            yield "".join(min(character, plain) for character in text)
    usual = "".join(map(_usual, text))
    if usual != text and len(usual) <= len(text):
        yield usual
    for character in sorted(set(text) - set(PLAIN) - set(SEPARATORS)):
        usual = _usual(character)
        for plain in PLAIN if len(usual) > 1 or usual == character else (*PLAIN, usual):
            yield text.replace(character, plain)
    for at, character in enumerate(text):
        for plain in PLAIN:
            if character > plain and character not in PLAIN:
                yield text[:at] + plain + text[at + 1 :]
