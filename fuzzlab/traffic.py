"""From recordings to a target's corpus: what is chosen, what it is stripped of, and in which shape it is stored.

Every entry of every file is read first and its secrets learnt, chosen or not; then the chosen ones are redacted, signed
again, and only then written. Nothing of an entry reaches the disk, the screen or a log unredacted.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from fuzzlab.codings import Unreadable, codings_of, decoded, encoded
from fuzzlab.corpus import LARGEST, Corpus
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats.http import Http, http
from fuzzlab.importers import Exchange, Flaw, Importer, Response, folder, har, vcr
from fuzzlab.message import HttpMessage
from fuzzlab.quantities import counted
from fuzzlab.redaction import Redactor
from fuzzlab.sensitive import Kind
from fuzzlab.target import Target
from fuzzlab.verdict import input_id

__all__ = ["IMPORTERS", "Import", "Input", "Part", "Replacement", "gather", "matcher"]

IMPORTERS: Final = MappingProxyType({module.NAME: cast("Importer", module) for module in (har, vcr, folder)})
"""By the names of `--from`, in the order in which they are asked whether a file is theirs."""

LARGEST_RECORDING: Final = 128 << 20
"""Bytes. Read whole, it takes some ten times that in memory."""

SHOWN_HOSTS: Final = 5
"""Hosts named where nothing matched."""

OPAQUE: Final = ("image/", "video/", "audio/", "font/")
"""Types of bodies in which no secrets are looked for unless they are imported: most of a browser's recording."""


class Part(StrEnum):
    """What of an exchange becomes an input."""

    REQUEST = "request"
    RESPONSE = "response"
    BODY = "body"
    REQUEST_BODY = "request-body"
    RESPONSE_BODY = "response-body"


