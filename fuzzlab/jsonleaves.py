"""JSON as text: where its strings and numbers stand, so that one can be exchanged and all else stays as it was sent.

White space, the order of keys, doubled keys and the spelling of numbers survive, which no `loads` and `dumps` would
keep. Nothing recurses, broken documents are read as far as they make sense, and every pattern is linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Leaf", "elements", "leaves", "well_formed", "written"]

SHOWN_STEPS: Final = 12
"""Of a path: deeper ones are cut in the middle; nobody reads them."""

# A string ends at its quote or with the text: otherwise each quote in a broken one would start another search.
_STRING: Final = r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'
_TOKEN: Final = re.compile(rf'{_STRING}|[\[\]{{}}:,]|[^\s\[\]{{}}:,"]+', re.DOTALL)
_BRACKETS: Final = re.compile(rf"{_STRING}|[\[\]{{}},]", re.DOTALL)
_WHOLE_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COLON: Final = re.compile(r"\s*:")
_SCALAR: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity")
_lenient: Final = json.JSONDecoder(strict=False)
_LONGEST_NUMBER: Final = 400
"""Digits that `int` is asked to read; Python refuses more than 4,300."""


@dataclass(slots=True)
class _Frame:
    """One container that is open: the key or index where the reading stands in it."""

    is_object: bool
    name: str | None
    """The key under which it stands, or that of the containers around it."""
    tainted: bool
    at: str | int = 0
    label: str | None = None
    start: int = 0
    """The value of `name`, for objects that spell a pair as name and value; `start` says which object it is."""

    @property
    def under(self) -> str | None:
        """The key that the reading stands under."""
        return self.at if isinstance(self.at, str) else self.name

    def name_of(self, word: str) -> str | None:
        """Give the name of a scalar: its key, or what stands beside it as its name."""
        if word[0] == '"' and self.under in ("name", "key", "header"):
            self.label = _read(word)
        return self.label if self.under == "value" and self.label is not None else self.under


@dataclass(slots=True)
class Leaf:
    """A key, a string or any other scalar; valid until the next one is asked for."""

    start: int
    end: int
    is_key: bool
    name: str | None
    """The key it stands under, elements of lists under that of their list; of a key, None."""
    tainted: bool
    """Whether a container around it stands under a name that taints."""
    frames: list[_Frame] = field(repr=False)

    def value(self, text: str) -> Any:
        """Read it: a str, an int, or None for what is neither."""
        word = text[self.start : self.end]
        if word.startswith('"'):
            return _read(word)
        digits = word.removeprefix("-")
        return int(word) if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None

    def path(self) -> str:
        """Give where it stands, as `$.items[0].name`."""
        steps = [f"[{frame.at}]" if isinstance(frame.at, int) else f".{frame.at}" for frame in self.frames]
        if len(steps) > SHOWN_STEPS:
            steps[SHOWN_STEPS // 2 : -SHOWN_STEPS // 2] = [" … "]
        return "$" + "".join(steps)


def _read(word: str) -> str:
    if "\\" not in word and len(word) > 1 and word[-1] == '"':
        return word[1:-1]
    try:
        value = _lenient.decode(word)
    except ValueError:
        return word.strip('"')  # cut short, or with an escape that there is not: as it stands
    return value if isinstance(value, str) else word


def written(value: str, *, like: str = "") -> str:
    """Write a string as JSON; in ASCII, unless the one in whose place it stands was not."""
    text = json.dumps(value, ensure_ascii=like.isascii())
    return text if text.isprintable() else json.dumps(value)


def leaves(text: str, *, taints: Callable[[str], bool] = lambda _: False) -> Iterator[Leaf]:
    """Yield the keys and scalars of a document, in order; of what is no document, whatever looks like them."""
    labels: dict[int, str] = {}
    if '"value"' in text:  # some write the value of a pair before its name
        for leaf in _read_leaves(text, taints, {}):
            if leaf.frames and (label := leaf.frames[-1].label) is not None:
                labels[leaf.frames[-1].start] = label
    yield from _read_leaves(text, taints, labels)


def _read_leaves(text: str, taints: Callable[[str], bool], labels: dict[int, str]) -> Iterator[Leaf]:
    frames: list[_Frame] = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        frame = frames[-1] if frames else None
        if word in "[{":
            tainted = frame is not None and (frame.tainted or (isinstance(frame.at, str) and taints(frame.at)))
            under = frame.under if frame else None
            at: str | int = "" if word == "{" else 0
            frames.append(_Frame(word == "{", under, tainted, at, labels.get(match.start()), match.start()))
        elif word in "]}":
            if frames:
                frames.pop()
        elif word in ",:":
            if frame and word == "," and isinstance(frame.at, int):
                frame.at += 1
        elif frame and frame.is_object and word[0] == '"' and _COLON.match(text, match.end()):
            frame.at = _read(word)
            yield Leaf(match.start(), match.end(), is_key=True, name=None, tainted=False, frames=frames)
        else:
            name = frame.name_of(word) if frame else None
            tainted = frame is not None and frame.tainted
            yield Leaf(match.start(), match.end(), is_key=False, name=name, tainted=tainted, frames=frames)


def well_formed(text: str) -> bool:
    """Whether a text reads as JSON, or as several documents, however deep: all brackets closed, all words known."""
    closers: list[str] = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word in "[{":
            closers.append("]" if word == "[" else "}")
        elif word in "]}":
            if not closers or closers.pop() != word:
                return False
        elif word[0] == '"':
            if not _WHOLE_STRING.fullmatch(word):
                return False
        elif word not in ",:" and not _SCALAR.fullmatch(word):
            return False
    return not closers


def elements(text: str, start: int) -> Iterator[tuple[str, bool]]:
    """Yield the elements of the list whose bracket stands before `start`, as text, each with whether it is whole.

    One that is broken inside ends where its brackets do, so that those behind it can still be read.
    """
    depth = 0
    begin = start
    for match in _BRACKETS.finditer(text, start):
        word = match[0]
        if word in "[{":
            depth += 1
        elif word in "]}" and depth:
            depth -= 1
        elif word == "]":
            if text[begin : match.start()].strip():
                yield text[begin : match.start()], True
            return
        elif word == "," and not depth:
            yield text[begin : match.start()], True
            begin = match.end()
    if text[begin:].strip():
        yield text[begin:], False
