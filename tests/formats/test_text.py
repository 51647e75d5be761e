"""Text: its codec, and that its mutators reach what breaks the parsers of names."""

from __future__ import annotations

import statistics
import tracemalloc
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import formats, strings, unicode
from fuzzlab.boundaries import DATES, OFFSETS, TELLING_NUMBERS, TIMES
from tests.formats import seeded

SEEDS = (b"123456789", b"user@platform", b"a-b-c-1-2-3")
SHORT = formats.text(max_size=256)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", ""),
        ("é€😀".encode(), "é€😀"),
        (b"\xed\xa0\x80", "\ud800"),
        (b"a\xed\xbf\xbfz", "a\udfffz"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "\ud83d\ude00"),
        (b"\xed\xa0", "\ufffd\ufffd"),
        (b"\xed\xa0x", "\ufffd\ufffdx"),
        (b"\xff", "\ufffd"),
        (b"a\xc3", "a\ufffd"),
        (b"\xf0\x9f\x98", "\ufffd"),
        (b"\xc0\x80", "\ufffd\ufffd"),
        (b"\x00\xed\xb2\x80\xfe", "\x00\udc80\ufffd"),
    ],
)
def test_decode_reads_surrogates_and_replaces_what_is_broken(data: bytes, value: str) -> None:
    """Encoded surrogates are themselves; each other broken byte sequence is U+FFFD, as strict "replace" has it."""
    assert formats.text().decode(data) == value


@settings(derandomize=True, database=None, deadline=None)
@given(st.binary(max_size=20))
def test_decode_without_surrogates_is_the_replacing_decoder(data: bytes) -> None:
    """With surrogates=False decode is bytes.decode("utf-8", "replace"), and no surrogate comes in or goes out."""
    format_ = formats.text(surrogates=False)
    assert format_.decode(data) == data.decode("utf-8", "replace")
    assert format_.encode("a\ud800b") == b"a?b"


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(formats.text(surrogates=False).values())
def test_values_without_surrogates(value: str) -> None:
    """With surrogates=False no value holds one."""
    assert not any("\ud800" <= character <= "\udfff" for character in value)


def _mutations_until(found: dict[str, int], seed: int, count: int) -> None:
    rng = seeded(seed)
    for number in range(count):
        data = SHORT.mutate(rng.choice(SEEDS), rng, 256)
        text = SHORT.decode(data) if data is not None else ""
        if text and set(text) == {"\u200d"}:
            found.setdefault("some", number)
            if len(text) >= 64:
                found.setdefault("64", number)
                return


def test_a_large_limit_costs_nothing_before_it_is_met() -> None:
    """What is as long as may be is made when it is its turn, not when a target is declared."""
    tracemalloc.start()
    try:
        form = formats.text(max_size=1 << 20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20
    assert b"(" * (1 << 20) in [data for _, data in form.named(b"a", seeded(1), large=True)]


def test_a_text_of_joiners_only_is_reached() -> None:
    """From the three seeds a text of nothing but U+200D takes about 100 mutations, one of 64 of them about 1,000."""
    runs: list[dict[str, int]] = []
    for seed in range(10):
        runs.append({})
        _mutations_until(runs[-1], seed, 20_000)
    assert statistics.median(run["some"] for run in runs) < 500
    assert statistics.median(run["64"] for run in runs) < 2_000


@pytest.mark.parametrize("name", unicode.CLASSES)
def test_every_class_of_characters_is_reached(name: str) -> None:
    """Each class of characters turns up within 2,000 mutations of one ordinary seed."""
    wanted = [character for character in unicode.CLASSES[name] if character not in "user@platform"]
    rng = seeded(3)
    made = (SHORT.mutate(b"user@platform", rng, 256) for _ in range(2_000))
    assert any(character in SHORT.decode(data) for data in made if data for character in wanted)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("zero_width", lambda c: unicodedata.category(c) in ("Cf", "Mn", "Lo")),
        ("bidi", lambda c: unicodedata.category(c) == "Cf"),
        ("combining", lambda c: unicodedata.category(c).startswith("M") or unicodedata.normalize("NFKC", c) != c),
        ("case_growing", lambda c: any(f(c) != c for f in (str.lower, str.upper, str.casefold))),
        ("compatibility", lambda c: unicodedata.normalize("NFKC", c) != c),
        ("digit", lambda c: unicodedata.numeric(c, None) is not None),
        ("surrogate", lambda c: unicodedata.category(c) == "Cs"),
        ("private", lambda c: unicodedata.category(c) == "Co"),
        ("noncharacter", lambda c: unicodedata.category(c) == "Cn"),
        ("control", lambda c: unicodedata.category(c) == "Cc"),
        ("space", lambda c: c.isspace()),
    ],
)
def test_classes_hold_what_their_names_say(name: str, holds: object) -> None:
    """The characters of a class have the property that the class is named for."""
    assert callable(holds)
    whole = name == "compatibility"  # some of these change only together
    characters = [c for each in unicode.CLASSES[name] for c in ([each] if whole else each)]
    assert [c for c in characters if not holds(c)] == []


