"""Audit events -> clauses: what a parser must not touch, and what only looks like it."""

from __future__ import annotations

import contextlib
import marshal
import os
import pickle
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fuzzlab.sanitizers import ALL, EVENTS, Declared, judge
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker
from tests.parsers import effects as _effects  # noqa: F401 - it registers the targets

HERE = str(Path.cwd()) + os.sep
TZPATH = "/usr/share/zoneinfo"

PARSER = (("shop.parser", "parse"), ("fuzzlab.executor", "execute"))
IMPORTING = (
    ("importlib._bootstrap_external", "_write_atomic"),
    ("importlib._bootstrap", "_find_and_load"),
    *PARSER,
)
READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
CREATE = os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize(
    ("event", "args", "callers", "sanitizer"),
    [
        ("subprocess.Popen", ("ls", ["ls"], None, None), PARSER, "process"),
        ("os.system", (b"ls",), PARSER, "process"),
        ("os.exec", ("/bin/ls", ["ls"], None), PARSER, "process"),
        ("os.posix_spawn", ("/bin/ls", ["ls"], {}), PARSER, "process"),
        ("os.fork", (), PARSER, "process"),
        ("os.forkpty", (), PARSER, "process"),
        ("pty.spawn", (["sh"],), PARSER, "process"),
        ("os.system", (b"ls",), IMPORTING, "process"),
        ("open", ("out.txt", "w", CREATE), PARSER, "write"),
        ("open", ("out.txt", "r+", os.O_RDWR), PARSER, "write"),
        ("open", ("out.txt", "a", CREATE), PARSER, "write"),
        ("open", ("out.txt", "x", CREATE), PARSER, "write"),
        ("open", (b"out.txt", "wb", CREATE), PARSER, "write"),
        ("open", ("out.txt", None, CREATE), PARSER, "write"),
        ("open", ("out.txt", None, os.O_RDWR), PARSER, "write"),
        ("os.remove", ("a", -1), PARSER, "write"),
        ("os.rename", ("a", "b", -1, -1), PARSER, "write"),
        ("os.mkdir", ("a", 0o777, -1), PARSER, "write"),
        ("os.symlink", ("a", "b", -1), PARSER, "write"),
        ("os.truncate", ("a", 0), PARSER, "write"),
        ("os.chmod", ("a", 0o777, -1), PARSER, "write"),
        ("socket.__new__", (None, 2, 1, 0), PARSER, "socket"),
        ("socket.connect", (None, ("192.0.2.1", 80)), PARSER, "socket"),
        ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0), PARSER, "socket"),
        ("socket.gethostbyname", ("example.org",), PARSER, "socket"),
        ("compile", ("1 + 1", "<string>"), PARSER, "eval"),
        ("compile", (b"1 + 1", "<string>"), PARSER, "eval"),
    ],
)
def test_effects(event: str, args: tuple[Any, ...], callers: tuple[tuple[str, str], ...], sanitizer: str) -> None:
    """An effect is named by its sanitizer and a reason in words, and only where that sanitizer is enabled."""
    judged = judge(event, args, callers, ALL)
    assert judged is not None
    assert judged[0] == sanitizer
    assert judged[1]
    assert judge(event, args, callers, ALL - {sanitizer}) is None
    assert judge(event, args, callers, frozenset({sanitizer})) == judged


@pytest.mark.parametrize(
    ("event", "args", "callers"),
    [
        ("open", ("in.txt", "r", READ), PARSER),
        ("open", ("in.txt", "rb", READ), PARSER),
        ("open", ("in.txt", None, READ), PARSER),
        ("open", (3, "w", CREATE), PARSER),
        ("open", (os.devnull, "w", CREATE), PARSER),
        ("open", ("/dev/null", None, os.O_RDWR), PARSER),
        ("open", (b"/dev/null", "wb", CREATE), PARSER),
        ("open", ("module.cpython-311.pyc.123", "wb", CREATE), IMPORTING),
        ("os.mkdir", ("__pycache__", 0o777, -1), IMPORTING),
        ("os.rename", ("a.pyc.1", "a.pyc", -1, -1), IMPORTING),
        ("compile", ("x = 1", "module.py"), IMPORTING),
        ("compile", (None, "<ast>"), PARSER),
        ("compile", ("lambda _cls, a: ()", "<string>"), (("collections", "namedtuple"), *PARSER)),
        ("compile", ("def __init__", "<string>"), (("dataclasses", "_create_fn"), *PARSER)),
        ("compile", ("int", "<string>"), (("typing", "__init__"), *PARSER)),
        ("compile", ("1 + 1", "<unknown>"), (("ast", "parse"), ("traceback", "_extract_caret_anchors"), *PARSER)),
        ("compile", ("(1, 2)", "<unknown>"), (("ast", "parse"), ("ast", "literal_eval"), *PARSER)),
        ("compile", ("(a, /)", "<unknown>"), (("ast", "parse"), ("inspect", "_signature_fromstr"), *PARSER)),
        ("socket.__new__", (None, 1, 1, 0), (("socket", "__init__"), ("socket", "socketpair"), *PARSER)),
        (
            "socket.__new__",
            (None, 1, 1, 0),
            (("socket", "__init__"), ("socket", "socketpair"), ("asyncio.selector_events", "_make_self_pipe")),
        ),
    ],
)
def test_near_misses(event: str, args: tuple[Any, ...], callers: tuple[tuple[str, str], ...]) -> None:
    """Reading, `/dev/null`, a lazy import, a class being defined and an event loop waking itself are no effects."""
    judged = judge(event, args, callers, ALL)
    assert judged is None or not judged.certain


