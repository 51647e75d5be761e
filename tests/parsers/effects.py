# ruff: noqa: PLC0415, S301, S302, S314, S318, S506, S605, S608 - each of them is what a sanitizer must find
"""One target that has the side effect its input names, and some that only look like one; a function each."""

from __future__ import annotations

import ast
import base64
import bz2
import collections
import contextlib
import ctypes
import dataclasses
import gzip
import importlib
import io
import lzma
import marshal
import os
import pickle
import re
import socket
import sqlite3
import subprocess
import threading
import xml.etree.ElementTree as ET
import zipfile
import zlib
import zoneinfo
from gzip import decompress
from pathlib import Path
from xml.dom import minidom

import jinja2
import jinja2.sandbox
import yaml

from fuzzlab import formats, target

KNOWN = ("colorsys", "invoice", "name")
_LOADING = threading.Lock()
_READING = threading.Lock()


def shell(text: str) -> None:
    os.system(f"convert {text}")


def shell_of_constant(_text: str) -> None:
    os.system("convert")


@target(format=formats.text(max_size=64), name="tests.code_of_constant")
def code_of_constant(_text: str) -> None:
    exec("import colorsys as tables")


def run_bytes(text: str) -> None:
    subprocess.run(["convert", base64.b64decode(text)], check=False)


def evaluate(text: str) -> None:
    eval(text)


def run_code(text: str) -> None:
    exec(text, {})


def plug_in(text: str) -> None:
    importlib.import_module(text)


def plug_in_by_builtin(text: str) -> None:
    __import__(text)


def read(text: str) -> None:
    Path(text).read_bytes()


def read_beside(text: str) -> None:
    Path("data", text).read_bytes()


def write(text: str) -> None:
    Path(text).write_bytes(b"")


def resolve(text: str) -> None:
    socket.getaddrinfo(text, 80)


def unpickle(text: str) -> None:
    pickle.loads(base64.b64decode(text))


def unpickle_file(text: str) -> None:
    pickle.load(io.BytesIO(base64.b64decode(text)))


def unmarshal(text: str) -> None:
    marshal.loads(base64.b64decode(text))


def yaml_unsafe(text: str) -> None:
    yaml.load(text, Loader=yaml.UnsafeLoader)


def library(text: str) -> None:
    ctypes.CDLL(text)


def library_of_constant(_text: str) -> None:
    ctypes.CDLL("libc.so.6")


def environment(text: str) -> None:
    os.environ["FUZZLAB_TEST"] = text


def environment_unset(text: str) -> None:
    os.environ.pop(text, None)


def _table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE customers (name TEXT)")
    return connection


def sql(text: str) -> None:
    _table().execute(f"SELECT name FROM customers WHERE name = '{text}'")


def sql_script(text: str) -> None:
    _table().executescript(f"INSERT INTO customers VALUES ('{text}');")


def sql_of_cursor(text: str) -> None:
    _table().cursor().execute(f"SELECT name FROM customers WHERE name = '{text}'")


class Driver:
    """Stands for a database's driver that nobody knows."""

    def run(self, statement: str) -> str:
        return statement


def sql_of_own_driver(text: str) -> None:
    Driver().run(f"SELECT name FROM customers WHERE name = '{text}'")


def template(text: str) -> None:
    jinja2.Template(text).render()


def template_of_environment(text: str) -> None:
    jinja2.Environment(autoescape=True).from_string(f"Hello {text}").render()


def inflate(text: str) -> None:
    zlib.decompress(zlib.compress(b"a" * int(text)))


def inflate_object(text: str) -> None:
    zlib.decompressobj().decompress(zlib.compress(b"a" * int(text)))


def gunzip(text: str) -> None:
    decompress(gzip.compress(b"a" * int(text)))


def gunzip_file(text: str) -> None:
    gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"a" * int(text)))).read()


def bunzip(text: str) -> None:
    bz2.decompress(bz2.compress(b"a" * int(text)))


def unlzma(text: str) -> None:
    lzma.decompress(lzma.compress(b"a" * int(text)))


def unzip(text: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"a" * int(text))
    with zipfile.ZipFile(packed) as archive:
        archive.read("a")


def _document(text: str) -> str:
    return f'<!DOCTYPE a [<!ENTITY b "{"b" * 100}">]><a>{"&b;" * int(text)}</a>'


def entities(text: str) -> None:
    ET.fromstring(_document(text))


def entities_of_minidom(text: str) -> None:
    minidom.parseString(_document(text))


def lazy_import(_text: str) -> None:
    import colorsys

    assert colorsys


def plug_in_of_list(text: str) -> None:
    if text in KNOWN:
        importlib.import_module(text)


def plug_in_under_lock(text: str) -> None:
    """Hold a lock that an exception would leave locked, as phonenumbers does while it loads a region's data."""
    _LOADING.acquire()
    importlib.import_module("colorsys" if text else "json")
    _LOADING.release()


def read_under_lock(text: str) -> None:
    """The same, and the input decides."""
    _READING.acquire()
    with Path("/nowhere", text).open():
        pass
    _READING.release()


def codec(text: str) -> None:
    "a".encode(text)


def defines_classes(text: str) -> None:
    names = text.split(", ")
    collections.namedtuple("Row", names)  # noqa: PYI024 - a row of a table
    dataclasses.make_dataclass("Row", names)


def literal(text: str) -> None:
    ast.literal_eval(text)


def pattern(text: str) -> None:
    re.compile(text)


def read_of_list(text: str) -> None:
    if text in KNOWN:
        Path(__file__).with_name(f"{text}.txt").exists()
        Path(f"/proc/self/../self/stat{text.removeprefix('invoice')}").read_bytes()


def zone(text: str) -> None:
    with contextlib.suppress(KeyError):  # there may be no such zone
        zoneinfo.ZoneInfo(text)


PICKLED = pickle.dumps(["unpickle_of_constant"])


def unpickle_of_constant(_text: str) -> None:
    pickle.loads(PICKLED)


def unpickle_own(text: str) -> None:
    assert pickle.loads(pickle.dumps(KNOWN)) == KNOWN
    assert text


def yaml_safe(text: str) -> None:
    yaml.safe_load(text)


LIBRARY = ctypes.CDLL(None)


def call_of_library(_text: str) -> None:
    LIBRARY.getpid()


def environment_read(text: str) -> None:
    os.environ.get(text)


def sql_with_parameters(text: str) -> None:
    _table().execute("SELECT name FROM customers WHERE name = ?", (text,))


def sql_of_list(text: str) -> None:
    if text in KNOWN:
        _table().execute(f"SELECT {text} FROM customers")


def template_of_constant(text: str) -> None:
    jinja2.Template("Hello {{ name }}").render(name=text)


def template_in_sandbox(text: str) -> None:
    jinja2.sandbox.SandboxedEnvironment().from_string(text).render()


def inflate_bounded(text: str) -> None:
    zlib.decompressobj().decompress(zlib.compress(b"a" * int(text)), 65536)


def _does(text: str) -> None:
    name, _, argument = text.partition(" ")
    effect = globals().get(name)
    if not callable(effect) or not argument:
        raise ValueError(name)
    effect(argument)


@target(
    format=formats.text(max_size=1024),
    allow=(ValueError, ImportError, SyntaxError, NameError, OSError),
    statements=["tests.parsers.effects:Driver.run"],
    name="tests.effects",
)
def _effects(text: str) -> None:
    _does(text)


@target(format=formats.text(max_size=1024), sanitizers=["process"], allow=ValueError, name="tests.effects_unwatched")
def _effects_unwatched(text: str) -> None:
    _does(text)
