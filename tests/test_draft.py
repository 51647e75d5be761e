"""A target's file, from what is known of its function."""

from __future__ import annotations

import ast
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fuzzlab.draft import default_name, draft
from fuzzlab.errors import UserError
from fuzzlab.subject import Subject, subject
from fuzzlab.trial import Shape, Trial, Tried
from tests.projects import REPOSITORY

SUBJECT = Subject(
    spec="tomllib:loads", is_model=False, shapes=(Shape.STR,), docstring="", reads="", model="", promised=(), twins=(),
    has_source=True,
)  # fmt: skip


def _trial(*errors: str, accepted: int = 10, held: dict[str, bool] | None = None, shape: Shape = Shape.STR) -> Trial:
    tried = [Tried(b"ok", type="dict", held=held or {})] * accepted
    return Trial(shape, (*tried, *(Tried(b"bad", error=error, place="shop.py:3") for error in errors)))


def _allow(made: str) -> str:
    """Give what stands behind `allow=`, as source."""
    call = next(n for n in ast.walk(ast.parse(made)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "target")
    return next((ast.unparse(k.value) for k in call.keywords if k.arg == "allow"), "")


NAMES = {
    "tomllib:loads": "tomllib_loads", "json:loads": "json_loads", "uuid:UUID": "uuid",
    "email.utils:parseaddr": "parseaddr",
    "datetime:datetime.fromisoformat": "datetime_fromisoformat", "packaging.version:parse": "version_parse",
    "dateutil.parser:parse": "dateutil_parse", "shop:OrderLine": "order_line", "a.b:read_order": "read_order",
    "xml.etree.ElementTree:fromstring": "element_tree_fromstring",
}  # fmt: skip


def test_names() -> None:
    """A function's own, with its module's where that alone says nothing."""
    assert {spec: default_name(spec) for spec in NAMES} == NAMES


TOML = tomllib.TOMLDecodeError

ALLOWANCES: dict[str, tuple[tuple[tuple[type[BaseException], str], ...], tuple[str, ...], str]] = {
    "nothing promised, nothing seen": ((), (), "()"),
    "a refusal by custom": ((), ("ValueError",), "ValueError"),
    "its own error": ((), ("tomllib.TOMLDecodeError",), "tomllib.TOMLDecodeError"),
    "a bug": ((), ("IndexError", "RecursionError", "hang", "exit 3"), "()"),
    "documented, never seen": (((KeyError, "documented"),), (), "KeyError"),
    "raised, never seen": (((ValueError, "x.py:1"),), (), "ValueError"),
    "raised, no refusal by custom": (((KeyError, "x.py:1"),), (), "()"),
    "raised, and seen": (((KeyError, "x.py:1"),), ("KeyError",), "KeyError"),
    "its own promised, a builtin seen": (((TOML, "documented"),), ("ValueError",), "tomllib.TOMLDecodeError"),
    "a builtin raised beside its own": (((TOML, "x.py:1"), (ValueError, "x.py:2")), (), "tomllib.TOMLDecodeError"),
    "what comes out is its own": (((ValueError, "x.py:1"),), ("tomllib.TOMLDecodeError",), "tomllib.TOMLDecodeError"),
    "one that includes the other": (((TOML, "documented"), (ValueError, "documented")), (), "ValueError"),
    "never": (((SystemExit, "documented"), (RecursionError, "documented"), (TypeError, "documented")), (), "()"),
}


@pytest.mark.parametrize(("promised", "seen", "allow"), ALLOWANCES.values(), ids=ALLOWANCES)
def test_what_is_allowed(promised: Any, seen: tuple[str, ...], allow: str) -> None:
    """Promises before custom, the package's own before builtins; a bug that was seen is told, not allowed."""
    made = draft(replace(SUBJECT, promised=promised), _trial(*seen), name="t")
    assert _allow(made.text) == allow
    told = "\n".join(made.refused)
    for name in seen:
        assert name in told


def test_claims_that_held_throughout_are_suggested() -> None:
    """For all that could be asked, and more than two; as a comment that is no code."""
    held = {"idempotent": True, "json:dumps": True, "str": False, ".isoformat": True, '.x"\n': True}
    made = draft(SUBJECT, _trial(held=held), name="t")
    assert [text.partition("oracles=[")[2].partition("],")[0] for text in made.suggestions] == [
        "oracles.idempotent()", "oracles.round_trip(json.dumps)",
        "oracles.round_trip(lambda result: result.isoformat())",
    ]  # fmt: skip
    assert all("10 of 10" in text for text in made.suggestions)
    assert "oracles" not in ast.unparse(ast.parse(made.text))
    assert draft(SUBJECT, _trial(accepted=2, held=held), name="t").suggestions == ()


def test_nothing_hostile_gets_into_code() -> None:
    """Whatever inputs, errors and their names are: the file is the same program, and has no line that is not ours."""
    nasty = '"""\n\x1b[31m\u202eimport os; os.system("x")\n#'
    plain = draft(SUBJECT, _trial("IndexError"), name="t")
    tried = Tried(nasty.encode(), error=f"shop.{nasty}", place=nasty)
    made = draft(SUBJECT, Trial(Shape.STR, (Tried(b"ok"), tried)), name="t")
    assert ast.unparse(ast.parse(made.text)).splitlines()[6:] == ast.unparse(ast.parse(plain.text)).splitlines()[6:]
    assert made.text.replace("\n", "").isprintable()
    assert all(line.startswith("# ") for line in made.text.splitlines() if "os.system" in line)


def test_places_are_those_of_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A committed file says `shop.py:7`, and not in whose home folder that lay: here, or in a library elsewhere."""
    monkeypatch.syspath_prepend(tmp_path / "lib")
    monkeypatch.syspath_prepend(tmp_path / "lib" / "shop")
    places = {
        f"{REPOSITORY}/tests/projects.py:1": "tests/projects.py:1",
        f"{tmp_path}/lib/shop/names.py:2": "shop/names.py:2",
        f"{tmp_path}/stray.py:3": "stray.py:3",
        tomllib.__file__ + ":4": "tomllib/__init__.py:4",
        pytest.__file__ + ":5": "pytest/__init__.py:5",
    }
    for place, shown in places.items():
        tried = (Tried(b"ok"), Tried(b"bad", error="IndexError", place=place))
        made = draft(replace(SUBJECT, promised=((ValueError, place),)), Trial(Shape.STR, tried), name="t", width=999)
        assert f"ValueError, raised at {shown}, seen" in made.text
        assert f"IndexError at {shown}, for" in made.text
        assert str(tmp_path) not in made.text


def test_an_example_is_cut_between_characters() -> None:
    """What is text stays text."""
    tried = Tried("\u200c".encode() * 19, error="IndexError", place="shop.py:9")
    made = draft(SUBJECT, Trial(Shape.STR, (Tried(b"ok"), tried)), name="t", width=999)
    assert '"' + r"\u200c" * 16 + '"… (19 characters)' in made.text


@pytest.mark.parametrize("name", ["class", "match", "1st", "tomllib", "a-b.c", "formats", "value", "list"])
def test_names_that_python_or_the_file_need(name: str) -> None:
    """The target keeps its name, the function gets one that hides nothing."""
    made = draft(SUBJECT, _trial(), name=name)
    tree = ast.parse(made.text)
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    assert function.name.isidentifier()
    assert function.name != name
    assert f"name={name!r}" in made.text
    with pytest.raises(UserError, match="cannot name a target"):
        draft(SUBJECT, _trial(), name="../x")


CALLS = {
    Shape.STR: ("value: str", "tomllib.loads(value)", "formats.text()"),
    Shape.BYTES: ("value: bytes", "tomllib.loads(value)", "formats.raw()"),
    Shape.DOCUMENT: ("value: dict[str, object]", "tomllib.loads(value)", "formats.json()"),
    Shape.TEXT_FILE: ("value: str", "tomllib.loads(io.StringIO(value))", "formats.text()"),
    Shape.BINARY_FILE: ("value: bytes", "tomllib.loads(io.BytesIO(value))", "formats.raw()"),
}


@pytest.mark.parametrize("shape", Shape)
def test_shapes(shape: Shape) -> None:
    """How the function takes its input decides the annotation, the call, and the format where nothing else does."""
    made = draft(SUBJECT, _trial(shape=shape), name="t")
    parameter, call, form = CALLS[shape]
    assert f"def t({parameter}) -> object:" in made.text
    assert f"return {call}" in made.text
    assert made.format == form
    assert ("import io\n" in made.text) == ("io." in call)
    assert draft(replace(SUBJECT, reads="csv"), _trial(shape=shape), name="t").format == "formats.csv()"


def test_results_that_must_be_fetched() -> None:
    """A coroutine is awaited, a generator is run to its end."""
    text = draft(replace(SUBJECT, is_async=True), _trial(), name="t").text
    assert "async def t(value: str)" in text
    assert "return await tomllib.loads(value)" in text
    assert "return list(tomllib.loads(value))" in draft(replace(SUBJECT, is_generator=True), _trial(), name="t").text


def test_what_accepts_json_alone_reads_json() -> None:
    """Objects and lists among what it accepted, and nothing that is none."""
    accepted = [b'{"a": 1}', b"[1]", b'"x"', b"1"]
    json_only = Trial(Shape.STR, tuple(map(Tried, accepted)))
    assert draft(SUBJECT, json_only, name="t").format == "formats.json()"
    one_more = (Tried(b"a: 1"),)
    assert draft(SUBJECT, json_only + one_more, name="t").format == "formats.text()"


def test_what_signatures_say() -> None:
    """Real functions; none of them is called."""
    assert subject("tomllib:load").shapes == (Shape.BINARY_FILE,)
    assert Shape.STR in subject("json:loads").shapes
    assert subject("json:loads").twins == ("json:dumps",)
    assert json.JSONDecodeError in dict(subject("json:loads").promised)
    assert ValueError in dict(subject("ipaddress:ip_address").promised)
    assert subject("urllib.parse:urlsplit").twins[0] == "urllib.parse:urlunsplit"
