"""Text as the tokens of a language: mutators that keep, repeat, nest, move and rename whole tokens.

Parsers of expressions, markup, queries and configurations break behind their lexer: at a group in a group a thousand
times, at a name that is defined and used, at a quote that is never closed after a long run (where a regular expression
backtracks). Every mutator is `(rng, text) -> text | None`; None means that it does not apply to this text. They cost
what a text of WINDOW characters costs, however long the text is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from fuzzlab.boundaries import LENGTHS

if TYPE_CHECKING:
    from random import Random

__all__ = [
    "LANGUAGE",
    "MUTATORS",
    "PUNCTUATION",
    "WINDOW",
    "Tokens",
    "group_end",
    "groups",
    "parts",
    "spliced",
    "tokens",
]

WINDOW: Final = 512
"""Characters around a place in which tokens are looked for: longer texts are long because something repeats."""

DEPTHS: Final = (1, 1, 1, 2, 3, 10, 50, 100, 250, 340, 500, 1000, 1100, 2000)
"""Levels of nesting around one part. CPython's stack is 1,000 frames, and a parser spends one, two, three or more for
each level; at a depth of one `[a]` becomes `[[a]]`, which is another thing in many languages."""

PUMPS: Final = (*LENGTHS, 20, 24, 28, 36, 40, 48)
"""Copies of one token: boundaries, and the few dozen at which a regular expression that backtracks exponentially is
lost but one that backtracks a little is not."""

MOST_GROWTH: Final = 8192
"""Characters that one mutation adds at most."""

FINE: Final = 0.25
"""Part of the changes for which `H3V4` is four tokens and not one name."""

MOST_PIECES: Final = 4
"""Tokens of one piece that is moved or repeated."""

LONGEST_PART, MOST_PARTS = 200, 64
"""Characters of a part that is kept to be spliced into other texts, and parts of one text."""

PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n"
"""ASCII's own, from which the languages of parsers take their signs."""

PAIRS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
QUOTES: Final = "\"'`"

_TOKEN: Final = re.compile(r"[^\W\d_](?:\w|(?<=\w)-(?=\w))*|\d+(?:\.\d+)?|[ \t]+|\r?\n|.", re.DOTALL)
"""Words (with inner hyphens and underscores), numbers, blanks, line ends, and every other character by itself."""

_FINE: Final = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[ \t]+|\r?\n|.", re.DOTALL)

LANGUAGE: Final = re.compile(r"[\[({<\"'`=\n]|[^\W\d_]\S*\s+\S+\s+\S")
"""What a name, a code or a number seldom has: brackets, quotes, an assignment, lines, three words."""

_LINE: Final = re.compile(r"[^\n]*(?:\n|$)")

Tokens = list[tuple[int, int]]
"""Spans of a text: one after the other, without gaps."""


def tokens(text: str, start: int = 0, end: int | None = None, *, fine: bool = False) -> Tokens:
    """Give the spans of the tokens of `text[start:end]`; `fine` ends a word at a digit, an underscore or a hyphen."""
    pattern = _FINE if fine else _TOKEN
    return [match.span() for match in pattern.finditer(text, start, len(text) if end is None else end)]


def _window(rng: Random, text: str) -> Tokens:
    fine = rng.random() < FINE
    if len(text) <= WINDOW:
        return tokens(text, fine=fine)
    start = rng.randrange(len(text) - WINDOW)
    return tokens(text, start, start + WINDOW, fine=fine)


def _piece(rng: Random, spans: Tokens) -> tuple[int, int]:
    """Choose one token, at times a few neighbours."""
    first = rng.randrange(len(spans))
    last = min(len(spans) - 1, first + int(MOST_PIECES * rng.random() * rng.random()))
    return spans[first][0], spans[last][1]


def _kind(token: str) -> str:
    """Sort a token: word, number, blank, or the sign that it is."""
    first = token[0]
    return "a" if first.isalpha() else "0" if first.isdecimal() else " " if first.isspace() else "."


def group_end(text: str, start: int) -> int | None:
    """Give the end of the bracketed or quoted group that begins at `start`, if one does and ends."""
    opening = text[start]
    if opening in QUOTES:
        end = text.find(opening, start + 1)
        return None if end < 0 else end + 1
    closing = PAIRS.get(opening)
    if closing is None:
        return None
    depth = 0
    for at in range(start, len(text)):
        if text[at] == opening:
            depth += 1
        elif text[at] == closing:
            depth -= 1
            if not depth:
                return at + 1
    return None


