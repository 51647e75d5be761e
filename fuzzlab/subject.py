"""A function that shall become a target: what its signature, its documentation and its source say. It is not called."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from fuzzlab.errors import UserError
from fuzzlab.finder import adhoc, resolve
from fuzzlab.outline import Function, Module, dotted, outline
from fuzzlab.promises import class_of, documented, raised
from fuzzlab.reach import Index
from fuzzlab.signs import STREAMS
from fuzzlab.trial import Shape

__all__ = ["Subject", "subject"]

MOST_MODULES = 80
"""Modules of the function's own package that are read."""

PAIRS = (
    ("loads", "dumps"), ("load", "dumps"), ("load", "dump"), ("parse", "unparse"), ("parse", "format"),
    ("parse", "render"),
    ("parse", "serialize"), ("parse", "serialise"), ("parse", "dump"), ("parse", "to_string"), ("parse", "compose"),
    ("parse", "write"), ("decode", "encode"), ("unpack", "pack"), ("unquote", "quote"), ("unescape", "escape"),
    ("deserialize", "serialize"), ("from_", "to_"), ("read", "write"), ("split", "unsplit"), ("split", "join"),
    ("loads", "serialize"), ("load", "serialize"),
)  # fmt: skip
"""Parts of names: what reads, what writes."""

FILES = ("fp", "f", "file", "fileobj", "stream", "fh", "handle")
"""Names of parameters that hold an open file, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of one function.

    `shapes` are the ways to call it that are worth a trial. `reads` is `json` or `csv` where its source hands its input
    to a reader of that, `model` the pydantic model that it reads by, as `module:name`. `promised` are the errors that
    are documented or raised in its source, with where. `twins` may write what it reads. `has_source`: whether there was
    source to look at. `is_async`, `is_generator`: how its result is to be had.
    """

    spec: str
    is_model: bool
    shapes: tuple[Shape, ...]
    docstring: str
    reads: str
    model: str
    promised: tuple[tuple[type[BaseException], str], ...]
    twins: tuple[str, ...]
    has_source: bool
    is_async: bool = False
    is_generator: bool = False

    @property
    def module(self) -> str:
        """The module that it is named by."""
        return self.spec.partition(":")[0]

    @property
    def attribute(self) -> str:
        """Its name there, dotted for a method."""
        return self.spec.partition(":")[2]


def subject(spec: str) -> Subject:
    """Find out about `module:function`; its module is imported, as for any target.

    Raises:
        UserError: it is not there, cannot be called with one argument, or takes what no input can be.
    """
    found = resolve(spec, "function")
    for part in re.split(r"[.:]", spec):
        if not part.isidentifier() or keyword.iskeyword(part):
            raise UserError(f"{spec}: {part!r} cannot stand in an import; name the function by another module")
    is_model = isinstance(found, type) and hasattr(found, "model_validate_json") and hasattr(found, "model_json_schema")
    if is_model:
        shapes: tuple[Shape, ...] = (Shape.BYTES,)
    else:
        adhoc(spec)  # complains of what cannot be a target
        shapes = _shapes(found, spec)
    module, _, attribute = spec.partition(":")
    home, name = _definition(found, module, attribute)
    index = _index(home)
    place = index.find(home, name)
    reached = index.reached([place]) if place else set()
    docstring = inspect.getdoc(found) or ""
    reads, model = _readers(index, reached)
    return Subject(
        spec=spec,
        is_model=is_model,
        shapes=shapes,
        docstring=docstring,
        reads=reads,
        model=spec if is_model else model,
        promised=tuple(_promised(docstring, index, place, home)),
        twins=tuple(_twins(found, module, attribute)),
        has_source=place is not None,
        is_async=inspect.iscoroutinefunction(found),
        is_generator=inspect.isgeneratorfunction(found),
    )


def _definition(found: Any, module: str, attribute: str) -> tuple[str, str]:
    """Give the module and the name under which a function is defined, which may be elsewhere than where it is named."""
    inner = inspect.unwrap(getattr(found, "__func__", found))
    home, name = getattr(inner, "__module__", None), getattr(inner, "__qualname__", None)
    if isinstance(home, str) and isinstance(name, str) and "<" not in name and home in sys.modules:
        return home, name
    return module, attribute


def _shapes(function: Any, spec: str) -> tuple[Shape, ...]:
    """Give how the first parameter may take its input, by its annotation and its name."""
    try:
        first = next(iter(inspect.signature(function).parameters.values()))
    except (TypeError, ValueError, StopIteration):
        return Shape.STR, Shape.BYTES
    try:
        hints = typing.get_type_hints(vars(function).get("__init__") if isinstance(function, type) else function)
    except Exception:  # noqa: BLE001 - a hint that cannot be evaluated says nothing
        hints = {}
    names = set(_type_names(hints.get(first.name, first.annotation)))
    shapes = [
        *([Shape.STR] if names & {"str", "AnyStr", "LiteralString"} else []),
        *([Shape.BYTES] if names & {"bytes", "bytearray", "memoryview", "Buffer"} else []),
        *([Shape.DOCUMENT] if names & {"dict", "list", "Mapping", "MutableMapping", "Sequence"} else []),
        *([Shape.TEXT_FILE] if names & STREAMS and "BinaryIO" not in names else []),
        *([Shape.BINARY_FILE] if names & STREAMS and "TextIO" not in names else []),
    ]
    if shapes:
        return tuple(shapes)
    if names & {"Path", "PathLike", "PurePath"}:
        raise UserError(f"{spec} takes a path; name a function that takes what is in the file, or write one")
    if names - {"Any", "object", "_empty", "TypeVar", "T"}:
        shown = inspect.formatannotation(first.annotation)
        raise UserError(
            f"{spec} takes {first.name}: {shown}, and an input is text, bytes or a document; "
            "write a function that takes one"
        )
    if first.name in FILES:
        return Shape.TEXT_FILE, Shape.BINARY_FILE, Shape.STR, Shape.BYTES
    return Shape.STR, Shape.BYTES, Shape.DOCUMENT