@dataclass(frozen=True, slots=True)
class Input:
    """One input made of one entry, free of secrets."""

    source: str
    number: int
    part: str
    data: bytes = field(repr=False)
    signed: bool
    decodable: bool
    """Whether it has a value in the target's format; what has none is refused before the target sees it."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """So many secrets of one kind, replaced at one place of one entry."""

    source: str
    number: int
    kind: Kind
    place: str
    count: int


def gather(paths: Sequence[Path], *, kind: str | None = None) -> Iterator[Exchange | Flaw]:
    """Yield the entries of recordings: files, and folders of them.

    Args:
        paths: what to read.
        kind: a name of `IMPORTERS`; without it, each file's beginning tells.

    Raises:
        UserError: one of `paths` cannot be read, or its importer lacks a package.
    """
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: No such file or directory")
    for path in paths:
        files = _files(path) if path.is_dir() else [path]
        if not files:
            yield Flaw(str(path), 0, "the folder is empty")
        for file in files:
            data = _content(file)
            source = str(file)
            if isinstance(data, str):
                yield Flaw(source, 0, data)
                continue
            importer = IMPORTERS[kind] if kind else next((i for i in IMPORTERS.values() if i.looks_like(data)), None)
            if importer is None:
                yield Flaw(source, 0, "neither HAR, nor a VCR cassette, nor a raw HTTP message; --from says which")
                continue
            try:
                yield from importer.read(data, source)
            except UserError as error:
                raise UserError(f"{source}: {error}") from None


def _files(path: Path) -> list[Path]:
    found = []
    for folder_path, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder_path, name) for name in names if not name.startswith(".")]
    return sorted(found)


def _content(path: Path) -> bytes | str:
    """Read a file, or say why not."""
    try:
        # Without O_NONBLOCK, to open a named pipe is to wait for somebody who writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return "no ordinary file"
            if status.st_size > LARGEST_RECORDING:
                return f"larger than {LARGEST_RECORDING >> 20} MiB"
            return file.read(LARGEST_RECORDING)
    except OSError as error:
        return str(error.strerror)


def matcher(patterns: Sequence[str]) -> Callable[[Exchange], bool]:
    """Give what says whether an exchange is meant by one of `host/path` patterns, or by none being there.

    `*` stands for any characters; a path means what lies below it too; a missing host or path, any.
    """
    compiled = []
    for pattern in patterns:
        host, _, path = re.sub(r"^https?://", "", pattern).partition("/")
        path = path.partition("?")[0]
        port = "" if ":" in host else "(?::[0-9]+)?"
        below = "" if path.endswith(("*", "/")) or not path else "(?:/.*)?"
        compiled.append((
            re.compile(_glob(host.lower()) + port if host else ".*", re.DOTALL),
            re.compile(f"/{_glob(path)}{below or '.*'}", re.DOTALL) if path else re.compile(".*", re.DOTALL),
        ))  # fmt: skip
    return lambda exchange: (
        not compiled or any(host.fullmatch(exchange.host) and path.fullmatch(exchange.path) for host, path in compiled)
    )


def _glob(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))


class Import:
    """One import: entries in, inputs without secrets out, then into the corpus."""

    def __init__(self, target: Target, *, part: Part | None = None, patterns: Sequence[str] = ()) -> None:
        self.target = target
        self.inputs: list[Input] = []
        self.flaws: list[Flaw] = []
        self.replaced: list[Replacement] = []
        self.entries = 0
        self.matched = 0
        self.both = 0
        """Entries of which both sides have a body, where nobody said which."""
        self._redactor = Redactor()
        self._http = target.format if isinstance(target.format, Http) else None
        self._part = part or (Part.REQUEST if self._http else Part.BODY)
        self._patterns = patterns
        self._matches = matcher(patterns)
        if self._http and self._part is Part.RESPONSE:
            raise UserError(
                f"--part response: {target.name} reads HTTP requests; response-body puts the body into one, and a "
                "target of raw or text takes whole responses"
            )

    def take(self, entries: Iterable[Exchange | Flaw]) -> None:
        """Make inputs of entries.

        Raises:
            UserError: there are entries, and no pattern matches any.
        """
        exchanges: list[Exchange] = []
        for entry in entries:
            if isinstance(entry, Flaw):
                self.flaws.append(entry)
            else:
                exchanges.append(entry)
        self.entries = len(exchanges) + sum(flaw.number > 0 for flaw in self.flaws)
        for exchange in exchanges:
            self._learn(exchange)
        chosen = [exchange for exchange in exchanges if self._matches(exchange)]
        if exchanges and not chosen:
            hosts = list(dict.fromkeys(exchange.host for exchange in exchanges if exchange.host))
            shown = ", ".join(self._redactor.text(host) for host in hosts[:SHOWN_HOSTS]) or "none"
            more = f" and {len(hosts) - SHOWN_HOSTS} more" if len(hosts) > SHOWN_HOSTS else ""
            of_all = counted(len(exchanges), "entry")
            raise UserError(f"--match {' '.join(self._patterns)}: matches none of {of_all}; hosts: {shown}{more}")
        self.matched = len(chosen)
        for exchange in chosen:
            try:
                made = self._input(exchange)
            except (Unreadable, Undecodable) as error:
                self._redactor.take_notes()
                self.flaws.append(Flaw(exchange.source, exchange.number, str(error)))
                continue
            self.inputs.append(made)
            self._count(exchange)

    def store(self, corpus: Corpus, *, regressions: bool, dry_run: bool = False) -> dict[str, Path | None]:
        """Write the inputs that the corpus lacks.

        Returns:
            the path of each input by its id; None for one that was there already.

        Raises:
            OSError: the corpus cannot be written.
        """
        stored: dict[str, Path | None] = {}
        there = set() if regressions else {input_id(data) for data in corpus.seeds()}
        place = corpus.regressions_folder if regressions else corpus.seeds_folder
        for made in self.inputs:
            name = input_id(made.data)
            if name in stored:
                continue
            if name in there:
                stored[name] = None
            elif dry_run:
                stored[name] = None if os.path.lexists(place / name) else place / name
            else:
                stored[name] = corpus.record(made.data, regression=regressions)
        return stored

    def _learn(self, exchange: Exchange) -> None:
        for message in _sides(exchange):
            if message is None:
                continue
            opaque = (message.header("Content-Type") or "").lower().startswith(OPAQUE)
            try:
                body = b"" if opaque else decoded(message.body, codings_of(message.header("Content-Encoding")))
            except Unreadable:
                body = b""
            self._redactor.learn(message.with_body(body))

    def _count(self, exchange: Exchange) -> None:
        found = Counter(self._redactor.take_notes())
        self.replaced += [
            Replacement(exchange.source, exchange.number, note.kind, self._redactor.text(note.place), count)
            for note, count in found.items()
        ]

    def _input(self, exchange: Exchange) -> Input:
        side, whole = self._choose(exchange)
        signed = False
        if side is Part.REQUEST and exchange.request is None:
            raise Unreadable("it has no request")
        if side is Part.RESPONSE and exchange.response is None:
            raise Unreadable("it has no response")
        if whole:
            data, signed = self._message(exchange) if side is Part.REQUEST else (self._answer(exchange), False)
        else:
            data = self._body(_sides(exchange)[side is Part.RESPONSE], side)
            if self._http:
                data, signed = self._http.encode(self._http.message(data)), self._http.signer is not None
        if len(data) > LARGEST:
            raise Unreadable(f"it is larger than the {LARGEST >> 20} MiB that a corpus takes")
        try:
            self.target.format.decode(data)
            decodable = True
        except Undecodable:
            decodable = False
        part = side.value if whole else f"{side.value} body"
        return Input(exchange.source, exchange.number, part, data, signed, decodable)

    def _choose(self, exchange: Exchange) -> tuple[Part, bool]:
        """Give the side of an exchange, and whether its whole message is meant."""
        if self._part is Part.REQUEST_BODY:
            return Part.REQUEST, False
        if self._part is Part.RESPONSE_BODY:
            return Part.RESPONSE, False
        if self._part is Part.BODY:
            asked = exchange.request is not None and exchange.request.body
            self.both += bool(asked and exchange.response is not None and exchange.response.body)
            return Part.REQUEST if asked else Part.RESPONSE, False
        # No document of JSON or CSV is a whole message: there, a side can only mean its body.
        return self._part, self.target.format.name not in ("json", "csv")

    def _body(self, message: HttpMessage | None, side: Part) -> bytes:
        if message is None or not message.body:
            raise Unreadable("it has no body")
        plain = decoded(message.body, codings_of(message.header("Content-Encoding")))
        content_type = message.header("Content-Type") or ""
        return self._redactor.body(plain, content_type, f"{side.value} body")

    def _message(self, exchange: Exchange) -> tuple[bytes, bool]:
        request = cast("HttpMessage", exchange.request)
        signer = self._http.signer if self._http else None
        signs = signer is not None and request.header(signer.headers[0]) is not None
        keep = {name.lower() for name in signer.headers} if signer is not None and signs else set()
        made = self._redacted(request, Part.REQUEST, keep)
        if signer is not None and signs:
            made = signer.sign(made)
        if made == request and exchange.raw is not None:
            return exchange.raw, signs
        writer = self._http or http()
        data = writer.encode(made)
        if writer.decode(data) != made:
            raise Undecodable("its head cannot be written as it was recorded")
        return data, signs

    def _answer(self, exchange: Exchange) -> bytes:
        response = cast("Response", exchange.response)
        message = response.as_message()
        made = self._redacted(message, Part.RESPONSE, set())
        reason = self._redactor.text(response.reason)
        if made == message and reason == response.reason and exchange.raw is not None:
            return exchange.raw
        return replace(response, reason=reason, headers=made.headers, body=made.body).wire()

    def _redacted(self, message: HttpMessage, side: Part, keep: set[str]) -> HttpMessage:
        codings = codings_of(message.header("Content-Encoding"))
        plain = decoded(message.body, codings)
        made = self._redactor.redacted(message, side=side.value, body=plain, keep=keep)
        if made.body == plain:
            return made.with_body(message.body)
        made = made.with_body(encoded(made.body, codings))
        right = message.header("Content-Length") == str(len(message.body))
        return made.with_header("Content-Length", str(len(made.body))) if right else made


def _sides(exchange: Exchange) -> tuple[HttpMessage | None, HttpMessage | None]:
    return exchange.request, None if exchange.response is None else exchange.response.as_message()
