"""One thing of an ordinary text exchanged for what a language may have in its place: each thing, for each other, once.

A search by chance tries the last character left out of a text of two hundred tokens after some ten thousand executions,
and one function of eighty called with one kind of argument of ten after a million. Taken in turn they are some hundred,
and some thousand. (AFL's deterministic stages are the same thought about bits, bytes and words of a dictionary.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, Final, TypeVar

from fuzzlab import tokens
from fuzzlab.boundaries import DATES, OFFSETS, TELLING_NUMBERS, TIMES
from fuzzlab.grammar import Grammar
from fuzzlab.strings import DATE, NUMBER, TOKENS

__all__ = ["MOST", "by_turns", "calls", "changes"]

PLACES: Final = 96
"""Places of one text in which something is exchanged, evenly spread: a longer text says the same thing often."""

FEWER_PLACES: Final = 24
"""The same where there are dozens for each."""

MOST: Final = 12_000
"""Exchanges of one campaign. At 5,000 executions a second, of which they are half, they are through after 5 seconds."""

NAMES: Final = 128
"""Words of the code that stand in for a name, the most telling first."""

_NAME: Final = re.compile(r"[^\w\s]*[^\W\d][\w-]*\w[^\w\s]*")
"""One letter is a sender's variable, and found by chance."""

SIGNS: Final = (*tokens.PUNCTUATION, *(quote * 3 for quote in tokens.QUOTES))
"""Put in the place of a token and before it: what opens something, ends something, or is nothing there."""

ODD: Final = ("", "=", ",", ":", '"', "'", "[", "{", "\\", "0", "=}", ",]")
OPENED: Final = tuple(opening + odd for opening in ("[", "{", "(", '"', "'") for odd in ODD)
"""Groups that have just begun, mostly with what nobody expects first in them."""

Spans = list[tuple[int, int]]
T = TypeVar("T")
_NOTHING: Final[Any] = object()


def by_turns(*several: Iterable[T]) -> Iterator[T]:
    """Yield the first of each, then the second of each, and so on to the end of the longest."""
    rows = zip_longest(*several, fillvalue=_NOTHING)
    yield from (each for row in rows for each in row if each is not _NOTHING)


