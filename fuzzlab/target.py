"""Parser entry points under their names: the decorator, the registry, and finding targets by name."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import sys
import traceback
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, overload

from fuzzlab import formats
from fuzzlab.contract import Allow, Budget, Contract, contract
from fuzzlab.errors import UserError, nearest
from fuzzlab.formats import Format, HttpMessage
from fuzzlab.oracles import Oracle

__all__ = ["REGISTRY", "Target", "adhoc", "bare", "load", "select", "target"]

Function = Callable[..., Any]
F = TypeVar("F", bound=Function)

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""A target's name is a folder's name too, so that it may neither leave the corpus nor hide in it."""


@dataclass(frozen=True, slots=True)
class Target:
    """One parser entry point, the format of its input, and its contract.

    `shape` is what the function takes: `bytes` (the input as stored), `str` (their text) or `value` (the format's).
    `home` is the module that registers it, which a worker imports.
    `options` holds what the command line said of a target that nobody registered, so that a worker can build it again.
    """

    name: str
    function: Function = field(repr=False)
    format: Format[Any] = field(repr=False)
    contract: Contract
    shape: str
    home: str
    instrument: tuple[str, ...] | None = None
    options: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that defines the function."""
        module = getattr(bare(self.function), "__module__", None)
        return module if isinstance(module, str) else self.home

    @property
    def place(self) -> str:
        """`module:function`."""
        if self.options:
            return self.options[0]
        function = bare(self.function)
        return f"{self.module}:{getattr(function, '__qualname__', type(function).__qualname__)}"

    def decoder(self) -> Callable[[bytes], object] | None:
        """Give what turns an input into what the function takes (and may raise Undecodable); None for the bytes."""
        if self.shape == "bytes":
            return None
        if self.shape == "str":
            return lambda data: data.decode("utf-8", "replace")
        return self.format.decode


REGISTRY: dict[str, Target] = {}
"""Every registered target by its name, in the order of registration."""


@overload
def target(function: F, /) -> F: ...
@overload
def target(
    *,
    format: Format[Any] | None = None,
    allow: Allow | None = None,
    budget: Budget | None = None,
    oracles: Sequence[Oracle] = (),
    sanitizers: Sequence[str] | None = None,
    instrument: Sequence[str] | None = None,
    name: str | None = None,
) -> Callable[[F], F]: ...
def target(function: F | None = None, /, **options: Any) -> F | Callable[[F], F]:
    """Register a parser entry point: a function of one argument, under its own name.

    Args:
        function: given when the decorator stands without arguments.
        **options: `format`, what the input is (inferred from the annotation where that says it: `bytes` -> raw,
            `str` -> text, `dict`/`list` -> json, `HttpMessage` -> http); `allow`, the errors with which it may
            refuse (default ValueError); `budget`, what one call may cost; `oracles`, checks of accepted results;
            `sanitizers`, which side effects to watch for (default all); `instrument`, the packages to watch
            coverage in (default: the function's own and those that it calls into); `name`.

    Returns:
        the function, unchanged.

    Raises:
        UserError: the registration makes no sense; the message says what and where.
    """
    home = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001 - the documented way to the caller's frame

    def register(function: F) -> F:
        made = _build(function, home=home, **options)
        other = REGISTRY.get(made.name)
        if other is not None and not _same_function(other.function, function):
            raise UserError(
                f"{_where(function)}: a target named {made.name!r} is registered already, at {_where(other.function)}"
            )
        REGISTRY[made.name] = made
        return function

    return register if function is None else register(function)


def adhoc(spec: str, *, format_name: str | None = None, allow: Sequence[str] = ()) -> Target:
    """Make a target of `module:function`, code that knows nothing of fuzzlab.

    Args:
        spec: `package.module:function` (or `Class.method`).
        format_name: one of the formats' names; inferred from the annotation without it, text where there is none.
        allow: `module:Error` names; without any, ValueError.

    Raises:
        UserError: something of it does not exist or cannot be a target.
    """
    function = _resolve(spec, "function")
    if not callable(function):
        raise UserError(f"{spec}: not callable, but {type(function).__name__}")
    classes = [_resolve(name, "exception class") for name in allow]
    for name, cls in zip(allow, classes, strict=True):
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise UserError(f"--allow {name}: not an exception class")
    options = (spec, format_name or "", *allow)
    chosen = _format_named(format_name) if format_name else None
    home, name = spec.partition(":")[0], spec.replace(":", ".")
    return _build(function, home=home, name=name, format=chosen, allow=classes or None, options=options, loose=True)


def load(modules: Sequence[str], *, root: Path) -> dict[str, Target]:
    """Import `modules` (packages with all that lies in them) and give the targets registered by then.

    A configured default that does not exist (`targets`) is no error: a project may have no targets yet.

    Raises:
        UserError: a module does not import; the message has its own error, its file and line.
    """
    on_path = str(root)
    if on_path not in sys.path:
        sys.path.insert(0, on_path)
    for name in modules:
        module = _import(name, missing_ok=list(modules) == ["targets"])
        for info in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
            _import(info.name)
    return REGISTRY


def select(
    names: Sequence[str], known: dict[str, Target], *, format_name: str | None = None, allow: Sequence[str] = ()
) -> list[Target]:
    """Give the targets of these names, all of them for no name; `module:function` needs no registration.

    Raises:
        UserError: there is no such target (the closest name is given), or none at all.
    """
    chosen = []
    for name in dict.fromkeys(names):
        if ":" in name:
            chosen.append(adhoc(name, format_name=format_name, allow=allow))
        elif name in known:
            if format_name or allow:
                raise UserError(
                    f"--format and --allow are for module:function; {name} is registered with its own contract"
                )
            chosen.append(known[name])
        else:
            hint = nearest(name, known) or ("" if known else "; none is registered")
            raise UserError(f"no target named {name!r}{hint}; `fuzzlab list` shows them, module:function needs no name")
    if not names and not known:
        raise UserError(
            "no targets: decorate a parser with @fuzzlab.target in a module that [tool.fuzzlab] targets names, "
            "or give module:function"
        )
    return chosen if names else list(known.values())


def _build(
    function: Function,
    *,
    home: str,
    format: Format[Any] | None = None,  # noqa: A002
    allow: Allow | None = None,
    budget: Budget | None = None,
    oracles: Sequence[Oracle] = (),
    sanitizers: Sequence[str] | None = None,
    instrument: Sequence[str] | None = None,
    name: str | None = None,
    options: tuple[str, ...] = (),
    loose: bool = False,
) -> Target:
    """Check what was said of a function and make a target of it; `loose` for code that was not written for fuzzlab."""
    where = options[0] if options else _where(function)
    name = getattr(function, "__name__", "") if name is None else name
    if not NAME.fullmatch(name):
        raise UserError(f"{where}: {name!r} cannot name a target: letters, digits, '_', '-' and '.', at most 100")
    annotation = _annotation(function, where)
    chosen = format or _format_of(annotation, loose=loose, where=where)
    try:
        promise = contract(allow=allow, budget=budget, oracles=oracles, sanitizers=sanitizers)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    return Target(
        name=name,
        function=function,
        format=chosen,
        contract=promise,
        shape=_shape(annotation, chosen),
        home=home,
        instrument=None if instrument is None else tuple(instrument),
        options=options,
    )


def _annotation(function: Function, where: str) -> Any:
    """Give the annotation of the one argument that the function takes.

    Raises:
        UserError: it takes none, or more than one that has no default.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None  # a builtin without a signature: taken at its word
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
    required = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not positional or len(required) > 1:
        took = f"{len(required)} required ({', '.join(required)})" if required else "none"
        raise UserError(f"{where}: a target takes one argument, {getattr(function, '__name__', 'this')} takes {took}")
    try:
        return typing.get_type_hints(function).get(positional[0].name)
    except Exception:  # noqa: BLE001 - a hint that cannot be evaluated (a name under TYPE_CHECKING) says nothing
        return None


def _format_of(annotation: Any, *, loose: bool, where: str) -> Format[Any]:
    origin = typing.get_origin(annotation) or annotation
    if origin in (bytes, bytearray):
        return formats.raw()
    if origin is str:
        return formats.text()
    if origin in (dict, list):
        return formats.json()
    if origin is HttpMessage:
        return formats.http()
    if hasattr(origin, "model_json_schema"):
        return formats.json(origin)
    if loose:
        return formats.text()  # most parsers that annotate nothing take a str
    raise UserError(
        f"{where}: say format=formats.…, the annotation {annotation!r} does not (bytes, str, dict, list do)"
    )


def _shape(annotation: Any, chosen: Format[Any]) -> str:
    if annotation is str and chosen.name != "text":
        return "str"
    return "bytes" if annotation in (bytes, bytearray) or chosen.name == "raw" else "value"


def _format_named(name: str) -> Format[Any]:
    doors: dict[str, Callable[[], Format[Any]]] = {
        "raw": formats.raw, "text": formats.text, "json": formats.json, "csv": formats.csv, "http": formats.http,
    }  # fmt: skip
    if name not in doors:
        raise UserError(f"--format {name}: no such format{nearest(name, doors)}; there are {', '.join(doors)}")
    return doors[name]()


def _resolve(spec: str, what: str) -> Any:
    module_name, _, attribute = spec.partition(":")
    if not module_name or not attribute:
        raise UserError(f"{spec!r}: name the {what} as module:name")
    found: Any = _import(module_name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise UserError(f"{spec}: {module_name} has no {attribute!r}{nearest(part, dir(found))}")
        found = getattr(found, part)
    return found


def _import(name: str, *, missing_ok: bool = False) -> ModuleType | None:
    """Import a module that people wrote; its failure is theirs, with its file and line."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if missing_ok and error.name == name:
            return None
        if error.name and name.split(".")[: error.name.count(".") + 1] == error.name.split("."):
            raise UserError(
                f"no module named {error.name!r} (from {name!r}); looked in {sys.path[0]!r} and beyond"
            ) from None
        raise UserError(f"{name} does not import: {_own_error(error)}") from error
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{name} does not import: {_own_error(error)}") from error
    except SystemExit as error:
        raise UserError(f"{name} does not import: it exits, {_own_error(error)}") from error


def _own_error(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} ({error.filename}:{error.lineno})"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
    outside = [f for f in frames if not f.filename.startswith(str(Path(__file__).parent))]
    at = f" ({outside[-1].filename}:{outside[-1].lineno})" if outside else ""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}{at}"


def bare(function: Function) -> Function:
    """Give the function inside wrappers and partial applications."""
    while True:
        inner = inspect.unwrap(function)
        inner = inner.func if isinstance(inner, functools.partial) else inner
        if inner is function:
            return function
        function = inner


def _where(function: Function) -> str:
    code = getattr(bare(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def _same_function(a: Function, b: Function) -> bool:
    """Whether two functions are one definition, imported twice."""
    names = [(getattr(f, "__module__", None), getattr(f, "__qualname__", None), _where(f)) for f in (a, b)]
    return names[0] == names[1]
