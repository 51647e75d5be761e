"""Recorded messages without their secrets: same-shaped fakes stand in their place, and everything else stays.

A `Redactor` serves one import. It is first shown every message (`learn`), so that it knows a token from the header
that names it when the token turns up later, or earlier, under a harmless name; then it redacts those that are kept.
What lies inside other containers (archives, pictures, encrypted tokens) is not seen.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from fuzzlab.fakes import Fakes
from fuzzlab.jsonleaves import leaves, well_formed, written
from fuzzlab.known import Known, is_machine_made
from fuzzlab.message import HttpMessage
from fuzzlab.percent import through, unquoted
from fuzzlab.sensitive import SHAPES, Kind, is_card, is_email, kind_of_name, numeric, taints

__all__ = ["Redactor", "Replaced"]

Headers = tuple[tuple[str, str], ...]

NESTED: Final = 4
"""Levels of JSON inside the strings of JSON that are read; two occur."""

CODE: Final = 10
"""Characters from which a query's `code` is an authorisation's and no country's."""

LOCATIONS: Final = ("location", "content-location", "referer")
"""Headers that are URLs: what stands in their queries is found by name, as in the request's own."""

OPEN_PARAMETERS: Final = ("realm", "uri", "qop", "algorithm", "nc", "signedheaders", "headers", "created", "expires")
"""Of an Authorization: they say how, and nothing of who."""

_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]{1,40}) +(?=\S)")
_PARAMETER: Final = re.compile(r'([A-Za-z][\w-]{0,40})=("[^"]*"|[^\s,"]+)')
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)|\'([^\'\r\n]*)|\\"([^"\\]*)')
_LINE: Final = re.compile(r"([^\r\n\"']+)")
_WORD: Final = re.compile(r"((?:(?:[Bb]earer|[Bb]asic|[Tt]oken) +)?[^\s\"'&;,<>(){}\[\]\\]+)")
_SET_COOKIE: Final = re.compile(r"[^;]*")
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]{1,200})', re.IGNORECASE)
_FIELD: Final = re.compile(r'name="?([^";\r\n]{1,200})', re.IGNORECASE)
_PART_HEAD: Final = re.compile(r"\r?\n\r?\n")
_HEADING: Final = re.compile(r'\ufeff?[\w" .-]{1,60}(?:[,;\t][\w" .-]{0,60}){1,200}\r?\n')
_FIELDS: Final = re.compile(r"[\w .-]+")
_FORM: Final = re.compile(r"[\w.%+*\[\]$:-]+=[^\s<>\"{}]*(?:&[\w.%+*\[\]$:-]+=[^\s<>\"{}]*)*")


@dataclass(frozen=True, slots=True)
class Replaced:
    """One secret replaced: of what kind, and where in the message; never what it was."""

    kind: Kind
    place: str


