"""The laws that every format keeps, run on many instances of each."""

from __future__ import annotations

import copy
import json as stdlib_json
from decimal import Decimal
from enum import Enum
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from fuzzlab import formats
from fuzzlab.errors import Undecodable
from fuzzlab.formats.http import Http
from tests.formats import seeded

if TYPE_CHECKING:
    from fuzzlab.formats import Format


class Status(Enum):
    PAID = "paid"
    OPEN = "open"


class Line(BaseModel):
    sku: str = Field(max_length=10)
    quantity: int = Field(ge=1, le=9)
    price: Decimal


class Order(BaseModel):
    id: str
    status: Status
    kind: Literal["gift", "card"] = "gift"
    lines: list[Line] = []


class Node(BaseModel):
    name: str
    children: list[Node] = []


CATALOGUE = {
    "type": "object",
    "properties": {
        "page": {"type": "integer", "minimum": 0},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
    },
    "required": ["items"],
    "$defs": {
        "item": {"type": "object", "properties": {"sku": {"type": "string"}, "currency": {"enum": ["EUR", "USD"]}}}
    },
}


class Packet:
    """A small binary protocol: a mark, a kind, the payload's length, the payload, their sum."""

    @staticmethod
    def encode(value: Any) -> bytes:
        kind: int
        payload: bytes
        kind, payload = value if isinstance(value, tuple) else (0, value)
        return b"\xa5" + bytes([kind, len(payload)]) + payload + bytes([(kind + sum(payload)) % 256])

    @staticmethod
    def decode(data: bytes) -> tuple[int, bytes]:
        kind, payload = data[1], data[3:-1]
        if Packet.encode((kind, payload)) != data:
            raise ValueError(data)
        return kind, payload

    @staticmethod
    def another_kind(rng: Random, value: tuple[int, bytes]) -> tuple[int, bytes]:
        return rng.randrange(256), value[1]


PACKETS = st.tuples(st.integers(0, 255), st.binary(max_size=255))

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the documented example, no secret

WORDS = (b"word", b"7001", "\u00e9t\u00e9".encode(), b"\xca\xfe")


def taught(format_: Format[Any]) -> Format[Any]:
    """A format that has learned words."""
    format_.learn(WORDS)
    return format_


INSTANCES: dict[str, Format[Any]] = {
    "raw": formats.raw(),
    "raw-tiny": formats.raw(max_size=3),
    "text": formats.text(),
    "text-short": formats.text(max_size=256),
    "text-tiny": formats.text(max_size=2),
    "text-no-surrogates": formats.text(surrogates=False),
    "text-alphabet": formats.text(alphabet="01\u0660-"),
    "json": formats.json(),
    "json-small": formats.json(max_size=64),
    "json-model": formats.json(Order),
    "json-recursive": formats.json(Node),
    "json-schema": formats.json(CATALOGUE),
    "csv": formats.csv(),
    "csv-columns": formats.csv(["code", "amount"], delimiter=";", max_size=2000),
    "csv-model": formats.csv(Line),
    "csv-no-header": formats.csv(["a"], header=False),
    "own": formats.own(st.binary(max_size=255), Packet.encode),
    "own-decoded": formats.own(
        PACKETS, Packet.encode, Packet.decode, mutators=[Packet.another_kind], tokens=[b"\x01", b"\xa5"]
    ),
    "http": formats.http(),
    "http-text": formats.http(body=formats.text(), method="PUT", path="/a?b=c", headers={"X-Id": "1"}),
    "http-github": formats.http(body=formats.json(), signer=formats.signers.github("secret")),
    "http-stripe": formats.http(body=formats.json(CATALOGUE), signer=formats.signers.stripe("secret")),
    "raw-words": taught(formats.raw()),
    "text-words": taught(formats.text(max_size=256)),
    "json-words": taught(formats.json()),
    "json-model-words": taught(formats.json(Order)),
    "csv-words": taught(formats.csv()),
    "http-words": taught(formats.http(body=formats.json(), signer=formats.signers.github("secret"))),
    "http-standard": formats.http(
        body=formats.csv(["a"]), signer=formats.signers.standard_webhooks(SECRET), max_size=1000
    ),
}

ORDER = {
    "id": "a-1",
    "paid": True,
    "total": 12.5,
    "note": None,
    "lines": [{"sku": "007", "quantity": 2}, {"sku": "b_c"}],
}
ROWS = [["code", "amount"], ["AB-12", "12.50"], ["CD-34", "7"]]

