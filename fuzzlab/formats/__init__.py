"""What an input is: the protocol of formats, and their doors.

A format is one object that knows how to read, write, make, mutate and simplify inputs of one kind. What is stored and
exchanged is always the raw bytes; values exist only between `decode` and `encode`.

    bytes ──decode──▶ value ──mutators, simpler──▶ value ──encode──▶ bytes
                        ▲
                     values()   (a Hypothesis strategy)

Laws that hold for every format (`tests/formats/test_laws.py`):

- `decode(encode(v))` equals `v` for every v of `values()`;
- `decode` gives a value or raises `Undecodable`, nothing else, for any bytes whatever;
- a mutation that applies changes the bytes and keeps the size limit;
- a reduction is never larger than what it reduces.

A door (`formats.text(...)`) is a function that builds the format; the class behind it is not part of the interface.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from fuzzlab import swellings
from fuzzlab.errors import Undecodable
from fuzzlab.growth import Swelling
from fuzzlab.swellings import Units
from fuzzlab.words import pick, placed

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "ByteMutation", "Format", "HttpMessage", "Mutator", "Reductions", "csv", "http", "json", "own", "raw", "signers",
    "text", "until_taken",
]  # fmt: skip

V = TypeVar("V")

Mutator = Callable[[Random, V], V | None]
"""A small named function: a changed value, or None where it does not apply. It never changes its argument."""

ByteMutation = Callable[[bytes, int], bytes]
"""(data, max_size) -> data: a blind mutation of bytes, such as libFuzzer's own."""

Reductions = Generator[bytes, bool | None, None]
"""Smaller inputs, the boldest first. Sent True, it goes on from the one that it has just yielded, or ends."""

DEFAULT_MAX_SIZE = 8192
"""Bytes. Beyond what an identifier or an expression needs, and room for the 4,301 digits at which `int()` refuses and
for a thousand levels of nesting that take some characters each; uploads say their own."""

WORDS_IN_BYTES = 1 / 8
"""Share of words put into the bytes as they are, where the format knows better places: some break it to effect."""

MUTATION_TRIES = 4
"""Mutators tried before a mutation is given up: most apply to most values."""


