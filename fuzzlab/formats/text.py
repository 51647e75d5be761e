"""Text in UTF-8: names, codes, addresses, dates, whatever a person or a partner types."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from fuzzlab import exchanges, strings, typed, unicode, words
from fuzzlab.boundaries import LENGTHS
from fuzzlab.formats import DEFAULT_MAX_SIZE, Format, Mutator
from fuzzlab.grammar import Grammar
from fuzzlab.lazy import LazyModule
from fuzzlab.shapes import Shape, bounds, shapes
from fuzzlab.words import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")

__all__ = ["Text", "text"]

PLAUSIBLE: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_@.+ "
"""What most identifiers are made of."""

SURROGATE_SIZE: Final = 3
"""Bytes of one surrogate in generalised UTF-8 (ED A0..BF 80..BF)."""

WEIGHT_OF_PLAUSIBLE: Final = 3
"""Share of plausible texts among the strategy's branches: enough to pass a parser's first checks."""


OF_GRAMMAR: Final = 4
"""Times that each mutator of the grammar stands among the others, which are about fifty."""


OF_SHAPES: Final = 8
"""Times that each mutator of the code's own patterns stands among some sixty others: what is not in their shape is
refused at once."""

SHAPED_WORDS: Final = 1 / 4
"""Share of texts in the shape of a pattern among the learned words that are placed."""

OF_LIMITS: Final = 2
MOST_LIMITS: Final = 16
"""Lengths of the code, the shortest first, that each text is once made of: a table of a hundred numbers has others."""

MOST_RANDOM: Final = 50_000
"""Random bytes: no text at all, and more of it than a name's parser expects."""

ROOMY: Final = 7 / 8
"""Share of so many among random bytes: in a campaign there is seldom room for them."""