TABLE: dict[str, list[Any]] = {
    "raw": [b"", b"\x00\x04abcd\xff\xff", bytes(range(64))],
    "text": ["", "123456789", "user@platform", "a-b-c-1-2-3", 'f(a, "b")[0]\nc', "2024-02-29T12:00:00+01:00"],
    "json": [ORDER, [1, 2, 3], "a", 0, None, {}],
    "csv": [ROWS, [], [[]], [["a"]]],
    "own": [b"\xa5\x00\x05hello\x14", b"", b"\xa5\x01\x40" + bytes(64) + b"\x01"],
}
"""Values to which each mutator of a format must apply at least once."""

HOSTILE = (
    b"", b"[" * 2000, b'{"a":' * 400 + b"1" + b"}" * 400, b"\x00" * 300, bytes(range(256)), b'"', b"\r\n\r\n", b",\r\n"
)  # fmt: skip
"""No value of any format, or hardly one."""

fast = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
every_format = pytest.mark.parametrize("format_", INSTANCES.values(), ids=INSTANCES)


def _table(format_: Format[Any]) -> list[Any]:
    if format_ is INSTANCES["own-decoded"]:
        return [Packet.decode(data) for data in TABLE["own"] if data]
    if format_.name != "http":
        return TABLE[format_.name]
    assert isinstance(format_, Http)
    made = [format_.message(format_.body.encode(value)) for value in TABLE[format_.body.name]]
    return [message.with_header("X-Sent-At", "1700000000") for message in made]


def _same(one: Any, other: Any) -> bool:
    """Compare with types: 1, 1.0 and True are three values of JSON, and 0.0 and -0.0 print differently."""
    return repr(one) == repr(other)


@every_format
def test_decode_of_encode_is_the_value(format_: Format[Any]) -> None:
    """decode(encode(v)) == v for every v of values()."""

    @fast
    @given(format_.values())
    def law(value: Any) -> None:
        assert _same(format_.decode(format_.encode(value)), value)

    law()


@every_format
def test_decode_gives_a_value_or_refuses(format_: Format[Any]) -> None:
    """Undecodable is all that decode raises, for inputs of the strategy, cut or broken, and for any bytes.

    What it gives can be written, and reads the same again.
    """

    @fast
    @given(st.one_of(st.binary(max_size=100), format_.strategy()), st.integers(0, 2**32))
    def law(data: bytes, seed: int) -> None:
        rng = seeded(seed)
        for broken in (data, data[: rng.randrange(len(data) + 1)], formats.raw().mutate(data, rng, 10_000) or b""):
            try:
                value = format_.decode(broken)
            except Undecodable:
                continue
            if format_.name != "http":  # a mutated head may hold what only another writer could have written
                assert _same(format_.decode(format_.encode(value)), value)

    law()


@every_format
def test_strategy_gives_inputs_within_the_limit(format_: Format[Any]) -> None:
    """strategy() gives bytes of at most max_size."""

    @fast
    @given(format_.strategy())
    def law(data: bytes) -> None:
        assert type(data) is bytes
        assert len(data) <= format_.max_size

    law()


@every_format
def test_a_mutation_changes_the_bytes_and_keeps_the_limit(format_: Format[Any]) -> None:
    """A mutation gives other bytes of at most max_size, or None; and mostly not None."""
    inputs = [format_.encode(value) for value in _table(format_)]
    rng = seeded(0)
    applied = 0
    for _ in range(600):
        data = rng.choice(inputs)
        limit = min(format_.max_size, rng.choice((len(data), len(data) + 10, 100_000)))
        mutated = format_.mutate(data, rng, limit)
        assert mutated != data
        assert mutated is None or (type(mutated) is bytes and len(mutated) <= limit)
        applied += mutated is not None
        if mutated is not None and len(mutated) < 5000:
            inputs.append(mutated)
    assert applied > (300 if format_.max_size >= 64 else 100)  # there is little to change in two bytes


@every_format
def test_every_mutator_applies_and_leaves_its_argument(format_: Format[Any]) -> None:
    """Each named mutator changes some value of the table, within 200 tries, and never the value it is given."""
    table = [value for value in _table(format_) if format_.max_size >= 256] or _table(format_)
    before = copy.deepcopy(table)
    encoded = [format_.encode(value) for value in table]
    rng = seeded(1)
    for mutator in dict.fromkeys(format_.mutators):
        changes = [changed for _ in range(200) for value in table if (changed := mutator(rng, value)) is not None]
        assert any(format_.encode(changed) not in encoded for changed in changes) or format_.max_size < 256, mutator
        assert table == before, mutator
    for raw_mutator in format_.raw_mutators:
        written = [changed for _ in range(50) for data in encoded if (changed := raw_mutator(rng, data)) is not None]
        assert any(changed not in encoded for changed in written), raw_mutator