def groups(text: str) -> Tokens:
    """Give the spans of the groups in brackets or quotes."""
    spans = tokens(text)
    return _groups(text, spans) if spans else []


def _groups(text: str, spans: Tokens) -> Tokens:
    """Give the spans of the groups whose brackets or quotes are among the tokens.

    In one pass: to look for the end of each by itself takes a second where 2,000 are opened and none is closed.
    """
    found: Tokens = []
    opened: dict[str, list[int]] = {closing: [] for closing in PAIRS.values()}
    quoted: dict[str, int] = {}
    for start, end in spans:
        sign = text[start]
        if sign in QUOTES:
            if sign in quoted:
                found.append((quoted[sign], end))
            quoted[sign] = start
        elif sign in PAIRS:
            opened[PAIRS[sign]].append(start)
        elif opened.get(sign):
            found.append((opened[sign].pop(), end))
    return sorted(found)


def _times(rng: Random, size: int) -> int:
    return max(1, min(rng.choice(PUMPS), MOST_GROWTH // max(1, size)))


def parts(text: str) -> list[str]:
    """Give what other texts of the language may hold too: words, numbers, groups, calls and lines, the larger last."""
    spans = tokens(text, 0, WINDOW)
    if not spans:
        return []
    groups = _groups(text, spans)
    ends = {span[1]: span[0] for span in spans if _kind(text[span[0] : span[1]]) == "a"}
    calls = [(ends[start], end) for start, end in groups if start in ends]
    found = (text[start:end] for start, end in (*spans, *groups, *calls, *_lines(text)))
    return [part for part in dict.fromkeys(found) if not part.isspace() and len(part) <= LONGEST_PART][:MOST_PARTS]


def spliced(rng: Random, text: str, part: str) -> str:
    """Put a part of another text between two tokens, or in the place of a token, of a group, or of a few tokens."""
    spans = _window(rng, text)
    if not spans:
        return part
    groups = _groups(text, spans)
    start, end = rng.choice(groups) if groups and rng.random() < 0.25 else _piece(rng, spans)
    what = rng.randrange(8)
    if what < 5:
        return text[:start] + part + text[end:]
    if part.endswith("\n"):  # a line among lines
        start = text.rfind("\n", 0, start) + 1
    return text[:start] + part + text[start:]


def drop_token(rng: Random, text: str) -> str | None:
    """Leave a token out, or a few."""
    if not (spans := _window(rng, text)):
        return None
    start, end = _piece(rng, spans)
    return text[:start] + text[end:]


def copy_token(rng: Random, text: str) -> str | None:
    """Say a token, or a few, again somewhere else: between two tokens, or in the place of one."""
    if len(spans := _window(rng, text)) < 2:
        return None
    start, end = _piece(rng, spans)
    to, over = rng.choice(spans)
    return text[:to] + text[start:end] + text[over if rng.random() < 0.5 else to :]


def swap_tokens(rng: Random, text: str) -> str | None:
    """Let two tokens of one kind change places: two names, two numbers, two signs."""
    if len(spans := _window(rng, text)) < 2:
        return None
    one = rng.choice(spans)
    kind = _kind(text[one[0] : one[1]])
    others = [other for other in spans if other != one and _kind(text[other[0] : other[1]]) == kind]
    if not others:
        return None
    (a, b), (c, d) = sorted((one, rng.choice(others)))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def pump(rng: Random, text: str) -> str | None:
    """Repeat a token, or a few, many times over at their place, and at times let nothing follow.

    What a backtracking expression is lost in: a beginning that fits, a run, and an end that does not.
    """
    if not (spans := _window(rng, text)):
        return None
    start, end = _piece(rng, spans)
    run = text[start:end] * _times(rng, end - start)
    what = rng.randrange(4)
    return text[:end] + run + (text[end:] if what > 1 else rng.choice(PUNCTUATION) if what else "")


def pump_sign(rng: Random, text: str) -> str:
    """Put in a run of one of ASCII's signs, or of an escaped one, between two tokens, at times as the end."""
    spans = _window(rng, text)
    at = rng.choice(spans)[rng.randrange(2)] if spans else 0
    sign = rng.choice(PUNCTUATION)
    if rng.random() < 0.25:
        sign = rng.choice(("\\" + sign, sign + rng.choice(PUNCTUATION)))
    return text[:at] + sign * _times(rng, len(sign)) + (text[at:] if rng.random() < 0.5 else "")


def become_tokens(rng: Random, text: str) -> str | None:
    """Become nothing but one of its tokens, or a few, again and again."""
    if not (spans := _window(rng, text)):
        return None
    start, end = _piece(rng, spans)
    return text[start:end] * _times(rng, end - start)


def keep_piece(rng: Random, text: str) -> str | None:
    """Keep only a token or a few, or a line, or a group: an input without its beginning."""
    if not (spans := _window(rng, text)):
        return None
    what = rng.randrange(4)
    choices = _lines(text) if what == 0 else _groups(text, spans) if what == 1 else []
    start, end = rng.choice(choices) if choices else _piece(rng, spans)
    return text[start:end]


def nest_part(rng: Random, text: str) -> str | None:
    """Wrap a part in brackets or quotes, its own if it has some, up to a thousand deep and not always closed."""
    if not (spans := _window(rng, text)):
        return None
    groups = _groups(text, spans)
    if groups and rng.random() < 0.75:
        start, end = rng.choice(groups)
        opening, closing = text[start], text[end - 1]
        if rng.random() < 0.25:  # with the name before it, if there is one: f(f(f(x)))
            before = [span for span in spans if span[1] == start]
            start = before[0][0] if before and _kind(text[before[0][0] : start]) == "a" else start
            opening = text[start : text.index(opening, start) + 1]
    else:
        start, end = _piece(rng, spans)
        opening = rng.choice("([{<\"'`*_~-")
        closing = PAIRS.get(opening, opening)
    depth = min(rng.choice(DEPTHS), MOST_GROWTH // (len(opening) + len(closing)))
    closed = closing * depth if rng.random() < 0.75 else ""
    return text[:start] + opening * depth + text[start:end] + closed + text[end:]


def empty_group(rng: Random, text: str) -> str | None:
    """Leave out what stands in a pair of brackets or quotes, or only the pair, or only its end."""
    spans = _window(rng, text)
    if not spans or not (groups := _groups(text, spans)):
        return None
    start, end = rng.choice(groups)
    what = rng.randrange(3)
    if what == 0:
        return text[: start + 1] + text[end - 1 :]
    if what == 1:
        return text[:start] + text[start + 1 : end - 1] + text[end:]
    return text[: end - 1] + text[end:]


def rename_everywhere(rng: Random, text: str) -> str | None:
    """Give a word or number another spelling wherever it stands, so that a use still finds its definition."""
    spans = [span for span in _window(rng, text) if text[span[0]].isalnum()]
    if not spans:
        return None
    start, end = rng.choice(spans)
    old = text[start:end]
    if rng.random() < 0.5 and len(spans) > 1:
        start, end = rng.choice(spans)
        new = text[start:end]
    else:
        sign = rng.choice(PUNCTUATION)
        new = rng.choice((sign, sign + old, old + sign, sign * 2, old * 2, ""))
    if len(new) > len(old) and text.count(old) * (len(new) - len(old)) > MOST_GROWTH:
        return None
    return text.replace(old, new)


def _lines(text: str) -> Tokens:
    spans = [match.span() for match in _LINE.finditer(text[: 8 * WINDOW])]
    return [span for span in spans if span[0] != span[1]]


def move_line(rng: Random, text: str) -> str | None:
    """Let a line stand somewhere else, again somewhere else, or not at all."""
    spans = _lines(text)
    if len(spans) < 2:
        return None
    start, end = rng.choice(spans)
    line = text[start:end]
    what = rng.randrange(4)
    if what == 0:
        return text[:start] + text[end:]
    rest = text if what < 3 else text[:start] + text[end:]
    at = rng.choice([0, *(over for _, over in spans if over <= len(rest))])
    return rest[:at] + line + ("" if line.endswith("\n") else "\n") + rest[at:]


def repeat_line(rng: Random, text: str) -> str | None:
    """Say a line many times over, or indent it ever deeper."""
    spans = _lines(text)
    if not spans:
        return None
    start, end = rng.choice(spans)
    line = text[start:end] if text[end - 1] == "\n" else text[start:end] + "\n"
    if rng.random() < 0.75:
        return text[:start] + line * _times(rng, len(line)) + text[start:]
    step = rng.choice((" ", "  ", "    ", "\t", "> ", "- "))
    room = bisect_right([len(step) * n * n // 2 + n * len(line) for n in range(200)], MOST_GROWTH)
    depth = min(rng.choice(DEPTHS), room)
    return text[:start] + "".join(step * level + line for level in range(depth + 1)) + text[start:]


MUTATORS: Final = (
    drop_token,
    copy_token,
    swap_tokens,
    pump,
    pump_sign,
    become_tokens,
    keep_piece,
    nest_part,
    empty_group,
    rename_everywhere,
    move_line,
    repeat_line,
)
"""Chosen from evenly."""
