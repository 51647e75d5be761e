"""Audit events -> clauses: what a parser must not touch, and what only looks like it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from fuzzlab.sanitizers import ALL, EVENTS, judge

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
    assert judge(event, args, callers, ALL) is None


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
    assert {judged[0] for event in EVENTS if (judged := judge(event, ("x", "w", CREATE), PARSER, ALL))} == ALL
