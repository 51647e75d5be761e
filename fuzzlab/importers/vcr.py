"""VCR cassettes: what vcrpy (`interactions`) and Ruby's VCR (`http_interactions`) record, in YAML and in JSON.

Source: vcrpy's serializers (version 1 of its format: `string` bodies, as `!!binary` where they are no text) and VCR's
documentation of its cassettes (`string` or `base64_string` bodies). Bodies are as they came, content coding and all.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from fuzzlab import safeyaml
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

NAME: Final = "vcr"

LISTS: Final = ("interactions", "http_interactions")
BEGINNING: Final = 1 << 16
"""Bytes looked at to tell what a file is."""

_YAML: Final = re.compile(rb"^(?:http_)?interactions:\s", re.MULTILINE)
_LIST: Final = re.compile(r'"(?:http_)?interactions"\s*:\s*\[')


def looks_like(data: bytes) -> bool:
    """Whether a file has a list of interactions at its top."""
    head = data[:BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return _LIST.search(head.decode("utf-8", "replace")) is not None
    return _YAML.search(head) is not None or (_YAML.search(data) is not None and head.startswith(b"---"))


def read(data: bytes, source: str) -> Iterator[Exchange | Flaw]:
    """Yield the interactions of a cassette, one by one: a broken one costs itself.

    Raises:
        UserError: it is YAML, and PyYAML is not installed.
    """
    text = data.decode("utf-8-sig", "replace")
    entries = _of_json(text) if text.lstrip().startswith("{") else _of_yaml(text)
    number = 0
    for number, entry in enumerate(entries, 1):
        try:
            if isinstance(entry, Malformed):
                yield Flaw(source, 0 if str(entry) == CUT_SHORT_BEHIND else number, str(entry))
                continue
            yield _exchange(entry, source, number)
        except Malformed as error:
            yield Flaw(source, number, str(error))
    if number == 0:
        yield Flaw(source, 0, "no cassette: there is no list of interactions")


def _of_json(text: str) -> Iterator[Any]:
    start = _LIST.search(text)
    for part, ended in elements(text, start.end()) if start else ():
        try:
            yield loaded(part)
        except Malformed as error:
            yield error if ended else Malformed(CUT_SHORT)
        else:
            if not ended:
                yield Malformed(CUT_SHORT_BEHIND)


def _of_yaml(text: str) -> Iterator[Any]:
    loaded = safeyaml.load(text)
    top = loaded.value if isinstance(loaded.value, dict) else {}
    entries: list[Any] = next((top[name] for name in LISTS if isinstance(top.get(name), list)), [])
    if loaded.error is None:
        yield from entries
        return
    yield from entries[:-1]
    yield Malformed(f"it is cut short: {loaded.error}")


def _exchange(entry: Any, source: str, number: int) -> Exchange:
    request = _mapping(_mapping(entry, "it").get("request"), "its request")
    url = request.get("uri", request.get("url"))
    method = request.get("method")
    method = method.upper() if isinstance(method, str) else method  # Ruby writes `post`
    host, asked = message(method, url, _headers(request), _body(request.get("body"), "its request's body"))
    response = entry.get("response")
    return Exchange(source, number, host, asked, None if response is None else _response(response))


def _mapping(value: Any, what: str) -> dict[Any, Any]:
    if isinstance(value, safeyaml.Broken):
        raise Malformed(f"{what} is {value.why}")
    if not isinstance(value, dict):
        raise Malformed(f"{what} is missing or no mapping")
    return value


def _headers(holder: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    found = holder.get("headers")
    for name, values in _mapping({} if found is None else found, "its headers").items():
        for value in values if isinstance(values, list) else [values]:
            yield name, _text(value)


def _text(value: Any) -> Any:
    """Give a header's value as text: an old vcrpy wrote bytes, and YAML reads `1` and `true` otherwise than meant."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return value


def _body(body: Any, what: str) -> bytes:
    if isinstance(body, dict):
        if body.get("base64_string") is not None:
            return _unbased(body["base64_string"], what)
        encoding = body.get("encoding")
        return _bytes(body.get("string"), encoding if isinstance(encoding, str) else "", what)
    return _bytes(body, "", what)


def _bytes(value: Any, encoding: str, what: str) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        # Ruby names its strings' encoding; a cassette is UTF-8, and the body need not have been.
        if encoding.upper() in ("ISO-8859-1", "WINDOWS-1252"):
            try:
                return value.encode(encoding)
            except UnicodeError:
                pass
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, safeyaml.Broken):
        raise Malformed(f"{what} is {value.why}")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value).encode()
    raise Malformed(f"{what} is no text and no bytes")


def _unbased(value: Any, what: str) -> bytes:
    if not isinstance(value, str):
        raise Malformed(f"{what} is no base64")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"{what} is no base64") from None


def _response(response: Any) -> Response:
    response = _mapping(response, "its response")
    status = response.get("status")
    code = status.get("code") if isinstance(status, dict) else status
    if not isinstance(code, int) or isinstance(code, bool) or not 100 <= code <= 999:
        raise Malformed("the status of its response is no number of three digits")
    reason = status.get("message") if isinstance(status, dict) else ""
    if reason is None:
        reason = ""
    if not isinstance(reason, str) or not reason.isprintable():
        raise Malformed("the status message of its response is no line of text")
    body = _body(response.get("body"), "its response's body")
    headers = whole(HttpMessage("", "", pairs(_headers(response)), body)).headers
    return Response(code, byte_text(reason), headers, body)
