"""HAR: what the developer tools of browsers, and many proxies, export.

Source: HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), and what is exported under its name: HTTP/2's
pseudo-headers, `postData` with parameters and no text, status 0 for what was blocked, texts in base64 with or without
the content coding that the headers still name.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from fuzzlab.codings import codings_of, looks_coded
from fuzzlab.importers import (
    CUT_SHORT,
    CUT_SHORT_BEHIND,
    Exchange,
    Flaw,
    Malformed,
    Response,
    byte_text,
    loaded,
    message,
    pairs,
    whole,
)
from fuzzlab.jsonleaves import elements
from fuzzlab.message import HttpMessage

__all__ = ["NAME", "looks_like", "read"]

NAME: Final = "har"

_LIST: Final = re.compile(r'"entries"\s*:\s*\[')
_LOG: Final = re.compile(rb'\{\s*"log"\s*:\s*\{')
_CHARSET: Final = re.compile(r'charset="?([\w.:-]{1,40})', re.IGNORECASE)
_CHARSETS: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d|shift_jis|euc-jp|gb2312|gbk|gb18030|big5"
    r"|euc-kr|koi8-r|utf-16(?:le|be)?",
    re.IGNORECASE,
)
"""Charsets that a body is written in; Python knows codecs that are none, such as `hex`."""

BEGINNING: Final = 1 << 16
"""Bytes looked at to tell what a file is."""


def looks_like(data: bytes) -> bool:
    """Whether a file is an object with a log."""
    head = data[:BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and (_LOG.match(head) is not None or b'"entries"' in head)


def read(data: bytes, source: str) -> Iterator[Exchange | Flaw]:
    """Yield the entries of a log, one by one: a broken one costs itself."""
    text = data.decode("utf-8-sig", "replace")
    entries = _LIST.search(text)
    if entries is None:
        yield Flaw(source, 0, "no HAR: there is no list of entries")
        return
    for number, (part, ended) in enumerate(elements(text, entries.end()), 1):
        try:
            yield _exchange(loaded(part), source, number)
        except Malformed as error:
            yield Flaw(source, number, str(error) if ended else CUT_SHORT)
        else:
            if not ended:
                yield Flaw(source, 0, CUT_SHORT_BEHIND)


def _exchange(entry: Any, source: str, number: int) -> Exchange:
    request = _object(_object(entry, "it").get("request"), "its request")
    host, asked = message(request.get("method"), request.get("url"), _headers(request), _posted(request))
    response = entry.get("response")
    return Exchange(source, number, host, _unpacked(asked), None if response is None else _response(response))


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} is missing or no object")
    return value


def _headers(holder: dict[str, Any]) -> list[tuple[Any, Any]]:
    found = holder.get("headers", [])
    if not isinstance(found, list) or not all(isinstance(header, dict) for header in found):
        raise Malformed("its headers are no list of objects")
    return [(header.get("name"), header.get("value")) for header in found]


def _posted(request: dict[str, Any]) -> bytes:
    posted = request.get("postData")
    if posted is None:
        return b""
    posted = _object(posted, "its postData")
    parameters = posted.get("params")
    text = posted.get("text")
    if not text and isinstance(parameters, list) and parameters:
        return _form(parameters, posted.get("mimeType"))
    return _content(text, posted.get("encoding"), posted.get("mimeType"), "its postData")


def _form(parameters: list[Any], mime_type: Any) -> bytes:
    """Write parameters of which the text is not recorded, as a form."""
    if isinstance(mime_type, str) and mime_type.startswith("multipart/"):
        raise Malformed("the text of its multipart body is not recorded")
    fields = []
    for parameter in parameters:
        name, value = _object(parameter, "a parameter").get("name"), parameter.get("value", "")
        if not isinstance(name, str) or not isinstance(value, str):
            raise Malformed("a parameter is no name with a text")
        fields.append((name, value))
    return urlencode(fields, errors="surrogatepass").encode("ascii")


def _response(response: Any) -> Response | None:
    response = _object(response, "its response")
    status = response.get("status")
    if not isinstance(status, int) or not 0 <= status <= 999:
        raise Malformed("the status of its response is no number of three digits")
    if status == 0:
        return None  # blocked, or the connection broke
    content = response.get("content")
    body = b""
    if content is not None:
        content = _object(content, "the content of its response")
        body = _content(content.get("text"), content.get("encoding"), content.get("mimeType"), "its content")
    reason = response.get("statusText") or ""
    if not isinstance(reason, str) or not reason.isprintable():
        raise Malformed("the status text of its response is no line of text")
    headers = _unpacked(whole(HttpMessage("", "", pairs(_headers(response)), body))).headers
    return Response(status, byte_text(reason), headers, body)


def _content(text: Any, encoding: Any, mime_type: Any, what: str) -> bytes:
    """Give the bytes behind a text: out of base64, or in the charset that its type names."""
    if text is None:
        return b""
    if not isinstance(text, str):
        raise Malformed(f"{what} has a text that is none")
    if encoding == "base64":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Malformed(f"{what} is no base64") from None
    charset = _CHARSET.search(mime_type) if isinstance(mime_type, str) else None
    if charset is not None and _CHARSETS.fullmatch(charset[1]):
        try:
            return text.encode(charset[1])
        except (LookupError, UnicodeError):
            pass  # it was not written in what it said
    return text.encode("utf-8", "surrogatepass")


def _unpacked(made: HttpMessage) -> HttpMessage:
    """Drop a Content-Encoding that the recorder has undone."""
    codings = codings_of(made.header("Content-Encoding"))
    if not codings or not made.body or looks_coded(made.body, codings):
        return made
    headers = tuple(pair for pair in made.headers if pair[0].lower() != "content-encoding")
    return HttpMessage(made.method, made.path, headers, made.body)