@every_format
def test_every_mutated_value_reads_as_itself_or_not_at_all(format_: Format[Any]) -> None:
    """What a mutator makes of a value can be encoded; nothing that decodes afterwards breaks a mutator."""
    rng = seeded(2)
    for value in _table(format_):
        for _ in range(100):
            changed = rng.choice(format_.mutators)(rng, value)
            value = value if changed is None or len(format_.encode(changed)) > 20_000 else changed


@every_format
@pytest.mark.parametrize("large", [False, True])
def test_what_has_a_name_is_another_input_within_the_limit(format_: Format[Any], large: bool) -> None:
    """Whatever it is done to; the same for the same source of chance; and to most values of the table there is some."""
    done = 0
    for data in (*map(format_.encode, _table(format_)), *HOSTILE):
        format_.forget()
        made = list(format_.named(data, seeded(4), large=large))
        format_.forget()
        assert made == list(format_.named(data, seeded(4), large=large))
        assert all(type(name) is str and name and type(other) is bytes for name, other in made)
        assert all(other != data and len(other) <= format_.max_size for _, other in made)
        done += len({other for _, other in made}) > 3
    assert large or done > 2 or format_.max_size < 64


@every_format
def test_reductions_are_never_larger(format_: Format[Any]) -> None:
    """A reduction differs, and takes no more bytes; some value of the table has one, and it ends."""
    found = 0
    for value in _table(format_):
        data = format_.encode(value)
        for reduced in format_.reductions(data):
            assert reduced != data
            assert len(reduced) <= len(data)
            found += 1
    assert found > 10


@every_format
def test_greedy_reduction_ends(format_: Format[Any]) -> None:
    """To take the first reduction again and again comes to an end: no two inputs reduce to each other."""
    for value in _table(format_):
        data, steps = format_.encode(value), 0
        while (smaller := next(format_.reductions(data), None)) is not None:
            data, steps = smaller, steps + 1
            assert steps < 500
        last = _least(format_, format_.encode(value))
        assert len(last) <= len(format_.encode(value))


def _least(format_: Format[Any], data: bytes) -> bytes:
    """Reduce as a minimiser does that keeps only what holds the last letter of the input."""
    letter = data[-1:]
    for _ in range(300):
        for reduced in format_.reductions(data):
            if letter in reduced:
                data = reduced
                break
        else:
            return data
    raise AssertionError("the reductions go round in circles")


@every_format
def test_dictionary_tokens_are_bytes_that_are_not_empty(format_: Format[Any]) -> None:
    """Each token is bytes, not empty, and stands once."""
    tokens = format_.dictionary()
    assert all(type(token) is bytes and token for token in tokens)
    assert len(set(tokens)) == len(tokens) > 10


@every_format
def test_blind_mutation_keeps_the_limit(format_: Format[Any]) -> None:
    """mutate_bytes gives bytes of at most max_size, if the mutation keeps the size that it is given."""
    for value in _table(format_):
        data = format_.encode(value)
        for limit in (len(data), len(data) + 20, 5000):
            mutated = format_.mutate_bytes(data, lambda part, room: (part + b"x" * 5000)[:room], limit)
            assert len(mutated) <= limit


@pytest.mark.parametrize("name", [name for name in INSTANCES if name.endswith("-words")])
def test_a_word_is_placed(name: str) -> None:
    """A learned word is put in many places, within the limit; the first ones oftener; and the strategy knows them."""
    format_ = INSTANCES[name]
    rng = seeded(3)
    met = dict.fromkeys(WORDS[:3], 0)
    places = set()
    inputs = [format_.encode(value) for value in _table(format_)]
    for _ in range(3000):
        data = rng.choice(inputs)
        limit = min(format_.max_size, len(data) + rng.choice((0, 8, 100)))
        placed = format_.place_word(data, rng, limit)
        assert placed != data
        if placed is None:
            continue
        assert len(placed) <= limit
        for word in met:
            written = word if word.isascii() else word.decode().encode("latin-1") if name.startswith("http") else word
            if written in placed or word in placed:
                met[word] += 1
                places.add(placed)
    assert met[WORDS[0]] > met[WORDS[2]] > 20
    assert len(places) > 20
    if "model" in name:  # documents of a schema hold the schema's own words
        return

    seen = []

    @settings(fast, max_examples=300)
    @given(format_.strategy())
    def collect(data: bytes) -> None:
        seen.append(data)

    collect()
    assert any(b"word" in data for data in seen)


@every_format
def test_without_words_none_is_placed(format_: Format[Any]) -> None:
    """A format that has learned nothing places nothing."""
    empty = copy.copy(format_)
    empty.words = ()
    assert all(empty.place_word(format_.encode(value), seeded(0), 10_000) is None for value in _table(format_))


@every_format
def test_a_format_describes_itself(format_: Format[Any]) -> None:
    """describe() is JSON."""
    assert stdlib_json.loads(stdlib_json.dumps(format_.describe()))["name"] == format_.name
