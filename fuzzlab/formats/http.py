"""HTTP requests, stored as the message that goes over the wire: webhooks and their signatures.

Source: RFC 9112 (HTTP/1.1 messages), sections 2.1 (format), 2.2 (a bare LF ends a line too), 3 (request line), 5
(fields) and 5.2 (folded lines). The body is everything after the empty line: Content-Length is a header as any other,
written as it was read.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import exchanges, formats, heads, signatures, strings, tokens, transfer, words
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats import ByteMutation, Format, Reductions
from fuzzlab.growth import Swelling
from fuzzlab.heads import METHODS, byte_text, every_time, other_time, resized, some_header, with_pair
from fuzzlab.lazy import LazyModule
from fuzzlab.message import HttpMessage, Signer, TimedSigner
from fuzzlab.swellings import Units
from fuzzlab.words import as_text

if TYPE_CHECKING:
    from random import Random

    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")

__all__ = ["Http", "HttpMessage", "http"]

MAX_SIZE: Final = 1 << 16
"""Bytes: a webhook's usual limit, 64 KiB."""

BODY_WEIGHT: Final = 24
"""Times that the body's mutator stands among the head's (about as many): what a parser does wrong is behind its
head."""

UNSIGNED_BODY_WEIGHT: Final = 6
"""The same where nobody signs: then nothing keeps a mutation of the head from going far."""

SIGNED_AGAIN: Final = 7 / 8
"""Share of changed bodies that are signed again. Behind a signature lies everything else; what an unsigned body does is
found at once, and needs no more."""

MOST_PAIRS, BORROWINGS = 256, 4
"""Headers of other requests that are kept, and times that `borrow_header` stands among some twenty mutators."""

WORDS_IN_BODY: Final = 3 / 4
"""Share of learned words that go into the body: most of a handler's code reads that."""

SLACK: Final = 8
"""Bytes left for a Content-Length that takes more digits after a mutation."""

BODY: Final = "body"
"""The part of a request that mostly grows."""

SWELLING_HEADS: Final = 1 / 4
"""Share of growing requests that grow anywhere."""

CONTENT_TYPES: Final = {"json": "application/json", "csv": "text/csv", "text": "text/plain; charset=utf-8"}
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_REQUEST_LINE: Final = re.compile(r"([^ \t\r\n]+) (.*) HTTP/[0-9]\.[0-9]", re.DOTALL)