class Redactor:
    """Replaces secrets, the same one by the same fake throughout."""

    def __init__(self) -> None:
        self._fakes = Fakes()
        self._known = Known(self._fakes.of)
        self._notes: list[Replaced] = []

    def learn(self, message: HttpMessage) -> None:
        """Remember the secrets of a message, which may be one that nobody keeps."""
        self.redacted(message, side="", body=message.body)
        self._notes = []

    def take_notes(self) -> list[Replaced]:
        """Give what was replaced since the last time."""
        notes, self._notes = self._notes, []
        return notes

    def redacted(self, message: HttpMessage, *, side: str, body: bytes, keep: Collection[str] = ()) -> HttpMessage:
        """Give a message without its secrets.

        Args:
            message: a request, or the headers of a response.
            side: how notes call it: request, response.
            body: its body without content coding; it becomes the result's.
            keep: lower-case names of headers to leave as they are, because they are made anew.
        """
        at = f"{side} header"
        path = self._path(message.path, f"{side} path", f"{side} query")
        headers = tuple(
            (self._replace_known(n, at), v if n.lower() in keep else self.header(n, v, side))
            for n, v in message.headers
        )
        content_type = message.header("Content-Type") or ""
        return replace(message, path=path, headers=headers, body=self.body(body, content_type, f"{side} body"))

    def text(self, text: str) -> str:
        """Redact a line that is shown to a person, without a note."""
        before = self._notes
        self._notes = []
        text = self._plain(text, "")
        self._notes = before
        return text

    def header(self, name: str, value: str, side: str) -> str:
        """Redact a header's value."""
        at = f"{side} header {name}"
        if name.lower() == "set-cookie":
            return _SET_COOKIE.sub(lambda m: self._cookies(m[0], f"{side} cookie"), value, count=1)
        if name.lower() == "cookie":
            return self._cookies(value, f"{side} cookie")
        if name.lower() in LOCATIONS:
            return self._path(value, at, at)
        kind = kind_of_name(name)
        return self._plain(value, at) if kind is None else self._secret(kind, value, at)

    def body(self, data: bytes, content_type: str, at: str) -> bytes:
        """Redact a body; bytes that are no text are looked through for ASCII."""
        encoding = _encoding(data)
        errors = "strict" if encoding == "latin-1" else "surrogatepass"
        text = data.decode(encoding, errors)
        new = self._document(text, content_type.lower(), content_type, at)
        if new != text:
            data = new.encode(encoding, "replace" if encoding == "latin-1" else errors)
        if encoding in ("utf-8", "latin-1"):
            return data
        # Bytes may read as wide characters by chance, and then no secret in ASCII has been seen.
        return self._plain(data.decode("latin-1"), at).encode("latin-1", "replace")

    def _document(self, text: str, essence: str, content_type: str, at: str, depth: int = 0) -> str:
        if essence.startswith("multipart/") and (boundary := _BOUNDARY.search(content_type)):
            return self._multipart(text, boundary[1], at)
        if (
            text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", '"')
            and depth <= NESTED
            and well_formed(text.lstrip("\ufeff"))
        ):
            return self._json(text, at, depth)
        if "x-www-form-urlencoded" in essence or (not essence and _FORM.fullmatch(text)):
            return self._query(text, at)
        if (heading := _HEADING.match(text)) and any(kind_of_name(name) for name in _FIELDS.findall(heading[0])):
            return self._table(text, heading[0], at)
        return self._plain(text, at)

    # Documents

    def _table(self, text: str, heading: str, at: str) -> str:
        """Redact rows of which a heading says what stands where."""
        comma = next((c for c in ",;\t" if c in heading), ",")
        cell = re.compile(rf'("(?:[^"]|"")*"|[^{comma}\r\n]*)({comma}|\r?\n|\Z)')
        names = [found[1].strip('" ') for found in cell.finditer(heading)]
        parts: list[str] = [heading]
        column = 0
        for found in cell.finditer(text, len(heading)):
            name = names[column] if column < len(names) else ""
            kind = kind_of_name(name)
            value = found[1]
            inside = value[1:-1] if value[:1] == '"' and len(value) > 1 else value
            where = f"{at} column {name}"
            new = self._plain(inside, at) if kind is None else self._secret(kind, inside, where)
            parts.append((value if new == inside else value.replace(inside, new)) + found[2])
            column = column + 1 if found[2] == comma else 0
        return "".join(parts)

    def _json(self, text: str, at: str, depth: int, *, tainted: bool = False) -> str:
        parts: list[str] = []
        end = 0
        for leaf in leaves(text, taints=taints):
            value = leaf.value(text)
            new: str | None = None
            if isinstance(value, int):
                secret = is_card(str(value)) or (leaf.name is not None and numeric(leaf.name))
                if secret:
                    kind = Kind.CARD if is_card(str(value)) else Kind.KEY
                    self._note(kind, at, leaf.path())
                    new = self._fakes.of_number(value)
            elif isinstance(value, str):
                secret = (tainted or leaf.tainted) and not leaf.is_key
                changed = self._leaf(value, leaf.name, f"{at} {leaf.path()}", tainted=secret, depth=depth)
                new = None if changed == value else written(changed, like=text[leaf.start : leaf.end])
            if new is not None:
                parts += (text[end : leaf.start], new)
                end = leaf.end
        return "".join((*parts, text[end:]))

    def _leaf(self, value: str, name: str | None, at: str, *, tainted: bool, depth: int) -> str:
        kind = None if name is None else kind_of_name(name)
        if kind is None and tainted:
            kind = Kind.KEY
        if value[:1] in ("{", "["):
            return self._document(value, "", "", at, depth + 1)
        return self._plain(value, at) if kind is None else self._secret(kind, value, at)

    def _query(self, text: str, at: str) -> str:
        return "&".join(self._pair(pair, at) for pair in text.split("&"))

    def _pair(self, pair: str, at: str) -> str:
        name, mark, value = pair.partition("=")
        if not mark:
            return through(pair, lambda plain: self._plain(plain, at))
        plain_name = unquoted(name)
        kind = kind_of_name(plain_name)
        if plain_name == "key" or (plain_name == "code" and len(value) >= CODE):
            kind = Kind.KEY
        where = f"{at} {plain_name}"
        name = through(name, lambda plain: self._plain(plain, at))
        if kind is not None:
            return name + mark + through(value, lambda plain: self._secret(kind, plain, where))
        return name + mark + through(value, lambda plain: self._document(plain, "", "", where, 1))

    def _path(self, path: str, at: str, at_query: str) -> str:
        place, mark, query = path.partition("?")
        place = self._plain(place, at)
        segments = (through(s, lambda plain: self._plain(plain, at)) if "%" in s else s for s in place.split("/"))
        return "/".join(segments) + mark + (self._query(query, at_query) if query else "")

    def _multipart(self, text: str, boundary: str, at: str) -> str:
        parts = text.split(f"--{boundary}")
        return f"--{boundary}".join(self._part(part, at) for part in parts)

    def _part(self, part: str, at: str) -> str:
        head = _PART_HEAD.search(part)
        if head is None:
            return self._plain(part, at)
        field = _FIELD.search(part, 0, head.start())
        content = part[head.end() :]
        end = len(content.removesuffix("\n").removesuffix("\r"))
        name = field[1] if field else ""
        where = f"{at} {name}" if name else at
        kind = kind_of_name(name)
        value = content[:end]
        value = self._document(value, "", "", where, 1) if kind is None else self._secret(kind, value, where)
        return self._plain(part[: head.start()], at) + head[0] + value + content[end:]

    def _plain(self, text: str, at: str) -> str:
        parts: list[str] = []
        end = position = 0
        while (found := SHAPES.search(text, position)) is not None:
            start, position, new = self._shape(found, text, at)
            if new is not None:
                parts += (text[end:start], new)
                end = position
        return self._replace_known("".join((*parts, text[end:])), at)

    def _shape(self, found: re.Match[str], text: str, at: str) -> tuple[int, int, str | None]:
        """Give where a secret begins, where to look on, and its replacement, None for no secret."""
        group = str(found.lastgroup)
        start, end = found.span(group)
        value = found[group]
        if group == "pem":
            start, end = found.span("pem_body")
            return start, end, self._fake(Kind.KEY, found["pem_body"], at)
        if group in ("jwt", "issued", "hook", "bot"):
            return start, end, self._fake(Kind.KEY, value, at)
        if group == "email":
            mark = "@" if "@" in value else "%40"
            return start, end, self._fake(Kind.EMAIL, value.replace(mark, "@"), at).replace("@", mark)
        if group == "card":
            return start, end, self._fake(Kind.CARD, value, at) if is_card(value) else None
        if group == "userinfo":
            return start, end, self._fakes_around(":", value, at)
        if group == "credentials":
            if found["scheme"].lower().startswith("basic"):
                new = self._basic(value, at)
                return start, end, None if new == value else new
            return start, end, self._fake(Kind.AUTHORISATION, value, at) if is_machine_made(value) else None
        if group == "content":
            kind = kind_of_name(found["tag"])
            return start, start if kind is None else end, None if kind is None else self._secret(kind, value, at)
        return self._named(found, text, at)

    def _named(self, found: re.Match[str], text: str, at: str) -> tuple[int, int, str | None]:
        start, value = found.start("name"), found["name"]
        kind = kind_of_name(value)
        if kind is None:
            return start, found.end(), None
        pattern = _LINE if kind in (Kind.AUTHORISATION, Kind.COOKIE) else _WORD
        given = _QUOTED.match(text, found.end()) or pattern.match(text, found.end())
        if given is None or given.lastindex is None or not given[given.lastindex]:
            return start, found.end(), None
        start, end = given.span(given.lastindex)
        return start, end, self._secret(kind, text[start:end], f"{at} {value}")

    # Secrets

    def _secret(self, kind: Kind, value: str, at: str) -> str:
        if not value.strip():
            return value
        if value[:1] in ("{", "[") and well_formed(value):
            return self._json(value, at, NESTED, tainted=True)
        if kind is Kind.COOKIE and "=" in value:
            return self._cookies(value, at)
        if kind is Kind.SIGNATURE and _RUN.search(value):
            return _RUN.sub(lambda m: self._fake(kind, m[0], at), value)
        if kind is Kind.AUTHORISATION or value.lower().startswith(("bearer ", "basic ")):
            return self._authorisation(value, at)
        return self._fake(kind, value, at)

    def _authorisation(self, value: str, at: str) -> str:
        scheme = _SCHEME.match(value)
        if scheme is None:
            return self._fake(Kind.AUTHORISATION, value, at)
        head, rest = value[: scheme.end()], value[scheme.end() :]
        if scheme[1].lower() == "basic":
            return head + self._basic(rest, at)
        if _PARAMETER.match(rest):
            return head + _PARAMETER.sub(lambda m: self._parameter(m, at), rest)
        return head + self._fake(Kind.AUTHORISATION, rest, at)

    def _parameter(self, found: re.Match[str], at: str) -> str:
        name, value = found[1], found[2]
        if name.lower() in OPEN_PARAMETERS:
            return found[0]
        inside = value.strip('"')
        return f"{name}=" + value.replace(inside, self._fake(Kind.AUTHORISATION, inside, at)) if inside else found[0]

    def _basic(self, credentials: str, at: str) -> str:
        """Replace name and password inside the base64 (RFC 7617)."""
        try:
            text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return self._fake(Kind.AUTHORISATION, credentials, at) if is_machine_made(credentials) else credentials
        if ":" not in text:
            return self._fake(Kind.AUTHORISATION, credentials, at) if is_machine_made(credentials) else credentials
        return base64.b64encode(self._fakes_around(":", text, at).encode()).decode()

    def _fakes_around(self, mark: str, text: str, at: str) -> str:
        name, _, password = text.partition(mark)
        return mark.join(self._fake(Kind.AUTHORISATION, part, at) if part else "" for part in (name, password))

    def _cookies(self, value: str, at: str) -> str:
        return ";".join(self._cookie(pair, at) for pair in value.split(";"))

    def _cookie(self, pair: str, at: str) -> str:
        name, mark, value = pair.partition("=")
        inside = value.strip(' \t"')
        if not mark and name.strip():  # a value without a name (RFC 6265bis, section 5.6)
            return name.replace(name.strip(), self._crumb(name.strip(), at))
        if not inside:
            return pair
        where = f"{at} {name.strip()}"
        fake = through(inside, lambda plain: self._crumb(plain, where))
        return name + mark + value.replace(inside, fake)

    def _crumb(self, value: str, at: str) -> str:
        if value[:1] in ("{", "[") and well_formed(value):
            return self._json(value, at, NESTED, tainted=True)
        return self._fake(Kind.COOKIE, value, at)

    def _fake(self, kind: Kind, secret: str, at: str) -> str:
        if not secret.strip():
            return secret
        fake = self._fakes.of(secret)
        if fake != secret:
            self._note(Kind.CARD if is_card(secret) else Kind.EMAIL if is_email(secret) else kind, at)
        self._known.add(secret, kind)
        return fake

    def _replace_known(self, text: str, at: str) -> str:
        """Replace what another place told to be a secret."""
        text, count = self._known.replaced(text)
        for _ in range(count):
            self._note(Kind.KEY, at)
        return text

    def _note(self, kind: Kind, at: str, more: str = "") -> None:
        self._notes.append(Replaced(kind, f"{at} {more}".strip()))


def _encoding(data: bytes) -> str:
    """Give an encoding that gives these bytes back: UTF-8, UTF-16 or -32 as JSON may come, or one for any bytes."""
    candidates: Iterable[str] = ("utf-8",)
    if b"\x00" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        guess = json.detect_encoding(data)
        candidates = (f"{guess}-le", f"{guess}-be") if guess in ("utf-16", "utf-32") else (guess,)
        if guess in ("utf-16", "utf-32") and data.startswith((b"\xfe\xff", b"\x00\x00\xfe\xff")):
            candidates = (f"{guess}-be",)
    for encoding in candidates:
        try:
            if data.decode(encoding, "surrogatepass").encode(encoding, "surrogatepass") == data:
                return encoding
        except UnicodeError:
            continue
    return "latin-1"
