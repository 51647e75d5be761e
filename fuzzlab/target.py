"""Parser entry points under their names: the decorator, the registry, and finding targets by name."""

from __future__ import annotations

import functools
import inspect
import re
import sys
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from fuzzlab import formats
from fuzzlab.clock import Clock
from fuzzlab.contract import Allow, Budget, Contract, contract
from fuzzlab.errors import UserError, nearest
from fuzzlab.formats import Format, HttpMessage
from fuzzlab.oracles import Oracle

__all__ = ["REGISTRY", "Target", "bare", "build", "target"]

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


OPTIONS = (
    "format", "allow", "budget", "oracles", "sanitizers", "reads", "writes", "statements", "clock", "instrument",
    "name",
)  # fmt: skip

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
    reads: Sequence[str] | None = None,
    writes: Sequence[str] = (),
    statements: Sequence[str] = (),
    clock: Clock | None = None,
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
            `sanitizers`, which side effects to watch for (default all); `reads` and `writes`, the folders in which it
            may open files; `statements`, functions whose first argument is code; `clock`, a `Clock` that stands
            still, put where the code under test takes the time from (default the machine's); `instrument`, the packages
            to watch coverage in (default: the function's own and those that it calls into); `name`.

    Returns:
        the function, unchanged.

    Raises:
        UserError: the registration makes no sense; the message says what and where.
    """
    home = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001 - the documented way to the caller's frame

    for option in options.keys() - OPTIONS:
        raise UserError(
            f"@target({option}=…): no such option{nearest(option, OPTIONS)}; there are {', '.join(OPTIONS)}"
        )

    def register(function: F) -> F:
        made = build(function, home=home, **options)
        other = REGISTRY.get(made.name)
        if other is not None and not _same_function(other.function, function):
            raise UserError(
                f"{_where(function)}: a target named {made.name!r} is registered already, at {_where(other.function)}"
            )
        REGISTRY[made.name] = made
        return function

    return register if function is None else register(function)


def build(
    function: Function,
    *,
    home: str,
    format: Format[Any] | None = None,  # noqa: A002
    allow: Allow | None = None,
    budget: Budget | None = None,
    oracles: Sequence[Oracle] = (),
    sanitizers: Sequence[str] | None = None,
    reads: Sequence[str] | None = None,
    writes: Sequence[str] = (),
    statements: Sequence[str] = (),
    clock: Clock | None = None,
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
    if format is not None and not isinstance(format, Format):
        raise UserError(f"{where}: format={format!r}: not a format; call it, as in formats.text()")
    annotation = _annotation(function, where)
    chosen = format or _format_of(annotation, loose=loose, where=where)
    try:
        promise = contract(
            allow=allow, budget=budget, oracles=oracles, sanitizers=sanitizers, reads=reads, writes=writes,
            statements=statements, clock=clock,
        )  # fmt: skip
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