class Http(Format[HttpMessage]):
    """A request whose body has a format of its own, and which somebody signed."""

    name = "http"

    def __init__(self, *, body: Format[Any], signer: Signer | None, template: HttpMessage, max_size: int) -> None:
        self.body = body
        self.signer = signer
        self.template = template
        self.max_size = max_size
        of_signature = () if signer is None else (self.change_signature, self.change_signature)
        if isinstance(signer, TimedSigner) and signer.is_timed:
            of_signature = (*of_signature, self.sign_at_another_time)
        self._pairs: tuple[tuple[str, str], ...] = ()
        weight = UNSIGNED_BODY_WEIGHT if signer is None else BODY_WEIGHT
        others = (*heads.MUTATORS, self.change_transfer, self.change_transfer, *of_signature)
        self.mutators = (*(self.change_body,) * weight, *others)

    @property
    def names(self) -> tuple[str, ...]:
        """What the body's schema knows."""
        return self.body.names

    def decode(self, data: bytes) -> HttpMessage:
        """Read a request; white space around a header's value is not part of it.

        Raises:
            Undecodable: no request line, no empty line after the head, or a line in it that is no header.
        """
        end = _HEAD_END.search(data)
        if end is None:
            raise Undecodable("no empty line ends the head of an HTTP request")
        lines = data[: end.start()].decode("latin-1").split("\n")
        request = _REQUEST_LINE.fullmatch(lines[0].removesuffix("\r"))
        if request is None:
            raise Undecodable("the first line is no HTTP request line")
        headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            line = line.removesuffix("\r")
            name, colon, value = line.partition(":")
            if line[:1] in (" ", "\t") and headers:
                headers[-1] = (headers[-1][0], f"{headers[-1][1]}\r\n{line}")
            elif colon:
                headers.append((name, value.strip(" \t")))
            else:
                raise Undecodable("a line in the head of the HTTP request is no header")
        return HttpMessage(request[1], request[2], tuple(headers), data[end.end() :])

    def encode(self, value: HttpMessage) -> bytes:
        """Write a request of HTTP/1.1, one space after each colon, lines ended by CR LF."""
        lines = [f"{value.method} {value.path} HTTP/1.1"]
        lines += [f"{name}: {text}" if text else f"{name}:" for name, text in value.headers]
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + value.body

    def values(self) -> SearchStrategy[HttpMessage]:
        """Make requests with bodies of the body's format, signed."""
        return self.body.strategy().map(self.message)

    def sample(self, rng: Random) -> bytes | None:
        """Make one request, where its body can be made without Hypothesis."""
        body = self.body.sample(rng)
        return None if body is None else self.encode(self.message(body))

    def message(self, body: bytes) -> HttpMessage:
        """Give the plain request with this body, signed."""
        message = self.template.with_body(body).with_header("Content-Length", str(len(body)))
        return self._signed(message)

    def dictionary(self) -> tuple[bytes, ...]:
        """Give the body's own tokens first, then what heads are made of."""
        names = [name for name, _ in self.template.headers]
        names += self.signer.headers if self.signer else ()
        tokens = (
            *names,
            *METHODS,
            *CONTENT_TYPES.values(),
            "Content-Type",
            "charset=",
            "chunked",
            "gzip",
            "\r\n",
            "\r\n\r\n",
        )
        return tuple(dict.fromkeys((*self.body.dictionary(), *(word.encode("latin-1") for word in tokens if word))))

    def change_body(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Change the body as its own format does, and mostly sign again."""
        body = self.body.mutate(message.body, rng, self._room(message))
        if body is None:
            return None
        changed = resized(message, body)
        return self._signed(changed) if rng.random() < SIGNED_AGAIN else changed

    def learn(self, words: Sequence[bytes]) -> None:
        """Take in words of the code under test, and let the body's format do so."""
        self.body.learn(words)
        super().learn(words)

    def imitate(self, patterns: Sequence[tuple[str, int]]) -> None:
        """Let the body's format take in regular expressions of the code under test."""
        self.body.imitate(patterns)

    def put_word(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Put a learned word into the body and mostly sign again, or into the head."""
        if not self.words:
            return None
        if rng.random() < WORDS_IN_BODY:
            body = self.body.place_word(message.body, rng, self._room(message))
            if body is None:
                return None
            changed = resized(message, body)
            return self._signed(changed) if rng.random() < SIGNED_AGAIN else changed
        word = words.pick(rng, self.words).decode("latin-1")
        what, at = rng.randrange(4), some_header(rng, message)
        if what == 0:
            return replace(message, path=words.placed(rng, message.path, word))
        if what == 1:
            return replace(message, headers=(*message.headers, (word, words.pick(rng, self.words).decode("latin-1"))))
        if at is None:
            return None
        name, value = message.headers[at]
        return with_pair(message, at, name, words.placed(rng, value, word))

    def change_transfer(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Compress the body, send it in chunks or in another charset, and mostly sign again."""
        changed = rng.choice(transfer.MUTATORS)(rng, message)
        if changed is None:
            return None
        return self._signed(changed) if rng.random() < SIGNED_AGAIN else changed

    def change_signature(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Change only the signature: its case, its padding, its scheme, several of them, none."""
        if self.signer is None or (value := message.header(name := self.signer.headers[0])) is None:
            return None
        return message.with_header(name, signatures.other(rng, value))

    def sign_at_another_time(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Sign the same body at a stale or future time, or at one that is written otherwise: a right signature."""
        if not isinstance(self.signer, TimedSigner):
            return None
        return self.signer.at(other_time(rng, self.signer.time)).sign(message)

    def named(self, data: bytes, rng: Random, *, large: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield all that has a name in the body's format, signed; then in heads, transfers, times and signatures."""
        for message in self.decoded([data]):
            for name, changed in self._named(message, rng, large=large):
                if len(made := self.encode(changed)) <= self.max_size and made != data:
                    yield name, made

    def exchanges(self, inputs: Sequence[bytes]) -> Iterator[bytes]:
        """Yield each request with its body exchanged as its format does, signed, or with one token of its head."""
        bodies = exchanges.by_turns(*map(self._other_bodies, self.decoded(inputs)))
        made = exchanges.by_turns(islice(bodies, exchanges.MOST), self._other_heads(inputs))
        return (data for data in made if len(data) <= self.max_size)

    def _other_bodies(self, message: HttpMessage) -> Iterator[bytes]:
        for body in self.body.exchanges([message.body]):
            yield self.encode(self._signed(resized(message, body)))

    def _other_heads(self, inputs: Sequence[bytes]) -> Iterator[bytes]:
        ends = [end.start() if (end := _HEAD_END.search(data)) else len(data) for data in inputs]
        # What is no UTF-8 comes through as it was: one part changes, and not all that is no ASCII with it.
        texts = [data[:end].decode("utf-8", "surrogateescape") for data, end in zip(inputs, ends, strict=True)]
        for at, head in exchanges.changes(texts, as_text(self.words)):
            yield head.encode("utf-8", "surrogateescape") + inputs[at][ends[at] :]

    def _named(self, message: HttpMessage, rng: Random, *, large: bool) -> Iterator[tuple[str, HttpMessage]]:
        for name, body in self.body.named(message.body, rng, large=large):
            yield f"the body: {name}", self._signed(resized(message, body))
        if large:
            return
        for name, sent in transfer.every(message):
            yield name, self._signed(sent)
        yield from heads.every(message)
        if self.signer is None or (value := message.header(header := self.signer.headers[0])) is None:
            return
        yield "another body under the signature", resized(message, message.body + b" ")
        for written in signatures.every(value):
            yield f"the signature {written!r}", message.with_header(header, written)
        if isinstance(self.signer, TimedSigner) and self.signer.is_timed:
            for time in every_time(self.signer.time):
                yield f"signed at {time!r}", self.signer.at(time).sign(message)

    def mutate_bytes(self, data: bytes, mutation: ByteMutation, max_size: int) -> bytes:
        """Apply a blind mutation to the body and sign again; to the whole where nobody signs or there is no head."""
        if self.signer is None:
            return self._mended(data, mutation(data, max_size), max_size)
        try:
            message = self.decode(data)
        except Undecodable:
            return mutation(data, max_size)
        room = max_size - (len(data) - len(message.body)) - SLACK
        if room <= 0:
            return mutation(data, max_size)
        mutated = self.encode(self._signed(resized(message, mutation(message.body, room))))
        return mutated if len(mutated) <= max_size else mutation(data, max_size)

    def _mended(self, before: bytes, after: bytes, max_size: int) -> bytes:
        """Give `after` with the Content-Length of its body, if that was right before and the head stayed as it was."""
        try:
            old, new = self.decode(before), self.decode(after)
        except Undecodable:
            return after
        if old.headers != new.headers or len(old.body) == len(new.body):
            return after
        mended = self.encode(resized(replace(new, body=old.body), new.body))
        return mended if len(mended) <= max_size else after

    def mutate_broken(self, data: bytes, rng: Random) -> bytes | None:
        """Change what is no request as text: it may be a header's value, which somebody called `http` too."""
        return byte_text(strings.mutated(rng, data.decode("latin-1"))).encode("latin-1")

    def study(self, inputs: Sequence[bytes]) -> None:
        """Take in requests: headers of one are put into others, and their bodies are the body's format to study."""
        pairs: dict[tuple[str, str], None] = {}
        bodies = []
        for message in self.decoded(inputs):
            pairs.update(dict.fromkeys(message.headers))
            bodies.append(message.body)
        self.body.study(bodies)
        self._pairs = tuple(pairs)[:MOST_PAIRS]
        if self._pairs and self.borrow_header not in self.mutators:
            self.mutators = (*self.mutators, *(self.borrow_header,) * BORROWINGS)

    def forget(self) -> None:
        """Forget bodies."""
        self.body.forget()

    def fit(self, recorded: Sequence[bytes]) -> None:
        """Take in requests: their bodies are the body's format to fit."""
        self.body.fit([message.body for message in self.decoded(recorded)])

    def swelling(self, rng: Random, data: bytes, units: Units) -> Swelling | None:
        """Draw a way in which the body can grow, signed again, or the whole as it is."""
        try:
            body = self.decode(data).body
        except Undecodable:
            return super().swelling(rng, data, units)
        if not body or rng.random() < SWELLING_HEADS:
            return super().swelling(rng, data, units)
        inner = self.body.swelling(rng, body, units)
        return None if inner is None else replace(inner, part=BODY)

    def inflated(self, data: bytes, swelling: Swelling, count: int) -> bytes:
        """Give the request whose body, or all of which, has grown."""
        if swelling.part != BODY:
            return super().inflated(data, swelling, count)
        try:
            message = self.decode(data)
        except Undecodable:
            return super().inflated(data, swelling, count)
        return self.encode(self._signed(resized(message, self.body.inflated(message.body, swelling, count))))

    def drifts(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield what may become of the body, signed again."""
        for message in self.decoded([data]):
            for name, body in self.body.drifts(message.body):
                yield name, self.encode(self._signed(resized(message, body)))

    def borrow_header(self, rng: Random, message: HttpMessage) -> HttpMessage | None:
        """Add a header of another request, or give one of the message's the value, or a part of the value, of one."""
        if not self._pairs:
            return None
        name, value = rng.choice(self._pairs)
        at = some_header(rng, message)
        what = rng.randrange(3)
        if at is None or what == 0:
            return replace(message, headers=(*message.headers, (name, value)))
        name, old = message.headers[at]
        if what == 1:
            return with_pair(message, at, name, value)
        found = tokens.parts(value)
        return with_pair(message, at, name, tokens.spliced(rng, old, rng.choice(found))) if found else None

    def simpler(self, value: HttpMessage) -> Iterator[HttpMessage]:
        """Yield messages with a simpler body, signed again where `value` was signed, then with simpler heads."""
        return self._simplified(value)

    def reductions(self, data: bytes) -> Reductions:
        """Yield messages with a simpler body, then with simpler heads, none of them larger."""
        for value in self.decoded([data]):
            yield from self.encoded(data, self._simplified(value))

    def _simplified(self, value: HttpMessage) -> Generator[HttpMessage, bool | None, None]:
        signed = self.signer is not None and self._signed(value) == value
        bodies, taken = self.body.reductions(value.body), None
        while True:
            try:
                smaller = resized(value, bodies.send(taken))
            except StopIteration:
                break
            smaller = self._signed(smaller) if signed else smaller
            if taken := (yield smaller):
                value = smaller
        for plainer in self._plainer_head(value, signed=signed):
            if (yield plainer):
                return

    def _plainer_head(self, value: HttpMessage, *, signed: bool) -> Iterator[HttpMessage]:
        for at in range(len(value.headers)):
            yield replace(value, headers=value.headers[:at] + value.headers[at + 1 :])
        if len(value.path) > 1:
            yield replace(value, path="/")
        written = () if self.signer is None else {name.lower() for name in self.signer.headers}
        for at, (name, text) in enumerate(value.headers):
            if not (signed and name.lower() in written):
                for shorter in strings.simpler(text):
                    yield with_pair(value, at, name, byte_text(shorter))

    def _signed(self, message: HttpMessage) -> HttpMessage:
        return message if self.signer is None else self.signer.sign(message)

    def _room(self, message: HttpMessage) -> int:
        head = (
            sum(len(name) + len(value) + 4 for name, value in message.headers) + len(message.method) + len(message.path)
        )
        return max(0, self.max_size - head - SLACK - len("  HTTP/1.1\r\n\r\n"))


def http(
    *,
    body: Format[Any] | None = None,
    signer: Signer | None = None,
    method: str = "POST",
    path: str = "/",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    max_size: int = MAX_SIZE,
) -> Http:
    """An HTTP request, for a target that takes bytes or `formats.HttpMessage`.

    Args:
        body: the format of the body; by default, any bytes.
        signer: who signs the message; a mutated body is mostly signed again.
        method: of the requests to make.
        path: of the requests to make.
        headers: of the requests to make, beside Host, Content-Type, Content-Length and the signer's.
        max_size: the longest input to make, in bytes, the head included.

    Raises:
        UserError: a method, path or header that no request can hold.
    """
    given = tuple(headers.items() if isinstance(headers, Mapping) else headers)
    payload = body if body is not None else formats.raw(max_size=max_size // 2)
    template = HttpMessage(method, path, (("Host", "example.com"),))
    if (content_type := CONTENT_TYPES.get(payload.name)) is not None:
        template = template.with_header("Content-Type", content_type)
    for name, value in given:
        template = template.with_header(name, value)
    made = Http(body=payload, signer=signer, template=template, max_size=max_size)
    try:
        readable = made.decode(made.encode(template)) == template
    except Undecodable:
        readable = False
    if not readable:
        raise UserError(
            f"formats.http({method=}, {path=}, headers={dict(given)!r}): no HTTP request can be written so; "
            "a method is a word, a path has no blanks, headers no line ends"
        )
    return made
