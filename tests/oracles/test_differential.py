"""A second opinion: each oracle finds the parser that it alone can find, and leaves the near miss alone."""

from __future__ import annotations

import ipaddress
import itertools
import json
import random
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from fuzzlab import formats, oracles
from fuzzlab.inprocess import InProcess
from fuzzlab.target import Target, build
from fuzzlab.verdict import Outcome, Verdict


def _run(function: Callable[..., Any], data: bytes, *checks: oracles.Oracle, **options: Any) -> Verdict:
    with closing(InProcess(build(function, home=__name__, oracles=checks, **options))) as run:
        return run.verdict(data)


counter = itertools.count()


def counts(data: bytes) -> int:
    """Depend on the calls before it."""
    return next(counter)


def tires(data: bytes) -> bytes:
    """Accept everything once."""
    if next(counter) % 2:
        raise ValueError(data)
    return data


def sampled(data: bytes) -> list[int]:
    """Draw from a generator seeded by the input: the same every time."""
    return random.Random(data).sample(range(100), 3)  # noqa: S311 - the parser under test


def not_a_number(data: bytes) -> float:
    """Give NaN, which equals nothing."""
    return float("nan")


def consumes(document: dict[str, Any]) -> Any:
    """Change its argument, as parsers that pop their keys do."""
    return document.pop("a")


@pytest.mark.parametrize(
    ("function", "word"), [(counts, "the second time"), (tires, "refused the second time")], ids=lambda x: str(x)[:12]
)
def test_not_deterministic(function: Callable[..., Any], word: str) -> None:
    """Another result, or a refusal, the second time."""
    verdict = _run(function, b"x", oracles.deterministic())
    while verdict.outcome is Outcome.REJECTED:
        verdict = _run(function, b"x", oracles.deterministic())
    assert (verdict.outcome, verdict.clause) == (Outcome.BAD_RESULT, "deterministic")
    assert word in verdict.message


@pytest.mark.parametrize("function", [sampled, not_a_number, consumes])
def test_deterministic(function: Callable[..., Any]) -> None:
    """Seeded randomness, NaN, and an argument that the first call changed are no reason to complain."""
    allow = (ValueError, KeyError, TypeError)
    assert _run(function, b'{"a": [1]}', oracles.deterministic(), allow=allow).outcome is Outcome.ACCEPTED


def address(text: str) -> tuple[int, ...]:
    """Read an IPv4 address leniently: leading zeros, which others read as octal or refuse (CVE-2021-29921)."""
    parts = tuple(int(part) for part in text.split("."))
    if len(parts) != 4 or max(parts) > 255 or min(parts) < 0:
        raise ValueError(text)
    return parts


def strict_address(text: str) -> tuple[int, ...]:
    """The same by the standard library."""
    return tuple(ipaddress.IPv4Address(text).packed)


def shy_address(text: str) -> tuple[int, ...]:
    """Refuse what begins with a ten for no reason."""
    if text.startswith("10."):
        raise ValueError(text)
    return strict_address(text)


@pytest.mark.parametrize(
    ("function", "data", "word"),
    [
        (address, b"127.0.0.01", "the reference refuses"),
        (shy_address, b"10.0.0.1", "the reference accepts"),
        (lambda text: (*strict_address(text)[:3], 0), b"1.2.3.4", "the reference gives (1, 2, 3, 4)"),
    ],
    ids=["lenient", "shy", "wrong"],
)
def test_disagrees(function: Callable[..., Any], data: bytes, word: str) -> None:
    """One accepts and the other refuses, or the results differ."""
    verdict = _run(function, data, oracles.agrees_with(strict_address), format=formats.text(), name="address")
    assert (verdict.outcome, verdict.clause) == (Outcome.BAD_RESULT, "agrees_with(strict_address)")
    assert word in verdict.message


@pytest.mark.parametrize(
    ("data", "outcome"), [(b"127.0.0.1", Outcome.ACCEPTED), (b"1.2.3", Outcome.REJECTED), (b"x", Outcome.REJECTED)]
)
def test_agrees(data: bytes, outcome: Outcome) -> None:
    """Equal results, and refusals of both, whatever the errors are."""
    assert _run(address, data, oracles.agrees_with(strict_address)).outcome is outcome