def _type_names(hint: Any) -> Iterator[str]:
    """Yield the names of the types in an annotation; of a generic its own, of a union each member's."""
    if isinstance(hint, str):
        try:
            tree = ast.parse(hint, mode="eval")
        except SyntaxError:
            return
        for node in ast.walk(tree):
            if parts := dotted(node):
                yield parts[-1]
        return
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        yield from _type_names(typing.get_args(hint)[0])
    elif origin is typing.Union or type(hint).__name__ == "UnionType":
        for each in typing.get_args(hint):
            if each is not type(None):
                yield from _type_names(each)
    elif origin is not None:
        yield getattr(origin, "__name__", str(origin))
    else:
        yield getattr(hint, "__name__", "") or type(hint).__name__


def _index(home: str) -> Index:
    """Read the modules of a function's package that are imported by now, its own first."""
    root = home.partition(".")[0]
    names = [name for name in sys.modules if name == root or name.startswith(root + ".")]
    near = sorted(names, key=lambda name: (name != home, not name.startswith(home), name.count("."), name))[
        :MOST_MODULES
    ]
    modules: dict[str, Module] = {}
    for name in near:
        file = getattr(sys.modules.get(name), "__file__", None)
        if isinstance(file, str) and file.endswith(".py"):
            try:
                text = Path(file).read_bytes().decode("utf-8-sig")
                modules[name] = outline(name, text, path=file, is_package=Path(file).name == "__init__.py")
            except (OSError, ValueError, SyntaxError, RecursionError):
                continue
    return Index(modules)


def _promised(docstring: str, index: Index, place: str | None, home: str) -> Iterator[tuple[type[BaseException], str]]:
    """Yield the errors that are documented, then those that its source raises, as classes, each once."""
    seen: set[type[BaseException]] = set()
    texts = [docstring]
    if place and isinstance(node := index.node(place), ast.ClassDef):
        makers = [s for s in node.body if isinstance(s, Function) and s.name in ("__init__", "__new__")]
        texts += [ast.get_docstring(maker) or "" for maker in makers]
    for name in [name for text in texts for name in documented(text)]:
        known = [_namespace(home), vars(builtins)]
        cls = class_of(name, known) or class_of(name.rpartition(".")[2], known)
        if cls is not None and cls not in seen:
            seen.add(cls)
            yield cls, "documented"
    for promise in raised(index, [place] if place else []):
        cls = class_of(promise.name, [_namespace(promise.module), vars(builtins)])
        if cls is not None and cls not in seen:
            seen.add(cls)
            yield cls, promise.where


def _namespace(module: str) -> Mapping[str, Any]:
    found = sys.modules.get(module)
    return vars(found) if isinstance(found, ModuleType) else {}


def _readers(index: Index, places: Iterable[str]) -> tuple[str, str]:
    """Give which reader the source hands something to, and the model by which it reads, where it is one of its own."""
    reads, model = "", ""
    for place in sorted(places):
        node, home = index.node(place), index.modules.get(place.partition(":")[0])
        if node is None or home is None or isinstance(node, ast.ClassDef):
            continue
        for each in ast.walk(node):
            if not isinstance(each, ast.Call):
                continue
            name = home.absolute(each.func)
            root, last = name.partition(".")[0], name.rpartition(".")[2]
            if last in ("model_validate_json", "model_validate"):
                parts = dotted(each.func)[:-1]
                cls = _model_named(".".join(parts), _namespace(home.name))
                if cls is not None and not model:
                    model = f"{cls.__module__}:{cls.__qualname__}"
            if root in ("json", "simplejson", "orjson", "ujson") and last in ("loads", "load", "JSONDecoder"):
                reads = "json"
            elif root == "csv" and last in ("reader", "DictReader"):
                reads = reads or "csv"
    return ("json" if model else reads), model


def _model_named(name: str, namespace: Mapping[str, Any]) -> type | None:
    """Give the pydantic model of a name that stands in a module, if it can be imported from where it is defined."""
    found: Any = namespace.get(name.partition(".")[0])
    for part in name.split(".")[1:]:
        found = getattr(found, "__dict__", {}).get(part)
    if not (isinstance(found, type) and hasattr(found, "model_json_schema") and "<" not in found.__qualname__):
        return None
    defined: Any = sys.modules.get(found.__module__)
    for part in found.__qualname__.split("."):
        defined = getattr(defined, part, None)
    return found if defined is found else None


def _twins(function: Any, module: str, attribute: str) -> Iterator[str]:
    """Yield functions that may write what this one reads, by their names: beside it, or where it is defined."""
    own = attribute.rpartition(".")[2].lower()
    if not attribute or "." in attribute:
        return
    wanted: dict[str, None] = {}
    for reads, writes in PAIRS:
        if reads in own:
            wanted[own.replace(reads, writes)] = None
    home = str(getattr(function, "__module__", "") or module)
    places = dict.fromkeys([module, home, module.rpartition(".")[0]])
    for name in wanted:
        for place in places:
            found = [n for n, v in list(_namespace(place).items()) if n.lower() == name and _is_writer(v)]
            if found and found[0] != attribute:
                yield f"{place}:{found[0]}"
                break


def _is_writer(value: object) -> bool:
    return callable(value) and not isinstance(value, type)