def _surrogate_or_replacement(error: UnicodeError) -> tuple[str, int]:
    """Read an encoded surrogate as itself and any other broken byte as U+FFFD (the WHATWG decoder's way)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start = error.start
    unit = error.object[start : start + SURROGATE_SIZE]
    if len(unit) == SURROGATE_SIZE and unit[0] == 0xED and 0xA0 <= unit[1] <= 0xBF and 0x80 <= unit[2] <= 0xBF:
        return chr(0xD000 | (unit[1] & 0x3F) << 6 | unit[2] & 0x3F), start + SURROGATE_SIZE
    return "\ufffd", error.end


ERRORS: Final = "fuzzlab.surrogate_or_replacement"
codecs.register_error(ERRORS, _surrogate_or_replacement)


class Text(Format[str]):
    """Text; any bytes are some text, so that no input is lost on the way to the target."""

    name = "text"

    def __init__(self, *, max_size: int, alphabet: str | None, surrogates: bool) -> None:
        self.max_size = max_size
        self.alphabet = alphabet
        self._decoding_errors = ERRORS if surrogates else "replace"
        self._encoding_errors = "surrogatepass" if surrogates else "replace"
        self._grammar = Grammar(())
        self._names: tuple[str, ...] = ()
        self._shapes: tuple[Shape, ...] = ()
        self._limits: tuple[int, ...] = ()
        self.mutators = (*strings.MUTATORS, self.become_run, self.become_run, self.fill)
        self.raw_mutators = (self.become_bytes,)
        self.named_values, self.named_large = typed.NAMED, typed.large(max_size)
        self.named_bytes = {"random bytes": self.become_bytes}

    def decode(self, data: bytes) -> str:
        """Read UTF-8; encoded surrogates are lone surrogates or, without those, U+FFFD, as is any broken byte."""
        # A surrogate's first byte is ED. Without one, Python's own handler reads the same, in C.
        return data.decode("utf-8", self._decoding_errors if b"\xed" in data else "replace")

    def encode(self, value: str) -> bytes:
        """Write UTF-8, lone surrogates as three bytes each or, without those, as `?`."""
        return value.encode("utf-8", self._encoding_errors)

    def values(self) -> SearchStrategy[str]:
        """Make plausible texts, special characters among them or alone, runs of one, and parts between separators."""
        plausible = st.text(self.alphabet or PLAUSIBLE, max_size=self.max_size)
        special = st.sampled_from([character for characters in unicode.PICKS for character in characters])
        run = st.builds(str.__mul__, special, st.sampled_from(LENGTHS))
        known = [st.sampled_from(as_text(self.words))] if self.words else []
        parts = st.lists(st.one_of(plausible, special, run, *known), min_size=1, max_size=6)
        nested = st.builds(
            lambda pair, depth: pair[0] * depth + pair[1] * depth,
            st.sampled_from(strings.BRACKETS),
            st.sampled_from(strings.NESTINGS),
        )
        broken = st.builds(strings.mutated, st.randoms(use_true_random=False), plausible)
        made = st.one_of(
            *[plausible] * WEIGHT_OF_PLAUSIBLE,
            st.text(max_size=self.max_size),
            st.lists(special, max_size=8).map("".join),
            run,
            *known,
            nested,
            st.builds(str.join, st.sampled_from(strings.SEPARATORS), parts),
            broken,
        )
        return made.map(self._fitting)

    def _fitting(self, value: str) -> str:
        """Cut `value` to the limit: filtering would throw away the long runs, which are the telling ones."""
        data = self.encode(value)
        if len(data) > self.max_size:
            value = value[: self.max_size]
            while len(data := self.encode(value)) > self.max_size:
                value = value[: min(len(value) - 1, len(value) * self.max_size // len(data))]
        return self.decode(data)

    def dictionary(self) -> tuple[bytes, ...]:
        """Give separators, tokens and special characters."""
        special = (character for characters in unicode.CLASSES.values() for character in characters)
        return tuple(dict.fromkeys(map(self.encode, (*strings.SEPARATORS, *strings.TOKENS, *special))))

    def put_word(self, rng: Random, value: str) -> str | None:
        """Put a learned word anywhere, at times a text in the shape of a learned pattern."""
        if self._shapes and rng.random() < SHAPED_WORDS:
            return self.put_shape(rng, value)
        return words.placed(rng, value, self.decode(words.pick(rng, self.words))) if self.words else None

    def become_run(self, rng: Random, value: str) -> str:  # noqa: ARG002 - a mutator's shape; this one forgets the text
        """Become nothing but a run of one special character, of a boundary's length or as long as the limit allows."""
        character = rng.choice(rng.choice(unicode.PICKS))
        room = self.max_size // len(self.encode(character))
        at = rng.randrange(bisect_right(LENGTHS, room) + 1)
        return character * (LENGTHS[at] if at < len(LENGTHS) and LENGTHS[at] <= room else room)

    def fill(self, rng: Random, value: str) -> str | None:
        """Grow by a run to exactly the limit, or to a byte short of it."""
        own = rng.random() < 0.5 and bool(value)
        character = rng.choice(value) if own else rng.choice(rng.choice(unicode.PICKS))
        room = self.max_size - len(self.encode(value)) - rng.randrange(2)
        count = room // max(1, len(self.encode(character)))
        return value + character * count if count > 0 else None

    def learn(self, words: Sequence[bytes]) -> None:
        """Take in words of the code under test; those that are names may be said."""
        super().learn(words)
        self._names = tuple(word for word in as_text(words) if word.isidentifier())

    def imitate(self, patterns: Sequence[tuple[str, int]]) -> None:
        """Take in the code's regular expressions, and the numbers that it compares with: they may be its limits."""
        self._shapes = shapes(patterns)
        numbers = {int(word) for word in self.words if word.isdigit()}
        numbers.update(number for source, flags in patterns for number in bounds(source, flags))
        self._limits = tuple(sorted(number for number in numbers if 0 < number < self.max_size))
        learned = (*(self.take_shape,) * OF_SHAPES, *(self.put_shape,) * OF_SHAPES) if self._shapes else ()
        in_shape = {f"in the shape of pattern {at}": _once(shape) for at, shape in enumerate(self._shapes)}
        self.named_values = {**typed.NAMED, **typed.limits(self._limits[:MOST_LIMITS]), **in_shape}
        limited = (self.reach_limit,) * OF_LIMITS if self._limits else ()
        others = [m for m in self.mutators if m not in (self.take_shape, self.put_shape, self.reach_limit)]
        self.mutators = (*others, *learned, *limited)

    def take_shape(self, rng: Random, value: str) -> str | None:  # noqa: ARG002 - a mutator's shape, as above
        """Become a text in the shape of one of the code's regular expressions, or nearly."""
        return rng.choice(self._shapes)(rng) if self._shapes else None

    def put_shape(self, rng: Random, value: str) -> str | None:
        """Put such a text before, behind or into the text, over one part of it, or in its place."""
        return words.placed(rng, value, rng.choice(self._shapes)(rng)) if self._shapes else None

    def reach_limit(self, rng: Random, value: str) -> str | None:
        """Be as long as a number in the code says, or one character shorter or longer: cut, or filled up."""
        if not self._limits:
            return None
        size = rng.choice(self._limits) + rng.randrange(-1, 2)
        if len(value) >= size:
            return value[:size] if rng.random() < 0.5 else value[len(value) - size :]
        filler = rng.choice(value) if value and rng.random() < 0.75 else strings.special(rng)
        return value + (filler * (size - len(value)))[: size - len(value)]

    def become_bytes(self, rng: Random, data: bytes) -> bytes:  # noqa: ARG002 - as above
        """Become random bytes: a few, a boundary's number, or 50 kB as far as the limit allows."""
        size = MOST_RANDOM if rng.random() < ROOMY else rng.choice(LENGTHS)
        return rng.randbytes(min(size, self.max_size))

    def study(self, inputs: Sequence[bytes]) -> None:
        """Take in texts: their words, groups and lines are spliced into others."""
        self._grammar = Grammar(map(self.decode, inputs))
        if self._grammar and self.splice not in self.mutators:
            self.mutators = (*self.mutators, *(self.splice, self.say) * OF_GRAMMAR)

    def exchanges(self, inputs: Sequence[bytes]) -> Iterator[bytes]:
        """Yield each text with one of its tokens exchanged, then with a call of each function of the code."""
        texts = list(map(self.decode, inputs))
        names = as_text(self.words)
        for _, changed in exchanges.by_turns(exchanges.changes(texts, names), exchanges.calls(texts, names)):
            if len(data := self.encode(changed)) <= self.max_size:
                yield data

    def splice(self, rng: Random, value: str) -> str | None:
        """Put a part of another text in: the grammar that no author of mutators knows is in the seeds."""
        return self._grammar.spliced(rng, value)

    def say(self, rng: Random, value: str) -> str | None:
        """Say a sentence of the seeds with other names, numbers and groups."""
        return self._grammar.said(rng, value, self._names)

    def simpler(self, value: str) -> Iterator[str]:
        """Yield shorter texts, then ones of simpler characters."""
        return strings.simpler(value)


def _once(shape: Shape) -> Mutator[str]:
    return lambda rng, _: shape(rng)


def text(*, max_size: int = DEFAULT_MAX_SIZE, alphabet: str | None = None, surrogates: bool = True) -> Text:
    """Text in UTF-8, for a target that takes `str`.

    Args:
        max_size: the longest input to make, in bytes.
        alphabet: what a plausible text consists of; the mutators also use what is not in it.
        surrogates: whether the target may meet lone surrogates, as it does behind `json.loads` or `os.fsdecode`.
    """
    return Text(max_size=max_size, alphabet=alphabet, surrogates=surrogates)