@pytest.mark.parametrize(
    "wanted",
    ["", "@platform", "user@", "platform@user", "userplatform", "user@@platform", "@", "USER@PLATFORM", "user@user"],
)
def test_parts_and_separators_are_changed(wanted: str) -> None:
    """Within 20,000 mutations of one seed come empty, swapped and repeated parts, and doubled separators."""
    rng = seeded(4)
    assert any(SHORT.mutate(b"user@platform", rng, 256) == wanted.encode() for _ in range(20_000))


def test_lengths_at_the_limit_are_reached() -> None:
    """Texts of exactly max_size bytes, and of one less, come up."""
    rng = seeded(5)
    sizes = {len(data) for _ in range(3_000) if (data := SHORT.mutate(b"abc", rng, 256))}
    assert {64, 65, 255, 256} <= sizes


def test_nesting_thousands_deep_is_reached() -> None:
    """Brackets nest beyond CPython's recursion limit, as far as the size limit lets them."""
    rng = seeded(6)
    assert any(data.count(b"[") > 1000 for _ in range(5_000) if (data := formats.text().mutate(b"1", rng, 4096)))


def test_a_mutator_uses_its_randomness_only() -> None:
    """The same seed gives the same mutations."""
    one, other = seeded(7), seeded(7)
    assert [SHORT.mutate(b"a-b", one, 256) for _ in range(200)] == [
        SHORT.mutate(b"a-b", other, 256) for _ in range(200)
    ]


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.text(max_size=12))
def test_simpler_is_never_larger_in_bytes(text: str) -> None:
    """strings.simpler yields no text that takes more bytes, and none that is the text itself more than by chance."""
    size = len(text.encode("utf-8", "surrogatepass"))
    for smaller in strings.simpler(text):
        assert len(smaller.encode("utf-8", "surrogatepass")) <= size


def _minimal(value: str, keep: object) -> str:
    assert callable(keep)
    again = True
    while again:
        again = False
        for smaller in formats.text().simpler(value):
            if smaller != value and keep(smaller):
                value, again = smaller, True
                break
    return value


@pytest.mark.parametrize(
    ("value", "keep", "minimum"),
    [
        ("xxuser@platformé", lambda text: "@" in text, "@"),
        ("\u200d" * 100, lambda text: len(text) >= 64 and set(text) == {"\u200d"}, "\u200d" * 64),
        ("abc-DEF-123", lambda text: text.count("-") == 2 and len(text) >= 5, "-0-00"),
        ("Hello World", lambda text: len(text) > 3, "0000"),
        ("zzzZzzz9", lambda text: text[-1:].isdigit() and text[:1].isalpha(), "a0"),
    ],
)
def test_minima(value: str, keep: object, minimum: str) -> None:
    """A greedy reduction ends at a text of which nothing can be spared, of digits where they do."""
    assert _minimal(value, keep) == minimum


def test_dates_go_to_their_ends() -> None:
    """Each date, time and offset comes up, at times several at once, and what stands around them stays."""
    rng = seeded(5)
    made = [strings.change_date(rng, "on 2024-05-06T07:08:09+00:00, or not") for _ in range(3_000)]
    assert all(text is not None and text.startswith("on ") and text.endswith(", or not") for text in made)
    for piece in (*DATES, *TIMES, *OFFSETS):
        assert any(piece in str(text) for text in made), piece
    assert any("9999-12-31T23:59:59" in str(text) for text in made)
    assert strings.change_date(rng, "call 12-34 at 5") is None


def test_numbers_that_break_arithmetic_come_up() -> None:
    """Each of them takes the place of a number within some hundred changes of it."""
    rng = seeded(6)
    made = {strings.change_number(rng, "x = 12;") for _ in range(1_000)}
    assert {f"x = {number};" for number in TELLING_NUMBERS} <= made