class Format(ABC, Generic[V]):
    """How inputs of one kind are read, written, made, mutated and simplified."""

    name: ClassVar[str]
    max_size: int = DEFAULT_MAX_SIZE
    mutators: tuple[Mutator[V], ...] = ()
    raw_mutators: tuple[Mutator[bytes], ...] = ()
    """Mutators of the stored bytes, for what no value of the format can express (a truncated document)."""
    named_values: Mapping[str, Mutator[V]] = MappingProxyType({})
    named_bytes: Mapping[str, Mutator[bytes]] = MappingProxyType({})
    """What is known to hurt readers of this kind of input, by name: mutators that do this and nothing else."""
    named_large: Mapping[str, Mutator[V]] = MappingProxyType({})
    """Likewise, of what makes an input large: it costs its reader a second."""
    words: tuple[bytes, ...] = ()
    """Learned from the code under test, the most telling first."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names and values that the schema knows, where there is one."""
        return ()

    @abstractmethod
    def decode(self, data: bytes) -> V:
        """Give the value of `data`.

        Raises:
            Undecodable: `data` has no value in this format.
        """

    def decoded(self, inputs: Iterable[bytes]) -> Iterator[V]:
        """Yield the values of those inputs that have one."""
        for data in inputs:
            try:
                value = self.decode(data)
            except Undecodable:
                continue
            yield value

    @abstractmethod
    def encode(self, value: V) -> bytes:
        """Give bytes that `decode` to `value`."""

    @abstractmethod
    def values(self) -> SearchStrategy[V]:
        """Make a Hypothesis strategy of values: mostly plausible, wrong in one place."""

    def strategy(self) -> SearchStrategy[bytes]:
        """Make a Hypothesis strategy of inputs of at most `max_size` bytes."""
        return self.values().map(self.encode).filter(lambda data: len(data) <= self.max_size)

    def sample(self, rng: Random) -> bytes | None:  # noqa: ARG002 - the default needs Hypothesis
        """Make one input such as those of `strategy`, or None where that takes Hypothesis."""
        return None

    def forget(self) -> None:
        """Forget inputs that were mutated: the next mutation depends on the random source alone."""

    def fit(self, recorded: Sequence[bytes]) -> None:
        """Take in ordinary inputs: where nobody wrote a schema, one is inferred from them."""

    def dictionary(self) -> tuple[bytes, ...]:
        """Tokens that inputs of this kind are made of, the most telling first."""
        return ()

    def learn(self, words: Sequence[bytes]) -> None:
        """Take in words of the code under test: mutators and strategies built from now on use them."""
        learned = [mutator for mutator in self.mutators if mutator != self.put_word]
        self.words = tuple(words)
        self.mutators = (*learned, self.put_word) if self.words else tuple(learned)

    def imitate(self, patterns: Sequence[tuple[str, int]]) -> None:
        """Take in regular expressions of the code under test (source and flags): texts in their shapes are made."""

    def put_word(self, rng: Random, value: V) -> V | None:  # noqa: ARG002 - the default knows no place for a word
        """Put a learned word somewhere into a value."""
        return None

    def place_word(self, data: bytes, rng: Random, max_size: int) -> bytes | None:
        """Put a learned word where this format has room for one.

        Returns:
            other bytes of at most `max_size`, or None where there is no such place, or no word.
        """
        if not self.words:
            return None
        changed: V | None = None
        if rng.random() >= WORDS_IN_BYTES:
            try:
                changed = self.put_word(rng, self.decode(data))
            except Undecodable:
                changed = None
        mutated = placed(rng, data, pick(rng, self.words)) if changed is None else self.encode(changed)
        return mutated if mutated != data and len(mutated) <= max_size else None

    def simpler(self, value: V) -> Iterator[V]:  # noqa: ARG002 - the default has nothing simpler
        """Yield values a little simpler than `value`, the boldest first."""
        return iter(())

    def mutate(self, data: bytes, rng: Random, max_size: int) -> bytes | None:
        """Change `data` in one place as somebody would who knows its structure.

        Returns:
            other bytes of at most `max_size`, or None where no mutator applied.
        """
        value: V | None = None
        for _ in range(MUTATION_TRIES):
            choice = rng.randrange(len(self.mutators) + len(self.raw_mutators))
            if choice < len(self.mutators):
                if value is None:
                    try:
                        value = self.decode(data)
                    except Undecodable:
                        mutated = self.mutate_broken(data, rng)
                        if mutated is not None and mutated != data and len(mutated) <= max_size:
                            return mutated
                        continue
                changed = self.mutators[choice](rng, value)
                mutated = None if changed is None else self.encode(changed)
            else:
                mutated = self.raw_mutators[choice - len(self.mutators)](rng, data)
            if mutated is not None and mutated != data and len(mutated) <= max_size:
                return mutated
        return None

    def mutate_broken(self, data: bytes, rng: Random) -> bytes | None:  # noqa: ARG002 - the default knows no way
        """Change what has no value in this format; None where only `raw_mutators` apply to it."""
        return None

    def mutate_bytes(self, data: bytes, mutation: ByteMutation, max_size: int) -> bytes:
        """Apply a blind mutation where this format has its payload; by default to the whole input."""
        return mutation(data, max_size)

    def study(self, inputs: Sequence[bytes]) -> None:
        """Take in inputs that somebody sent: mutators built from now on put parts of one into another."""

    def reductions(self, data: bytes) -> Reductions:
        """Yield inputs simpler than `data` in the format's own terms, none of them larger."""
        for value in self.decoded([data]):
            yield from self.encoded(data, until_taken(self.simpler(value)))

    def encoded(self, data: bytes, values: Generator[V, bool | None, Any]) -> Reductions:
        """Yield those of `values`, each encoded, that are no larger than the last one taken, `data` at first."""
        taken: bool | None = None
        while True:
            try:
                reduced = self.encode(values.send(taken))
            except StopIteration:
                return
            taken = False
            if len(reduced) <= len(data) and reduced != data and (taken := (yield reduced)):
                data = reduced

    def drifts(self, data: bytes) -> Iterator[tuple[str, bytes]]:  # noqa: ARG002 - the default knows of none
        """Yield (name, input) for what the sender of `data` may change one day, one change each."""
        return iter(())

    def named(self, data: bytes, rng: Random, *, large: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield (name, input) for all that has a name, each done to `data` once: what a search should not wait for.

        Where nothing has a name, each mutator does what it likes, once. Inputs of more than `max_size` are left out.

        Args:
            data: an ordinary input.
            rng: of the places where it is done.
            large: those of `named_large`, and no others.
        """
        of_values, of_bytes = (self.named_large, {}) if large else (self.named_values, self.named_bytes)
        if not large and not of_values and not of_bytes:
            of_values = {_name(mutator): mutator for mutator in self.mutators}
            of_bytes = {_name(mutator): mutator for mutator in self.raw_mutators}
        for value in self.decoded([data]):
            for name, mutator in of_values.items():
                changed = mutator(rng, value)
                if changed is not None and len(made := self.encode(changed)) <= self.max_size and made != data:
                    yield name, made
        for name, raw_mutator in of_bytes.items():
            mutated = raw_mutator(rng, data)
            if mutated is not None and len(mutated) <= self.max_size and mutated != data:
                yield name, mutated

    def exchanges(self, inputs: Sequence[bytes]) -> Iterator[bytes]:  # noqa: ARG002 - the default knows of no parts
        """Yield ordinary inputs with one part exchanged for each other that may stand there, once each."""
        return iter(())

    def swelling(self, rng: Random, data: bytes, units: Units) -> Swelling | None:
        """Draw a way in which `data` can grow without end, or None where this draw gave none."""
        return swellings.of_text(rng, data, units)

    def inflated(self, data: bytes, swelling: Swelling, count: int) -> bytes:  # noqa: ARG002 - for those with parts
        """Give the input that `swelling` makes of `data`, or of what was made of it before, with so many units."""
        return swelling.grown(count)

    def describe(self) -> dict[str, Any]:
        """Give what `fuzzlab list` shows of it."""
        return {"name": self.name, "max_size": self.max_size}


def _name(mutator: Callable[..., Any]) -> str:
    return str(getattr(mutator, "__name__", mutator)).replace("_", " ")


def until_taken(values: Iterator[V]) -> Generator[V, bool | None, None]:
    """Yield `values`, which all come from one, until one of them is taken."""
    for value in values:
        if (yield value):
            return


# The doors: `formats.text` must be the function although formats/text.py is a module of the same name, so they are
# bound here, after the protocol that they need. A family's __init__ imports its members for no other reason.
from fuzzlab.formats import signers  # noqa: E402
from fuzzlab.formats.csv import csv  # noqa: E402
from fuzzlab.formats.http import HttpMessage, http  # noqa: E402
from fuzzlab.formats.json import json  # noqa: E402
from fuzzlab.formats.own import own  # noqa: E402
from fuzzlab.formats.raw import raw  # noqa: E402
from fuzzlab.formats.text import text  # noqa: E402