@pytest.mark.parametrize("event", ["socket.__new__", "socket.connect"])
def test_an_event_loop_is_no_way_out(event: str) -> None:
    """A connection that a coroutine opens through its loop leaves the process as any other does."""
    callers = (
        ("asyncio.selector_events", "_sock_connect"),
        ("asyncio.base_events", "_connect_sock"),
        ("asyncio.streams", "open_connection"),
        *PARSER,
    )
    assert judge(event, (None, ("192.0.2.1", 80)), callers, ALL) is not None


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize("args", [(), (None,), (object(), object(), object()), ("x" * 100_000,), ([[]],)])
def test_any_arguments(event: str, args: tuple[Any, ...]) -> None:
    """Whatever an event carries, the judgement does not fail, and its reason is short."""
    judged = judge(event, args, (), ALL)
    assert judged is None or (judged[0] in ALL and len(judged[1]) < 300)


def test_names() -> None:
    """Every sanitizer of a contract has an event."""
    arguments: list[tuple[Any, ...]] = [("x", "w", CREATE), ("x", "r", READ), ("zlib.decompress", 1_000, 1_000_000)]
    judged = [judge(event, args, PARSER, ALL) for event in EVENTS for args in arguments]
    assert {concern.sanitizer for concern in judged if concern} == ALL - {"state"}


@pytest.mark.parametrize(
    ("declared", "args", "clause"),
    [
        (Declared(), ("in.txt", "r", READ), "read?"),
        (Declared(reads=(HERE,)), ("in.txt", "r", READ), None),
        (Declared(reads=(HERE,)), ("../in.txt", "r", READ), "read"),
        (Declared(reads=()), ("in.txt", "r", READ), "read"),
        (Declared(reads=()), (os.path.__file__, "r", READ), None),
        (Declared(reads=()), (f"{TZPATH}/../../../etc/passwd", "r", READ), "read"),
        (Declared(), (f"{TZPATH}/Europe/Berlin", "rb", READ), None),
        (Declared(writes=(HERE,)), ("out.txt", "w", CREATE), None),
        (Declared(writes=(HERE,)), ("/elsewhere/out.txt", "w", CREATE), "write"),
        (Declared(reads=(HERE,)), ("out.txt", "w", CREATE), "write"),
    ],
)
def test_what_is_declared(declared: Declared, args: tuple[Any, ...], clause: str | None) -> None:
    """Folders that a target names may be read or written, its `..` resolved; what is installed may be read always."""
    judged = judge("open", args, PARSER, ALL, declared)
    assert (judged and f"{judged.sanitizer}{'' if judged.certain else '?'}") == clause


@pytest.mark.parametrize(
    ("small", "large", "name", "is_bomb"),
    [
        (1_000, 1_000_000, "zlib.decompress", True),
        (1_000, 99_000, "zlib.decompress", False),
        (10_000, 900_000, "zlib.decompress", False),
        (100, 200_000, "zlib.decompress", False),
        (400, 20_000, "xml.etree.ElementTree: its entities", True),
        (400, 3_000, "xml.etree.ElementTree: its entities", False),
        (40_000, 50_000, "xml.etree.ElementTree: its entities", False),
        (0, 0, "zlib.decompress", False),
    ],
)
def test_expansion(small: int, large: int, name: str, is_bomb: bool) -> None:
    """A bomb is large, and many times as large as what it was packed in."""
    assert (judge("fuzzlab.expansion", (name, small, large), PARSER, ALL) is not None) is is_bomb


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Worker]]:
    """One worker for all effects: none of them ends it. It stands in a folder of its own."""
    folder = tmp_path_factory.mktemp("effects")
    made = {name: Worker(REGISTRY[name], folder) for name in ("tests.effects", "tests.effects_unwatched")}
    with contextlib.chdir(folder):
        yield made
    for worker in made.values():
        worker.close()


HARMFUL = {"process", "write", "socket", "ctypes", "read"}
"""What the tests do not let happen, or what does not succeed here."""

