"""Bodies on their way: what was packed can be unpacked, and the head says so, mostly."""

from __future__ import annotations

import gzip
import zlib
from random import Random

import pytest

from fuzzlab import transfer
from fuzzlab.message import HttpMessage
from tests.formats import seeded

BODY = '{"name": "Zo\u00eb", "lines": [1, 2, 3]}'.encode()
MESSAGE = HttpMessage("POST", "/", (("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))), BODY)


def _made(mutator: object, count: int = 2_000) -> list[HttpMessage]:
    assert callable(mutator)
    rng: Random = seeded(4)
    return [changed for _ in range(count) if (changed := mutator(rng, MESSAGE)) is not None]


def _unchunked(data: bytes) -> bytes:
    out = b""
    while data:
        line, _, data = data.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if not size:
            assert data.endswith(b"\r\n")
            return out
        out, data = out + data[:size], data[size + 2 :]
    raise ValueError("no last chunk")


def test_compressed() -> None:
    """gzip, deflate, twice, and a bomb; and what is cut off, has rubbish behind, or is not packed at all."""
    made = _made(transfer.compress)
    opened = []
    for message in made:
        try:
            opened.append(gzip.decompress(message.body))
        except (OSError, EOFError, zlib.error):
            opened.append(b"")
    assert opened.count(BODY) > len(made) / 5
    assert any(gzip.decompress(each) == BODY for each in opened if each[:1] == b"\x1f")
    assert any(each[: len(BODY)] == BODY and len(each) > transfer.BOMB for each in opened)
    assert any(
        zlib.decompress(m.body) == BODY
        for m in made
        if m.header("Content-Encoding") == "deflate" and m.body[:1] == b"x"
    )
    assert any(m.header("Content-Encoding") == "gzip" and m.body == BODY for m in made)
    assert max(len(m.body) for m in made) < 2_000
    assert {m.header("Content-Length") == str(len(m.body)) for m in made} == {True}


def test_chunked() -> None:
    """Most read back as the body, with or without a Content-Length; some have a wrong size or no end."""
    made = _made(transfer.chunk)
    right = broken = 0
    for message in made:
        try:
            right += _unchunked(message.body) == BODY
        except (ValueError, AssertionError):
            broken += 1
    assert right > len(made) / 4
    assert broken > 100
    assert {m.header("Content-Length") is None for m in made} == {True, False}
    assert all("chunked" in str(m.header("Transfer-Encoding")).lower() for m in made)


def test_recoded() -> None:
    """The body reads in the charset that the head names, mostly, and the type stays."""
    made = _made(transfer.recode)
    named = [(m, str(m.header("Content-Type")).partition("charset=")[2]) for m in made]
    right = sum(bool(charset) and m.body.decode(charset, "replace") == BODY.decode() for m, charset in named)
    assert right > len(made) / 3
    assert any(not charset and m.body != BODY for m, charset in named)
    assert all(str(m.header("Content-Type")).startswith("application/json") for m in made)


@pytest.mark.parametrize("mutator", transfer.MUTATORS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"x" * 200_000])
def test_any_body_will_do(mutator: object, body: bytes) -> None:
    """Nothing, what is no text, and a large one."""
    assert callable(mutator)
    for seed in range(40):
        changed = mutator(seeded(seed), MESSAGE.with_body(body))
        assert changed is None or len(changed.body) <= 5 * len(body) + 2_000
