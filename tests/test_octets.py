"""Fields of ordinary bytes exchanged: each, for each end of its range, once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import formats
from fuzzlab.octets import MOST, octets

RECORD = b"\x00\x02\x00\x00\x00\x05hello"
"""A kind, a length, and a text."""


def test_it_ends_early_and_begins_late() -> None:
    """At each byte; and each is left out, and twice there."""
    made = set(octets([RECORD]))
    for at in range(len(RECORD)):
        assert RECORD[:at] in made
        assert RECORD[at + 1 :] in made
        assert RECORD[:at] + RECORD[at + 1 :] in made
        assert RECORD[:at] + RECORD[at : at + 1] + RECORD[at:] in made


def test_a_length_is_at_the_ends_of_its_range() -> None:
    """One more, one less, the largest, and what is negative where it is read as signed; in either order of bytes."""
    made = set(octets([RECORD]))
    for length in (
        b"\0\0\0\x04",
        b"\0\0\0\x06",
        b"\xff" * 4,
        b"\x80\0\0\0",
        b"\x7f\xff\xff\xff",
        b"\0\0\0\x80",
        b"\0" * 4,
    ):
        assert b"\x00\x02" + length + b"hello" in made


def test_a_kind_is_one_of_those_beside_it() -> None:
    """Whose reader is another one."""
    made = set(octets([RECORD]))
    assert {bytes([0, kind]) + RECORD[2:] for kind in range(11)} <= made | {RECORD}


@given(st.lists(st.binary(max_size=30), max_size=3))
def test_laws(inputs: list[bytes]) -> None:
    """None comes twice, none is an ordinary input, and there is an end."""
    made = list(octets(inputs))
    assert len(set(made)) == len(made) <= MOST
    assert not set(made) & set(inputs)


def test_a_long_input_has_as_many_as_a_short_one() -> None:
    """Within the format's limit."""
    assert len(list(octets([b"ab" * 100_000]))) <= MOST
    assert all(len(data) <= 11 for data in formats.raw(max_size=11).exchanges([RECORD]))
