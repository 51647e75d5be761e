"""A pure-Python parser that takes about 30 µs an input, for what a large corpus costs."""

from __future__ import annotations

from random import Random

__all__ = ["RecordError", "document", "records"]

KEYS = ("name", "size", "count", "x", "y", "valid", "tags", "owner", "price", "note", "day", "z")
NOISE = ' ="[];\n\\1a'

LINES, LENGTH = 12, 600
"""Lines and characters of a document at the most: what makes it 30 µs."""


class RecordError(ValueError):
    """It is no record."""


def records(text: str) -> dict[str, object]:
    """Read lines of `key = value`: a number, a quoted string, a list of both, a word."""
    found: dict[str, object] = {}
    for line in text.split("\n"):
        content = line.split(";")[0].strip()
        if not content:
            continue
        key, equals, value = content.partition("=")
        if not equals:
            raise RecordError(f"no value in {line!r}")
        key = key.strip()
        if not key.isidentifier() or key in found:
            raise RecordError(f"{key!r} cannot be a key here")
        found[key], rest = _value(value.strip())
        if rest:
            raise RecordError(f"{rest!r} is too much")
    return found


def _value(text: str) -> tuple[object, str]:
    if text.startswith('"'):
        return _quoted(text)
    if text.startswith("["):
        items, rest = [], text[1:].lstrip()
        while not rest.startswith("]"):
            item, rest = _value(rest)
            items.append(item)
            rest = rest.lstrip(", ")
        return items, rest[1:]
    end = 0
    while end < len(text) and text[end] not in ' ,]"[':
        end += 1
    word = text[:end]
    if not word:
        raise RecordError("a value is missing")
    if word[0].isdigit():
        return _number(word), text[end:]
    return word == "true" or word, text[end:]


def _number(word: str) -> int:
    number = 0
    for digit in word:
        if digit not in "0123456789":
            raise RecordError(f"{word!r} is no number")
        number = number * 10 + ord(digit) - 48
    return number


def _quoted(text: str) -> tuple[str, str]:
    out: list[str] = []
    position = 1
    while position < len(text):
        c = text[position]
        if c == '"':
            return "".join(out), text[position + 1 :]
        if c == "\\":
            position += 1
            c = {"n": "\n", "t": "\t"}.get(text[position : position + 1], "?")
        out.append(c)
        position += 1
    raise RecordError("a quotation without end")


def document(rng: Random) -> str:
    """Make one, at times broken in one place."""
    lines = []
    for key in rng.sample(KEYS, rng.randrange(LINES - 2, LINES + 1)):
        digits = str(rng.randrange(10 ** rng.randrange(1, 9)))
        quoted = '"' + "".join(rng.choice("abc d\\n") for _ in range(rng.randrange(40))) + '"'
        items = ", ".join(rng.choice((digits, quoted, "true")) for _ in range(rng.randrange(10)))
        lines.append(f"{key} = {rng.choice((digits, quoted, f'[{items}]', 'word'))}")
    text = "\n".join(lines)[:LENGTH]
    if rng.random() < 1 / 16:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(NOISE) + text[at + 1 :]
    return text