PLANTED = {
    "shell": (b"shell report.pdf", "injection(process)"),
    "shell_of_constant": (b"shell_of_constant x", "process"),
    "run_bytes": (b"run_bytes " + b64encode(b"report.pdf"), "injection(process)"),
    "evaluate": (b"evaluate 1", "injection(eval)"),
    "run_code": (b"run_code x = 1", "injection(eval)"),
    "plug_in": (b"plug_in colorsys", "injection(import)"),
    "plug_in_by_builtin": (b"plug_in_by_builtin colorsys", "injection(import)"),
    "read": (b"read invoice-17.txt", "injection(read)"),
    "read_beside": (b"read_beside ../../../etc/passwd", "injection(read)"),
    "write": (b"write invoice-17.txt", "injection(write)"),
    "resolve": (b"resolve example.org", "injection(socket)"),
    "unpickle": (b"unpickle " + b64encode(pickle.dumps(["abcdef"])), "injection(unpickle)"),
    "unpickle_file": (b"unpickle_file " + b64encode(pickle.dumps(["abcdef"])), "injection(unpickle)"),
    "unmarshal": (b"unmarshal " + b64encode(marshal.dumps(["abcdef"])), "injection(unpickle)"),
    "yaml_unsafe": (b"yaml_unsafe name: value", "injection(unpickle)"),
    "library": (b"library libc.so.6", "injection(ctypes)"),
    "library_of_constant": (b"library_of_constant x", "ctypes"),
    "environment": (b"environment value", "injection(environment)"),
    "environment_unset": (b"environment_unset HOME", "environment"),
    "sql": (b"sql robert", "injection(sql)"),
    "sql_script": (b"sql_script robert", "injection(sql)"),
    "sql_of_cursor": (b"sql_of_cursor robert", "injection(sql)"),
    "sql_of_own_driver": (b"sql_of_own_driver robert", "injection(sql)"),
    "template": (b"template hello", "injection(template)"),
    "template_of_environment": (b"template_of_environment hello", "injection(template)"),
    "inflate": (b"inflate 1000000", "expansion"),
    "inflate_object": (b"inflate_object 1000000", "expansion"),
    "gunzip": (b"gunzip 1000000", "expansion"),
    "gunzip_file": (b"gunzip_file 1000000", "expansion"),
    "bunzip": (b"bunzip 1000000", "expansion"),
    "unlzma": (b"unlzma 1000000", "expansion"),
    "unzip": (b"unzip 1000000", "expansion"),
    "entities": (b"entities 1000", "expansion"),
    "entities_of_minidom": (b"entities_of_minidom 1000", "expansion"),
}

NEAR_MISSES = {
    "lazy_import": b"lazy_import colorsys",
    "plug_in_of_list": b"plug_in_of_list colorsys",
    "plug_in_under_lock": b"plug_in_under_lock colorsys",
    "codec": b"codec iso2022_kr",
    "defines_classes": b"defines_classes name, size",
    "literal": b"literal [1, 2]",
    "pattern": b"pattern a(b|c)",
    "read_of_list": b"read_of_list invoice",
    "zone": b"zone Europe/Berlin",
    "zone_of_nowhere": b"zone Nowhere/Berlin",
    "unpickle_of_constant": b"unpickle_of_constant x",
    "unpickle_own": b"unpickle_own value",
    "yaml_safe": b"yaml_safe name: value",
    "call_of_library": b"call_of_library x",
    "environment_read": b"environment_read HOME",
    "sql_with_parameters": b"sql_with_parameters SELECT name FROM customers WHERE name = ?",
    "sql_of_list": b"sql_of_list name",
    "template_of_constant": b"template_of_constant name",
    "template_in_sandbox": b"template_in_sandbox hello",
    "inflate_bounded": b"inflate_bounded 1000000",
    "inflate_little": b"inflate 50000",
    "entities_few": b"entities 5",
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted(workers: dict[str, Worker], name: str) -> None:
    """Each effect is found by its sanitizer, and by no other detector: without that one, the input is accepted."""
    data, clause = PLANTED[name]
    worker = workers["tests.effects"]
    verdict = worker.verdict(data)
    place = "jinja2.environment:Template.__new__" if name == "template" else f"tests.parsers.effects:{name}"
    assert verdict.signature == f"effect {clause} {place}"
    assert worker.verdict(data) == verdict
    assert worker.restarts == 0
    if clause.removeprefix("injection(").rstrip(")") not in HARMFUL:
        assert workers["tests.effects_unwatched"].verdict(data).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("data", [b"a", b"s", b"im", b"r or a"])
def test_letters_that_stand_there_anyway(worker_of: Callable[[Target], Worker], data: bytes) -> None:
    """What the program itself says is no injection, though it has the letters of the input, and their neighbours."""
    verdict = worker_of(REGISTRY["tests.code_of_constant"]).verdict(data)
    assert verdict.signature == "effect eval tests.parsers.effects:code_of_constant"


def test_an_effect_under_a_lock(worker_of: Callable[[Target], Worker]) -> None:
    """An effect that is blocked leaves a lock locked; what proves it runs elsewhere, and does not hang."""
    verdict = worker_of(REGISTRY["tests.effects"]).verdict(b"read_under_lock invoice-17.txt")
    assert verdict.signature == "effect injection(read) tests.parsers.effects:read_under_lock"


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_miss(workers: dict[str, Worker], name: str) -> None:
    """What only looks like an effect is none, though input and argument share words."""
    worker = workers["tests.effects"]
    before = worker.executions, worker.accepted
    assert [worker.verdict(NEAR_MISSES[name]).signature for _ in range(2)] == ["accepted"] * 2
    assert (worker.executions, worker.accepted) == (before[0] + 2, before[1] + 2)
