"""Parts of ordinary texts exchanged: each, for each other that may stand there, once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, SupportsIndex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import exchanges, formats
from fuzzlab.boundaries import TELLING_NUMBERS

QUERY = "{k: length(a), l: sort_by(b, &n)}"
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"length": len, "upper": str.upper, "ceil": math.ceil}


def changed(text: str, *names: str) -> list[str]:
    """Give what becomes of one text."""
    return [each for _, each in exchanges.changes([text], names)]


def test_each_number_becomes_each_that_breaks_arithmetic() -> None:
    """Each by itself, wherever it stands; the fraction is a part of it."""
    made = changed("a[0].b > `1.5`")
    for number in TELLING_NUMBERS:
        assert {f"a[{number}].b > `1.5`", f"a[0].b > `{number}`"} - {"a[0].b > `1.5`"} <= set(made)


def test_each_token_is_left_out_doubled_and_the_end() -> None:
    """And is the first thing that is there."""
    made = set(changed("ab=(1)"))
    assert {"=(1)", "ab(1)", "ab=1)", "ab=()", "ab=(1"} <= made
    assert {"abab=(1)", "ab==(1)", "ab=((1)", "ab=(1))"} <= made
    assert {"", "ab", "ab=", "ab=(", "(1)", "1)", ")"} <= made


def test_a_string_and_a_value_become_what_nobody_expects() -> None:
    """An escape that is none inside of quotes; a group that has just begun, and is odd or never ends."""
    made = changed('a = "x"\nb = 1\n')
    assert {'a = "\\UFFFFFFFF"\nb = 1\n', 'a = "x"\nb = {=}\n', 'a = "x"\nb = [\'\n', "a = ['\nb = 1\n"} <= set(made)
    assert {'a = """"x"\nb = 1\n', 'a = "x"\nb = [1\n'} <= set(made)


def test_an_empty_string_stands_where_nothing_is_expected() -> None:
    """In the place of a word or a number, and before it: two values side by side."""
    made = set(changed("l = [1, 2]"))
    assert {'l = ["", 2]', 'l = [""1, 2]', "l = [1, ''2]", "l = [1, ``]", '"" = [1, 2]'} <= made


def test_no_stage_takes_the_place_of_all_others() -> None:
    """Eight texts of a few lines: the words of the code still have their turn."""
    texts = [f'[t{n}]\nname = "x{n}"\nlist = [1, 2]\nwhen = 1979-05-27\nok = true\nrate = 2.5\n' for n in range(8)]
    made = [text for _, text in exchanges.changes(texts, ["floor"])]
    assert sum("floor" in text for text in made) >= 8
    assert len(made) <= exchanges.MOST


def test_a_name_becomes_each_word_of_the_code() -> None:
    """A word that brings signs with it, as `#EXTINF`, takes the place of a name behind those."""
    made = changed("#EXTINF:1,\na.ts", "#EXT-X-KEY", "floor", "§", "two words", "x", "12")
    assert {"#EXT-X-KEY:1,\na.ts", "#floor:1,\na.ts", "#EXTINF:1,\nfloor.ts"} <= set(made)
    assert not any("##EXT-X" in each or "##floor" in each or "§" in each or "two words" in each for each in made)


def test_each_function_is_called_with_each_kind_of_argument() -> None:
    """One of the arguments is another; a number is also one that overflows."""
    made = {each for _, each in exchanges.calls([QUERY, "a[?x > `1`]"], ["ceil", "min_by", "x", "+"])}
    assert {
        "{k: ceil(`1e400`), l: sort_by(b, &n)}",
        "{k: ceil(`NaN`), l: sort_by(b, &n)}",
        "{k: length(a), l: min_by(`1`,&n)}".replace(",&n", ", &n"),
    } <= made
    assert any(re.fullmatch(r"\{k: length\(a\), l: min_by\(b,`1`\)\}", each) for each in made)
    assert not any("+(" in each or "x(" in each for each in made)


def test_a_function_that_no_seed_calls_is_broken_by_an_argument_that_no_seed_gives() -> None:
    """A search by coverage learns nothing on the way there: each wrong argument is refused at one place."""

    def run(text: str) -> None:
        call = re.fullmatch(r"(\w+)\((.*)\)", text)
        if call is None or call[1] not in FUNCTIONS:
            return
        number = re.fullmatch(r"`(.*)`", call[2])
        FUNCTIONS[call[1]](float(number[1]) if number and call[1] == "ceil" else call[2])

    form = formats.text()
    form.learn([name.encode() for name in FUNCTIONS])
    broken = []
    for data in form.exchanges([b"length(a)", b"a > `1`"]):
        try:
            run(form.decode(data))
        except (OverflowError, ValueError):
            broken.append(data)
        except TypeError:
            pass
    assert b"ceil(`1e400`)" in broken
    assert b"ceil(`NaN`)" in broken


def test_by_turns() -> None:
    """None is lost where others are shorter."""
    assert list(exchanges.by_turns([1, 2, 3], [], "a")) == [1, "a", 2, 3]


@settings(max_examples=30)
@given(st.lists(st.text(max_size=20), max_size=3), st.lists(st.text(max_size=8), max_size=4))
def test_laws(texts: list[str], names: list[str]) -> None:
    """None is said twice, none is an ordinary text, and there is an end."""
    for made in (exchanges.changes, exchanges.calls):
        found = list(made(texts, names))
        assert len({text for _, text in found}) == len(found) <= exchanges.MOST
        assert not {text for _, text in found} & set(texts)
        assert all(0 <= at < len(texts) for at, _ in found)


class _Counted(str):
    """Counts how often a part of it is looked at."""

    __slots__ = ("looks",)
    looks: int

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        self.looks += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("text", ["(" * 100, "a(" * 50, "(" * 50 + "]" * 50])
def test_what_is_opened_and_never_closed_is_read_a_few_times(text: str) -> None:
    """To look for each end by itself, for each word of the code again, took minutes in which nothing was executed."""
    counted = _Counted(text)
    counted.looks = 0
    assert not list(exchanges.calls([counted], [f"word{number}" for number in range(exchanges.NAMES)]))
    assert 0 < counted.looks <= 10 * len(text)


def test_a_long_text_has_as_many_as_a_page() -> None:
    """What stands in it stands in it often."""
    assert len(changed("a=1, " * 5_000, "word")) <= exchanges.MOST


@pytest.mark.parametrize("inputs", [[], [b""], [b"\xff\xfe"], [b"a" * 40]])
def test_no_text_is_longer_than_its_limit(inputs: list[bytes]) -> None:
    """LibFuzzer would end the process for it."""
    form = formats.text(max_size=40)
    form.learn([b"word"])
    assert all(len(data) <= 40 for data in form.exchanges(inputs))


def test_of_a_request_only_the_head_changes() -> None:
    """Its body has a format of its own; what is no request is changed all over."""
    form = formats.http(body=formats.csv())
    form.learn([b"X-Other"])
    body = b'{"n": 1}'
    request = b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n" + body
    made = list(form.exchanges([request]))
    assert all(data.endswith(body) for data in made)
    assert b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1e400\r\n\r\n" + body in made
    assert b"POST /a?b=1 HTTP/1.1\r\nX-Other: x\r\nContent-Length: 8\r\n\r\n" + body in made
    assert b"form-data; name=" in list(form.exchanges([b"form-data; name=a"]))


def test_of_a_head_all_else_stays() -> None:
    """Names in UTF-8 and in latin-1 are the bytes that they were."""
    request = b"GET /\xe9 HTTP/1.1\r\nX: \xc3\xa9\r\nContent-Length: 8\r\n\r\n"
    form = formats.http(body=formats.csv())
    form.learn(["größe".encode()])
    made = set(form.exchanges([request]))
    assert request.replace(b" 8", b" 1e400") in made
    assert request.replace(b"X:", "größe:".encode()) in made
    assert request.replace(b"\xe9", b"") in made


def test_of_a_table_nothing_is_exchanged() -> None:
    """What is wrong with tables has names."""
    assert list(formats.csv().exchanges([b"a,b\r\n1,2\r\n"])) == []


def test_a_signed_body_is_exchanged_and_signed_again() -> None:
    """Behind the signature lies the code that reads it."""
    signer = formats.signers.github("secret")
    form = formats.http(body=formats.json(), signer=signer)
    message = form.message(b'{"amount":1}')
    made = list(form.decoded(form.exchanges([form.encode(message)])))
    signed = [each for each in made if each.body == b'{"amount":null}']
    assert signed
    assert all(signer.sign(each) == each for each in signed)
