"""JSON documents: with a schema, documents that are valid or wrong in one place; without, any.

Source: RFC 8259, read as leniently as `json.loads` reads it (NaN, doubled keys, a byte-order mark, UTF-16). What no
tree holds (doubled keys, the spelling of numbers, broken documents) is made on the bytes.
"""

from __future__ import annotations

import json as stdlib_json
import re
from collections.abc import Callable
from functools import cached_property
from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import documents, drift, inference, jsontext, pruning, schemas, spoilt, strings, swellings, trees, words
from fuzzlab.blueprint import Blueprint
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats import Format, Reductions
from fuzzlab.lazy import LazyModule
from fuzzlab.nodes import Stuck
from fuzzlab.substitutes import substitutes
from fuzzlab.violations import violated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")

__all__ = ["Json", "json"]

MAX_SIZE: Final = 1 << 16
"""Bytes: a webhook's usual limit, 64 KiB; sixty times the depth at which CPython gives up."""

MOST_REMEMBERED: Final = 64
LONGEST_REMEMBERED: Final = 2048
"""Values of earlier documents, and bytes of one, for crossing over: enough for some of each kind."""

OWN_WORDS: Final = 3 / 4
"""Share of the code's own words among those that are put into a document of a schema."""

SHARE_BROKEN: Final = 8
"""One of so many examples is no valid JSON at all: parsers refuse these early, and alike."""

LONGEST_PART, MOST_PARTS, BORROWINGS = 512, 256, 4
"""Bytes of a part of another document, parts kept, and times that `borrow` stands among some seventy mutators."""

SHARE_VALID: Final = 0.5
"""Of a schema's documents: what a parser does with the right ones is half of its contract."""

SHARE_OF_ONE_RULE, SHARE_DRIFTED = 0.15, 0.15
"""Of a schema's documents, those that break one rule and no other, and those that a vendor's next version may send."""

FITTING_TRIES: Final = 20
"""Documents made before a size limit is given up."""

TOKENS: Final = (
    b'"', b":", b",", b"{", b"}", b"[", b"]", b"null", b"true", b"false", b"NaN", b"Infinity", b"-0", b"1e400", b'""',
    b"{}", b"[]", b"\\u0000", b"\\ud800", b"\\\"", b"\xef\xbb\xbf", b"0", b"-1", b'"0"', b"\\u200d",
)  # fmt: skip

Draw = Callable[[Any], Any]
"""Hypothesis's: a strategy in, a value out."""