def test_agrees_on_a_part() -> None:
    """`on` says what of the results is compared."""
    check = oracles.agrees_with(strict_address, on=lambda parts: parts[0])
    verdict = _run(lambda text: (*strict_address(text)[:3], 0), b"1.2.3.4", check, format=formats.text(), name="a")
    assert verdict.outcome is Outcome.ACCEPTED


def first_key(document: dict[str, Any]) -> str:
    """Depend on the order of keys."""
    return next(iter(document), "")


def total(document: dict[str, Any]) -> int:
    """Not depend on it."""
    return sum(value for value in document.values() if isinstance(value, int))


def offset(data: bytes) -> int:
    """Find a key by its bytes, as a quick hack does."""
    if b'"id":' not in data:
        raise ValueError(data)
    return int(json.loads(data)["id"])


def looked_up(data: bytes) -> int:
    """Find a key as a parser does."""
    return int(json.loads(data).get("id", 0))


JSON = b'{"a":1,"b":2,"id":5}'


@pytest.mark.parametrize(
    ("function", "transform", "outcome"),
    [
        (first_key, oracles.transforms.reordered_keys, Outcome.BAD_RESULT),
        (total, oracles.transforms.reordered_keys, Outcome.ACCEPTED),
        (looked_up, oracles.transforms.spaced, Outcome.ACCEPTED),
        (offset, oracles.transforms.reordered_keys, Outcome.ACCEPTED),  # bytes have no keys
    ],
)
def test_equivalent(function: Callable[..., Any], transform: Callable[..., Any], outcome: Outcome) -> None:
    """Another form of the same document gives the same result."""
    assert _run(function, JSON, oracles.equivalent(transform)).outcome is outcome


def test_white_space_that_a_quick_hack_stumbles_over() -> None:
    """A key found by its bytes is not found when a blank stands before the colon."""
    verdict = _run(offset, JSON, oracles.equivalent(oracles.transforms.spaced))
    assert (verdict.outcome, verdict.clause) == (Outcome.BAD_RESULT, "equivalent(spaced)")
    assert "is refused: ValueError" in verdict.message


@pytest.mark.parametrize(
    "data", [b"{}", b'{"a": "x,{}[]:\\" y", "a": [1.10, -0, 1e400, "\\u0000"]}', b"[1,2,[3]]", b'"text"', b"5"]
)
def test_spaced_is_the_same_document(data: bytes) -> None:
    """Doubled keys and spellings included: only white space is added, and nothing inside of strings."""
    spaced = oracles.transforms.spaced(data)
    assert json.loads(spaced, object_pairs_hook=list) == json.loads(data, object_pairs_hook=list)
    assert len(spaced) > len(data)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe1\x00", b"\xef\xbb\xbf{}", b"[" * 100_000, "text", None])
def test_spaced_does_not_apply(data: object) -> None:
    """What is no document, or none in UTF-8, has no other form."""
    assert oracles.transforms.spaced(data) is None


def test_reordered_is_the_same_document() -> None:
    """All objects, at every level, and the argument stays as it was."""
    document = {"a": {"x": 1, "y": [{"p": 1, "q": 2}]}, "b": 2}
    other = oracles.transforms.reordered_keys(document)
    assert other == document
    assert json.dumps(other) == '{"b": 2, "a": {"y": [{"q": 2, "p": 1}], "x": 1}}'
    assert list(document) == ["a", "b"]


def test_a_value_is_decoded_anew_only_where_it_is_asked_for() -> None:
    """An oracle of the result alone costs no second decoding."""
    decoded = []

    class Counted(type(formats.text())):  # type: ignore[misc]  # the class is no public name
        def decode(self, data: bytes) -> str:
            decoded.append(data)
            return data.decode()

    form = Counted(max_size=9, alphabet=None, surrogates=True)
    for check, times in ((oracles.storable("utf-8"), 1), (oracles.deterministic(), 2)):
        decoded.clear()
        target: Target = build(lambda text: text, home=__name__, format=form, oracles=[check], name="identity")
        with closing(InProcess(target)) as run:
            run.verdict(b"x")
        assert len(decoded) == times
