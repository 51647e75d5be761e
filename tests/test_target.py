"""Parser entry points under their names: what an annotation says, and what cannot be a target."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fuzzlab import formats, target
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.finder import adhoc, select
from fuzzlab.formats import HttpMessage
from fuzzlab.target import REGISTRY


class Order(BaseModel):
    """A document."""

    id: int


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    """Leave the registry as it was."""
    known = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(known)


def _bytes(value: bytes) -> bytes:
    return value


def _text(value: str) -> str:
    return value


def _document(value: dict[str, Any]) -> object:
    return value


def _rows(value: list[dict[str, str]]) -> object:
    return value


def _message(value: HttpMessage) -> object:
    return value


def _order(value: Order) -> object:
    return value


def _optional(value: str, base: int = 10, *rest: str, flag: bool = False) -> object:
    return value, base, rest, flag


@pytest.mark.parametrize(
    ("function", "form", "shape"),
    [
        (_bytes, "raw", "bytes"),
        (_text, "text", "value"),
        (_document, "json", "value"),
        (_rows, "json", "value"),
        (_message, "http", "value"),
        (_order, "json", "value"),
        (_optional, "text", "value"),
    ],
)
def test_what_an_annotation_says(function: Callable[..., Any], form: str, shape: str) -> None:
    """The annotation names the format and the shape, and the function stays what it was."""
    assert target(function) is function
    made = REGISTRY[function.__name__]
    assert (made.format.name, made.shape) == (form, shape)
    assert made.place == f"tests.test_target:{function.__name__}"


@pytest.mark.parametrize(
    ("function", "form", "data", "value"),
    [
        (_bytes, formats.json(), b"{}", b"{}"),
        (_text, formats.json(), b"{}", "{}"),
        (_text, formats.raw(), b"a\xff", "a\ufffd"),
        (_document, formats.json(), b'{"a": 1}', {"a": 1}),
        (_text, formats.text(), b"\xed\xa0\x80", "\ud800"),
    ],
)
def test_shapes(function: Callable[..., Any], form: formats.Format[Any], data: bytes, value: object) -> None:
    """`bytes` is the input as stored, `str` its text, anything else the format's value."""
    target(format=form, name="shaped")(function)
    decode = REGISTRY["shaped"].decoder()
    assert (data if decode is None else decode(data)) == value


def test_what_has_no_value() -> None:
    """A document target is not called with what is no document."""
    target(_document)
    decode = REGISTRY["_document"].decoder()
    assert decode is not None
    with pytest.raises(Undecodable):
        decode(b"{")


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        (lambda: None, {"name": "n"}, "takes one argument"),
        (lambda a, b: (a, b), {"name": "n"}, r"2 required \(a, b\)"),
        (lambda *, a: a, {"name": "n"}, "takes one argument"),
        (lambda a: a, {"name": "n"}, "say format="),
        (_text, {"name": ""}, "cannot name a target"),
        (_text, {"name": "a/b"}, "cannot name a target"),
        (_text, {"name": ".."}, "cannot name a target"),
        (_text, {"name": "a\n"}, "cannot name a target"),
        (_text, {"name": "x" * 101}, "cannot name a target"),
        (_text, {"name": "é"}, "cannot name a target"),
    ],
)
def test_what_cannot_be_a_target(function: Callable[..., Any], options: dict[str, Any], words: str) -> None:
    """It is the user's mistake, with the file and the line."""
    with pytest.raises(UserError, match=words) as caught:
        target(**options)(function)
    assert "test_target.py:" in str(caught.value)


def test_twice() -> None:
    """One name is one target; the same definition imported twice is one."""
    target(name="one")(_text)
    target(name="one")(_text)
    with pytest.raises(UserError, match="registered already"):
        target(name="one")(_bytes)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("json:loads", "json.loads"),
        ("pathlib:Path.resolve", "pathlib.Path.resolve"),
        ("email.message:Message.get_all", None),
    ],
)
def test_adhoc_names(spec: str, name: str | None) -> None:
    """`module:function` and `module:Class.method` have a name that can be a folder's; a method takes its `self` too."""
    if name is None:
        with pytest.raises(UserError, match="takes one argument"):
            adhoc(spec)
    else:
        assert adhoc(spec).name == name


def test_select() -> None:
    """Names in their order, each once; all of them for none; the closest one for a wrong one."""
    target(name="one")(_text)
    target(name="two")(_text)
    known = {name: REGISTRY[name] for name in ("one", "two")}
    assert [t.name for t in select(["two", "one", "two"], known)] == ["two", "one"]
    assert [t.name for t in select([], known)] == ["one", "two"]
    with pytest.raises(UserError, match="did you mean 'two'"):
        select(["twoo"], known)
    with pytest.raises(UserError, match="none is registered"):
        select(["one"], {})
    with pytest.raises(UserError, match="no targets"):
        select([], {})


def test_decorated_functions(tmp_path: Path) -> None:
    """A wrapped function is placed where its author wrote it."""

    def decorated(function: Callable[[str], str]) -> Callable[[str], str]:
        @functools.wraps(function)
        def wrapper(value: str) -> str:
            return function(value)

        return wrapper

    target(name="wrapped")(decorated(_text))
    assert REGISTRY["wrapped"].place == "tests.test_target:_text"
    assert REGISTRY["wrapped"].format.name == "text"
    assert tmp_path.is_dir()
