"""Functions that have no audit event of their own, wrapped by name so that they raise one: `fuzzlab.sql` and the like.

Wrapped are only functions of modules that are imported already, only in a worker, and they say something only while a
target has control. A wrapper gives the same results and exceptions, has the name and the signature of what it wraps,
and pickles by that name; no class is replaced, so that `isinstance` and subclasses go on as before.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from fuzzlab.errors import UserError
from fuzzlab.watch import WATCH

__all__ = ["Wrappers"]

Function = Callable[..., Any]


def _content(source: object) -> object:
    """Give the text of an argument: itself, or what a file in memory holds."""
    getvalue = getattr(source, "getvalue", None)
    return getvalue() if callable(getvalue) else source


def _says(event: str, name: str = "", at: int = 0) -> Callable[[Function], Function]:
    """Raise an event with the argument `name`, or else the one in place `at`, before the call."""

    def around(original: Function) -> Function:
        @functools.wraps(original)
        def wrapper(*args: Any, **named: Any) -> Any:
            if WATCH.active:
                argument = named[name] if name in named else args[at] if len(args) > at else None
                if argument is not None:
                    sys.audit(event, _content(argument))
            return original(*args, **named)

        return wrapper

    return around


def _statement(original: Function) -> Function:
    """Raise an event with the first text among the arguments: functions and methods alike."""

    @functools.wraps(original)
    def wrapper(*args: Any, **named: Any) -> Any:
        if WATCH.active:
            text = next((a for a in (*args, *named.values()) if isinstance(a, (str, bytes))), None)
            if text is not None:
                sys.audit("fuzzlab.sql", text)
        return original(*args, **named)

    return wrapper


def _loads_yaml(original: Function) -> Function:
    """Raise an event for a loader that makes any object that a tag names (`yaml.Loader`, `UnsafeLoader`, `CLoader`)."""

    @functools.wraps(original)
    def wrapper(*args: Any, **named: Any) -> Any:
        if WATCH.active:
            loader = named.get("Loader", args[1] if len(args) > 1 else None)
            constructors = sys.modules.get("yaml.constructor")
            unsafe = getattr(constructors, "UnsafeConstructor", getattr(constructors, "Constructor", None))
            if isinstance(loader, type) and unsafe is not None and issubclass(loader, unsafe):
                source = named.get("stream", args[0] if args else None)
                sys.audit("fuzzlab.construct", _content(source), loader.__name__)
        return original(*args, **named)

    return wrapper


def _renders(original: Function) -> Function:
    """Raise an event for a template from text, but for a sandbox, which is made for the templates of others."""

    @functools.wraps(original)
    def wrapper(self: Any, source: Any, *args: Any, **named: Any) -> Any:
        if WATCH.active:
            sandbox = getattr(sys.modules.get("jinja2.sandbox"), "SandboxedEnvironment", ())
            if isinstance(source, str) and not isinstance(self, sandbox):
                sys.audit("fuzzlab.template", source)
        return original(self, source, *args, **named)

    return wrapper


def _expands(name: str) -> Callable[[Function], Function]:
    """Raise an event with the sizes before and after."""

    def around(original: Function) -> Function:
        @functools.wraps(original)
        def wrapper(*args: Any, **named: Any) -> Any:
            result = original(*args, **named)
            if WATCH.active:
                source = args[0] if args else named.get("data")
                with contextlib.suppress(TypeError):
                    sys.audit("fuzzlab.expansion", name, len(source), len(result))  # type: ignore[arg-type]  # suppressed
            return result

        return wrapper

    return around


def _reads(name: str, packed: Callable[..., int]) -> Callable[[Function], Function]:
    """Raise an event for a file that is unpacked as a whole; `packed` tells how much of it was read."""

    def around(original: Function) -> Function:
        @functools.wraps(original)
        def wrapper(self: Any, *args: Any, **named: Any) -> Any:
            result = original(self, *args, **named)
            if WATCH.active:
                with contextlib.suppress(Exception):
                    small = packed(self, *args)
                    sys.audit("fuzzlab.expansion", name, small, len(result))
            return result

        return wrapper

    return around


class _Inflater:
    """Stands for what `zlib.decompressobj` gives: a call without a limit is one that nothing stops."""

    __slots__ = ("_inner", "_packed", "_unpacked")

    def __init__(self, inner: Any) -> None:
        self._inner, self._packed, self._unpacked = inner, 0, 0

    def decompress(self, data: Any, /, max_length: int = 0) -> bytes:
        result: bytes = self._inner.decompress(data, max_length)
        if WATCH.active and not max_length:
            self._packed, self._unpacked = self._packed + len(data), self._unpacked + len(result)
            sys.audit("fuzzlab.expansion", "zlib.decompressobj", self._packed, self._unpacked)
        return result

    def copy(self) -> _Inflater:
        return _Inflater(self._inner.copy())

    __copy__ = copy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _inflates(original: Function) -> Function:
    @functools.wraps(original)
    def wrapper(*args: Any, **named: Any) -> Any:
        return _Inflater(original(*args, **named))

    return wrapper


def _resolves(name: str, size: Callable[[Any], int]) -> Callable[[Function], Function]:
    """Raise an event with the sizes of a document that declares entities, and of what became of it."""

    def around(original: Function) -> Function:
        @functools.wraps(original)
        def wrapper(*args: Any, **named: Any) -> Any:
            result = original(*args, **named)
            text = args[0] if args else None
            if WATCH.active and (
                (isinstance(text, str) and "<!ENTITY" in text) or (isinstance(text, bytes) and b"<!ENTITY" in text)
            ):
                sys.audit("fuzzlab.expansion", f"{name}: its entities", len(text), size(result))
            return result

        return wrapper

    return around


def _size_of_tree(root: Any) -> int:
    parts = (part for node in root.iter() for part in (node.text, node.tail, *node.attrib.values()))
    return sum(len(part) for part in parts if isinstance(part, str))


def _size_of_document(document: Any) -> int:
    return len(document.toxml())


def _connects(original: Function) -> Function:
    """Give connections whose statements raise events: of a subclass of what was asked for."""

    @functools.wraps(original)
    def wrapper(*args: Any, **named: Any) -> Any:
        factory = named.get("factory", args[5] if len(args) > 5 else sqlite3.Connection)
        if isinstance(factory, type) and issubclass(factory, sqlite3.Connection) and len(args) <= 5:
            named["factory"] = _watched_connection(factory)  # type: ignore[arg-type]  # typeshed's class hides its hash
        return original(*args, **named)

    return wrapper


_STATEMENTS = ("execute", "executemany", "executescript")


@functools.cache
def _watched_connection(cls: type) -> type:
    def cursor(self: Any, factory: Any = sqlite3.Cursor) -> Any:
        if isinstance(factory, type) and issubclass(factory, sqlite3.Cursor):
            factory = _watched(factory)
        return cls.cursor(self, factory)  # type: ignore[attr-defined]  # a Connection

    return _watched(cls, cursor=cursor)


@functools.cache
def _watched(cls: type, **methods: Function) -> type:
    """Give a subclass of a connection or a cursor, whose statements raise events."""
    methods |= {name: _says("fuzzlab.sql", at=1)(getattr(cls, name)) for name in _STATEMENTS}
    return type(cls.__name__, (cls,), {**methods, "__module__": cls.__module__, "__doc__": cls.__doc__})


def _consumed(attribute: str) -> Callable[..., int]:
    return lambda file, *_: int(getattr(file, attribute).tell())


SITES: dict[str, Callable[[Function], Function]] = {
    "importlib:import_module": _says("fuzzlab.import", "name"),
    "pickle:loads": _says("fuzzlab.unpickle"),
    "pickle:load": _says("fuzzlab.unpickle", "file"),
    "jsonpickle:decode": _says("fuzzlab.unpickle", "string"),
    "yaml:load": _loads_yaml,
    "yaml:load_all": _loads_yaml,
    "jinja2.environment:Environment.from_string": _renders,
    "mako.template:Template.__init__": _says("fuzzlab.template", "text", 1),
    "django.template.base:Template.__init__": _says("fuzzlab.template", "template_string", 1),
    "sqlite3:connect": _connects,
    "zlib:decompress": _expands("zlib.decompress"),
    "gzip:decompress": _expands("gzip.decompress"),
    "bz2:decompress": _expands("bz2.decompress"),
    "lzma:decompress": _expands("lzma.decompress"),
    "zlib:decompressobj": _inflates,
    "gzip:GzipFile.read": _reads("gzip.GzipFile.read", _consumed("fileobj")),
    "bz2:BZ2File.read": _reads("bz2.BZ2File.read", _consumed("_fp")),
    "lzma:LZMAFile.read": _reads("lzma.LZMAFile.read", _consumed("_fp")),
    "zipfile:ZipFile.read": _reads("zipfile.ZipFile.read", lambda file, name, *_: file.getinfo(name).compress_size),
    "xml.etree.ElementTree:XML": _resolves("xml.etree.ElementTree", _size_of_tree),
    "xml.etree.ElementTree:fromstring": _resolves("xml.etree.ElementTree", _size_of_tree),
    "xml.dom.minidom:parseString": _resolves("xml.dom.minidom", _size_of_document),
    "lxml.etree:fromstring": _resolves("lxml.etree", _size_of_tree),
    "lxml.etree:XML": _resolves("lxml.etree", _size_of_tree),
}  # fmt: skip
"""`module:name` of what is wrapped, and how."""


class Wrappers:
    """Those of one worker."""

    def __init__(self) -> None:
        self._wanted = dict(SITES)
        self._own: tuple[str, ...] = ()
        self._originals: dict[int, tuple[object, Function]] = {}
        self._modules = 0

    def add(self, statements: Iterable[str]) -> None:
        """Take in functions that a target names, whose first text is code."""
        self._own = tuple(statements)
        self._wanted.update(dict.fromkeys(self._own, _statement))

    def put(self, roots: frozenset[str] = frozenset()) -> None:
        """Wrap what has been imported since the last call, also where code under test holds it under its own name.

        Args:
            roots: the packages of the code under test.

        Raises:
            UserError: the target names a statement's function that is not there, or cannot be replaced.
        """
        for site in [site for site in self._wanted if site.partition(":")[0] in sys.modules]:
            self._wrap(site)
        if self._originals:
            for module in _under_test(roots):
                for name, value in list(vars(module).items()):
                    if (known := self._originals.get(id(value))) is not None and known[0] is value:
                        setattr(module, name, known[1])
        self._modules = len(sys.modules)

    def put_late(self, roots: frozenset[str]) -> None:
        """Do it again where modules have been imported meanwhile."""
        if len(sys.modules) != self._modules:
            self.put(roots)

    def check(self) -> None:
        """Raise a UserError for a statement's function whose module nobody has imported."""
        for site in self._own:
            if site in self._wanted:
                raise UserError(f"statements=[{site!r}]: the target does not import {site.partition(':')[0]}")

    def _wrap(self, site: str) -> None:
        around = self._wanted.pop(site)
        module, _, path = site.partition(":")
        owner: Any = sys.modules[module]
        *above, name = path.split(".")
        try:
            for step in above:
                owner = getattr(owner, step)
            original = getattr(owner, name)
            wrapper = around(original)
            setattr(owner, name, wrapper)
        except (AttributeError, TypeError) as error:  # another version of a library, or a type written in C
            if site in self._own:
                raise UserError(f"statements=[{site!r}]: {error}") from None
            return
        if isinstance(owner, ModuleType):
            self._originals[id(original)] = (original, wrapper)


def _under_test(roots: frozenset[str]) -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in roots and name.partition(".")[0] != "fuzzlab":
            yield module