def changes(texts: Sequence[str], names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield which text it was, and what became of it with one thing exchanged; what is soonest done first.

    Args:
        texts: ordinary ones.
        names: words of the code under test that may be names in them.
    """
    words = _telling(names)
    stages: tuple[Callable[[str], Iterator[str]], ...] = (
        _numbers,
        _dates,
        _left_out,
        _cut_off,
        _doubled,
        _emptied,
        _empty_strings,
        _quoted,
        lambda text: _renamed(text, words),
        _opened,
        _signs,
    )
    made = ((at, changed) for stage in stages for at, text in enumerate(texts) for changed in stage(text))
    yield from _once(made, texts)


def calls(texts: Sequence[str], names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield, as `changes` does, texts in which a call is one of another function, with one of its arguments exchanged.

    A wrong argument is refused where every wrong one is, and so teaches a search by coverage nothing on the way.
    """
    words = [word for word in _telling(names) if word.isidentifier()]
    atoms = Grammar(texts).atoms()
    places = [
        (number, text, name, argument)
        for number, text in enumerate(texts)
        for name, arguments in _calls(text)
        for argument in arguments
    ]
    made = (
        (number, text[:start] + word + text[end:at] + atom + text[over:])
        for word in words
        for number, text, (start, end), (at, over) in places
        for atom in atoms
    )
    yield from _once(made, texts)


def _once(made: Iterable[tuple[int, str]], before: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Leave out what was there before."""
    seen = set(map(hash, before))  # the texts themselves would take some ten megabytes
    for at, text in islice(made, MOST):
        if (known := hash(text)) not in seen:
            seen.add(known)
            yield at, text


def _telling(names: Sequence[str]) -> list[str]:
    """Leave out what is no name: signs, numbers, and whole lines."""
    return [name for name in names if _NAME.fullmatch(name)][:NAMES]


def _some(spans: Spans, most: int = PLACES) -> Spans:
    """Give so many of them at the most, evenly spread."""
    return spans[:: 1 + (len(spans) - 1) // most] if spans else spans


def _words(text: str) -> Spans:
    """Give the spans of words and numbers."""
    return [(start, end) for start, end in tokens.tokens(text) if text[start].isalnum()]


def _numbers(text: str) -> Iterator[str]:
    for start, end in _some([match.span() for match in NUMBER.finditer(text)], FEWER_PLACES):
        for number in TELLING_NUMBERS:
            yield text[:start] + number + text[end:]


def _dates(text: str) -> Iterator[str]:
    for match in islice(DATE.finditer(text), PLACES):
        for other in (DATES, TIMES, OFFSETS)[(match.lastindex or 1) - 1]:
            yield text[: match.start()] + other + text[match.end() :]


def _left_out(text: str) -> Iterator[str]:
    for start, end in _some(tokens.tokens(text)):
        yield text[:start] + text[end:]


def _cut_off(text: str) -> Iterator[str]:
    """Yield its beginnings, and its ends."""
    for start, end in _some(tokens.tokens(text)):
        yield text[:start]
        yield text[end:]


def _doubled(text: str) -> Iterator[str]:
    for start, end in _some(tokens.tokens(text)):
        yield text[:end] + text[start:]


def _emptied(text: str) -> Iterator[str]:
    """Yield it with nothing in a pair of brackets or quotes, and with the end of one missing."""
    for start, end in _some(tokens.groups(text)):
        yield text[: start + 1] + text[end - 1 :]
        yield text[: end - 1] + text[end:]


def _empty_strings(text: str) -> Iterator[str]:
    """Yield it with an empty string in the place of a word or a number, and before one."""
    for start, end in _some(_words(text), FEWER_PLACES):
        for quote in tokens.QUOTES:
            yield text[:start] + quote * 2 + text[end:]
            yield text[:start] + quote * 2 + text[start:]


def _quoted(text: str) -> Iterator[str]:
    """Yield it with what some layer reads as something else inside of a pair of quotes."""
    for start, end in _some([(start, end) for start, end in tokens.groups(text) if text[start] in tokens.QUOTES]):
        for token in TOKENS:
            yield text[: start + 1] + token + text[end - 1 :]


def _opened(text: str) -> Iterator[str]:
    """Yield it with a group that has just begun, and is odd, in the place of a word, a number or a group."""
    for start, end in _some([*_words(text), *tokens.groups(text)], FEWER_PLACES):
        for opened in OPENED:
            yield text[:start] + opened + text[end:]


def _renamed(text: str, words: Sequence[str]) -> Iterator[str]:
    names = _some([(start, end) for start, end in tokens.tokens(text) if text[start].isalpha()])
    for word in words:
        lead = word[: len(word) - len(word.lstrip(tokens.PUNCTUATION))]
        for start, end in names:
            before = text[:start].removesuffix(lead)  # a word of the code may be `#EXTINF`, and a name in it `EXTINF`
            yield before + word + text[end:]


def _signs(text: str) -> Iterator[str]:
    """Yield it with each of the signs in the place of a token, and before one; of quotes also three."""
    spans = _some(tokens.tokens(text))
    for sign in SIGNS:
        for start, end in spans:
            yield text[:start] + sign + text[end:]
            yield text[:start] + sign + text[start:]


def _calls(text: str) -> Iterator[tuple[tuple[int, int], Spans]]:
    """Yield the span of a name that is called, and those of its arguments."""
    names = {end: start for start, end in tokens.tokens(text) if text[start].isalpha()}
    ends = dict(tokens.groups(text))
    for start, end in ends.items():
        if text[start] == "(" and start in names:
            yield (names[start], start), _arguments(text, start + 1, end - 1, ends)


def _arguments(text: str, start: int, end: int, ends: Mapping[int, int]) -> Spans:
    """Give the spans between the commas that stand in no group of their own; `ends` are those of all groups."""
    found, begun, at = [], start, start
    while at < end:
        if text[at] == ",":
            found.append((begun, at))
            begun = at + 1
        inner = ends.get(at, at + 1)
        at = inner if inner <= end else at + 1
    return [*found, (begun, end)]