_SPLIT_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two lone surrogates side by side: as escapes they would be read as one character."""

_plain: Final = stdlib_json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_decode: Final = stdlib_json.loads


class Json(Format[Any]):
    """JSON documents, as `json.loads` gives them."""

    name = "json"
    swelling = staticmethod(swellings.of_json)

    def __init__(self, schema: schemas.Schema | None, *, max_size: int) -> None:
        self.schema = schema
        self.max_size = max_size
        self._is_inferred = False
        self.mutators = (*trees.MUTATORS, self.let_drift, *(self._of_schema() if schema else ()))
        # Text twice: it costs a fifth of a tree, keeps the spelling of all the rest, and is mostly a document still.
        self.raw_mutators = (*spoilt.MUTATORS, self.nest_deep, *jsontext.MUTATORS, self.cross_over, *jsontext.MUTATORS)
        self._remembered: list[bytes] = []
        self._parts: tuple[tuple[str | None, Any], ...] = ()
        self._own_words: tuple[bytes, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of properties and members of enumerations."""
        return () if self.schema is None or self._is_inferred else self.schema.words

    def _of_schema(self) -> tuple[Callable[[Random, Any], Any | None], ...]:
        """Give the mutators that need a schema."""
        return (*(self.known_property, self.known_value) * 2, self.break_rule)

    def decode(self, data: bytes) -> Any:
        """Read a document.

        Raises:
            Undecodable: it is none, or nests too deep for `json.loads`.
        """
        try:
            return _decode(data)
        except RecursionError as error:
            raise Undecodable("the document nests too deep") from error
        except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, and an integer of more than 4,300 digits
            raise Undecodable(str(error)) from error

    def encode(self, value: Any) -> bytes:
        """Write a document in UTF-8, without white space; lone surrogates as escapes."""
        try:
            text = _plain(value)
        except RecursionError:
            text = documents.written(value, _plain)
        try:
            return text.encode()
        except UnicodeEncodeError:
            if _SPLIT_PAIR.search(text):
                return text.encode("utf-8", "surrogatepass")
            return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text).encode()

    def values(self) -> SearchStrategy[Any]:
        """Make valid documents, and as many with one or two mutations."""
        if self.schema is not None:
            return documents.seeded(self.plan, self._value)
        valid = documents.any_documents(words.as_text(self.words))
        broken = st.builds(self._broken, valid, st.randoms(use_true_random=False), st.integers(1, 2))
        return st.one_of(valid, broken)

    def strategy(self) -> SearchStrategy[bytes]:
        """Make inputs: those of `values`, and a few that are no documents."""
        if self.schema is not None:
            return documents.seeded(self.plan, self._input)
        documents_ = super().strategy()
        wrecked = st.builds(self._spoilt, documents_, st.randoms(use_true_random=False))
        fitting = st.one_of(wrecked, st.sampled_from(spoilt.NOT_JSON)).filter(lambda data: len(data) <= self.max_size)
        chosen = st.integers(0, SHARE_BROKEN - 1)
        return chosen.flatmap(lambda number: fitting if number == SHARE_BROKEN - 1 else documents_)

    def sample(self, rng: Random) -> bytes | None:
        """Make one input, where the schema is compiled as a whole."""
        if self.schema is None or self.plan.has_strategies:
            return None
        try:
            return self._input(rng, None)
        except Stuck:
            return None

    @cached_property
    def plan(self) -> Blueprint:
        """The schema compiled, when it is first needed: a worker that replays inputs never needs it."""
        return documents.blueprint({} if self.schema is None else self.schema.definition)

    def _value(self, rng: Random, draw: Draw | None) -> Any:
        self.forget()  # or the same seed would make another document the next time
        document = self.plan.document(rng, draw)
        kind = rng.random()
        if kind < SHARE_VALID:
            return document
        changed = None
        if kind < SHARE_VALID + SHARE_OF_ONE_RULE:
            changed = self.break_rule(rng, document)
        elif kind < SHARE_VALID + SHARE_OF_ONE_RULE + SHARE_DRIFTED:
            changed = self.let_drift(rng, document)
        return self._broken(document, rng, 1 + int(rng.random() * 2)) if changed is None else changed

    def _input(self, rng: Random, draw: Draw | None) -> bytes:
        for _ in range(FITTING_TRIES):
            data = self.encode(self._value(rng, draw))
            if rng.random() < 1 / SHARE_BROKEN:
                data = self._spoilt(data, rng)
            if len(data) <= self.max_size:
                return data
        raise Stuck(f"no document of at most {self.max_size} bytes")

    def _broken(self, document: Any, rng: Random, times: int) -> Any:
        for _ in range(times):
            changed = rng.choice(self.mutators)(rng, document)
            document = document if changed is None else changed
        return document

    def _spoilt(self, data: bytes, rng: Random) -> bytes:
        return rng.choice(self.raw_mutators)(rng, data) or data

    def dictionary(self) -> tuple[bytes, ...]:
        """Give the schema's names and values first, then what documents are made of."""
        known = [] if self.schema is None else [self.encode(word)[1:-1] for word in self.schema.words]
        keys = [] if self.schema is None else [self.encode(name) + b":" for name in self.schema.names]
        return tuple(dict.fromkeys((*known, *keys, *TOKENS)))

    def known_property(self, rng: Random, value: Any) -> Any | None:
        """Add a property that the schema knows and the object lacks, or give a present one such a value."""
        return None if self.schema is None else documents.with_property(rng, value, self.schema)

    def known_value(self, rng: Random, value: Any) -> Any | None:
        """Put a value that the schema names, for this key or for another, in the place of a leaf."""
        return None if self.schema is None else documents.with_value(rng, value, self.schema)

    def break_rule(self, rng: Random, value: Any) -> Any | None:
        """Break one rule of the schema, and no other."""
        broken = violated(self.plan, rng, value)
        return None if broken is None else broken.document

    def let_drift(self, rng: Random, value: Any) -> Any | None:
        """Let one of the named drifts happen to the document."""
        changed = drift.drifted(rng, value, rng.choice(drift.OF_DOCUMENTS), self._members)
        return None if changed is None else changed.value

    def drifted(self) -> SearchStrategy[drift.Drifted]:
        """Make valid documents after one drift each, with its name.

        Raises:
            UserError: there is no schema to make documents of.
        """
        if self.schema is None:
            raise UserError("formats.json().drifted(): without a schema there are no valid documents")

        def one(rng: Random, draw: Draw | None) -> drift.Drifted:
            for _ in range(FITTING_TRIES):
                name = rng.choice(drift.NAMES)
                if (changed := drift.drifted(rng, self.plan.document(rng, draw), name, self._members)) is not None:
                    return changed
            raise Stuck("no drift applies")

        return documents.seeded(self.plan, one)

    def drifts(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield every drift of a document, by name and place."""
        for value in self.decoded([data]):
            for changed in drift.every(value, self._members):
                yield str(changed), self._written(changed)

    def _written(self, changed: drift.Drifted) -> bytes:
        return changed.value if isinstance(changed.value, bytes) else self.encode(changed.value)

    @property
    def _members(self) -> frozenset[Any] | None:
        """Members of enums, where somebody has named them."""
        return None if self.schema is None or self._is_inferred else self.schema.members

    def forget(self) -> None:
        """Forget the values of earlier documents."""
        self._remembered.clear()

    def fit(self, recorded: Sequence[bytes]) -> None:
        """Infer a schema from recorded documents, where nobody wrote one."""
        if self.schema is not None and not self._is_inferred:
            return
        if (definition := inference.inferred(list(self.decoded(recorded)))) is None:
            return
        if self.schema is None:
            self.mutators = (*self.mutators, *self._of_schema())
        self.schema, self._is_inferred = schemas.Schema(definition), True
        self.__dict__.pop("plan", None)  # compiled from another one

    def cross_over(self, rng: Random, data: bytes) -> bytes | None:
        """Put a value of another document in the place of one; remember one of this document's for the next.

        Not where Hypothesis is the source of chance: it calls an example that depends on earlier ones flaky, and ends.
        """
        if type(rng) is not Random:
            return None
        span = jsontext.some_value(rng, data)
        if span is None:
            return None
        other = rng.choice(self._remembered) if self._remembered else None
        if span[1] - span[0] <= LONGEST_REMEMBERED:
            kept = data[slice(*span)]
            if len(self._remembered) < MOST_REMEMBERED:
                self._remembered.append(kept)
            else:
                self._remembered[rng.randrange(MOST_REMEMBERED)] = kept
        return None if other is None else data[: span[0]] + other + data[span[1] :]

    def learn(self, words: Sequence[bytes]) -> None:
        """Take in words of the code under test."""
        super().learn(words)
        known = {name.encode() for name in self.names}
        self._own_words = tuple(word for word in self.words if word not in known)

    def put_word(self, rng: Random, value: Any) -> Any | None:
        """Put a learned word into a leaf or a key, or add a property of that name."""
        if not self.words:
            return None
        return trees.with_word(rng, value, self._word(rng), self._word(rng))

    def _word(self, rng: Random) -> str:
        """Draw a word, mostly one that the schema does not know: those stand in most documents already."""
        own = self._own_words if self._own_words and rng.random() < OWN_WORDS else self.words
        return words.pick(rng, own).decode("utf-8", "replace")

    def nest_deep(self, rng: Random, data: bytes) -> bytes | None:
        """Nest the document, or an empty one, as deep as the limit allows."""
        return spoilt.nest_deep(rng, data, room=self.max_size)

    def named(self, data: bytes, rng: Random, *, large: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield each drift of the document and each mutation of it, once, and what may come in its place."""
        whole: Iterable[tuple[str, bytes]]
        if large:
            whole = chain(jsontext.pages(data), spoilt.nestings(spoilt.DEEP, room=self.max_size))
        else:
            yield from super().named(data, rng)
            nested = spoilt.nestings(spoilt.SHALLOW, room=self.max_size)
            whole = chain(spoilt.every(data), nested, self._drifts(data, rng))
        for name, made in whole:
            if len(made) <= self.max_size and made != data:
                yield name, made

    def exchanges(self, inputs: Sequence[bytes]) -> Iterator[bytes]:
        """Yield each document with one node exchanged."""
        for value in substitutes(list(self.decoded(inputs)), words.as_text(self.words)):
            if len(data := self.encode(value)) <= self.max_size:
                yield data

    def _drifts(self, data: bytes, rng: Random) -> Iterator[tuple[str, bytes]]:
        """Yield each drift of a document in one place."""
        for value in self.decoded([data]):
            for name in drift.NAMES:
                if (changed := drift.drifted(rng, value, name, self._members)) is not None:
                    yield name, self._written(changed)

    def simpler(self, value: Any) -> Iterator[Any]:
        """Yield documents that lost keys and elements, then ones of simpler values."""
        return pruning.pruned(value, strings.simpler)

    def mutate_broken(self, data: bytes, rng: Random) -> bytes | None:
        """Change what is no document as text: there are readers of more than JSON."""
        return strings.mutated(rng, data.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")

    def study(self, inputs: Sequence[bytes]) -> None:
        """Take in documents: their properties and values are put into others."""
        known: dict[bytes, tuple[str | None, Any]] = {}
        for document in self.decoded(inputs):
            for path, node in islice(trees.walk(document), MOST_PARTS):
                key = path[-1] if path and isinstance(path[-1], str) else None
                part = self.encode({key or "": node})
                if len(part) <= LONGEST_PART:
                    known.setdefault(part, (key, node))
        self._parts = tuple(known.values())[:MOST_PARTS]
        if self._parts and self.borrow not in self.mutators:
            self.mutators = (*self.mutators, *(self.borrow,) * BORROWINGS)

    def borrow(self, rng: Random, value: Any) -> Any | None:
        """Put a value of another document in the place of one, or add a property of another document."""
        if not self._parts:
            return None
        key, part = rng.choice(self._parts)
        place = trees.found(rng, value, (dict,)) if key is not None and rng.random() < 0.5 else None
        if place is not None and key is not None:
            return trees.replaced(value, place[0], {**place[1], key: part})
        place = trees.found(rng, value, (dict, list, str, int, float, bool, type(None)))
        return None if place is None else trees.replaced(value, place[0], part)

    def reductions(self, data: bytes) -> Reductions:
        """Yield simpler documents, none of them larger; the document itself without white space first."""
        for value in self.decoded([data]):
            compact = self.encode(value)
            kept = compact if len(compact) < len(data) and (yield compact) else data
            yield from self.encoded(kept, pruning.pruned(value, strings.simpler))


def json(schema: type[Any] | Mapping[str, Any] | None = None, *, max_size: int = MAX_SIZE) -> Json:
    """JSON documents, for a target that takes bytes or the decoded document.

    Args:
        schema: a pydantic model, a JSON Schema, or nothing for any document.
        max_size: the longest input to make, in bytes.

    Raises:
        UserError: `schema` is neither.
    """
    known = None if schema is None else schemas.Schema(schemas.as_schema(schema))
    return Json(known, max_size=max_size)
