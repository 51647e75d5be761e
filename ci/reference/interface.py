"""The page of the public interface, from signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import fuzzlab
from ci.reference.markdown import code, docstring, heading, prose, table
from fuzzlab import formats, oracles
from fuzzlab.formats import signers
from fuzzlab.oracles import transforms
from fuzzlab.oracles.sinks import SINKS

__all__ = ["MODULES", "page"]

LINE = 60
"""Characters."""

MODULES: dict[str, ModuleType] = {
    "fuzzlab": fuzzlab,
    "fuzzlab.formats": formats,
    "fuzzlab.formats.signers": signers,
    "fuzzlab.oracles": oracles,
    "fuzzlab.oracles.transforms": transforms,
}


def page() -> str:
    """Give the page."""
    parts = [
        heading(1, "Public interface"),
        "What is named here keeps its name and its meaning; all else may change.\n",
    ]
    for name, module in MODULES.items():
        parts += [heading(2, code(name)), *_members(name, module)]
    parts += [heading(2, "Sinks"), "Of `oracles.storable(…)`:\n", table(["sink", ""], list(_sinks()))]
    return "\n".join(parts)


def _members(name: str, module: ModuleType) -> Iterator[str]:
    for member in module.__all__:
        thing = getattr(module, member)
        if isinstance(thing, ModuleType):
            yield f"- {code(f'{name}.{member}')}: below.\n"
            continue
        yield heading(3, code(f"{name.removeprefix('fuzzlab.')}.{member}"), anchor=f"{name}.{member}")
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield f"```python\n{_signature(member, thing)}\n```\n"
            yield docstring(thing)
            if inspect.isclass(thing):
                yield from _methods(thing)
        else:
            yield f"{code(repr(thing))}\n"


def _methods(cls: type) -> Iterator[str]:
    for name, thing in vars(cls).items():
        function = thing.fget if isinstance(thing, property) else getattr(thing, "__func__", thing)
        if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        shown = name if isinstance(thing, property) else _signature(name, function).replace("\n", " ")
        yield f"- {code(shown)}: {prose(_first(function.__doc__))}"
    yield ""


def _signature(name: str, thing: object) -> str:
    """Give the signature, a line a parameter where one line would be too long to read on a telephone."""
    try:
        signature = inspect.signature(thing)  # type: ignore[arg-type]  # a function or a class
    except ValueError:
        return name
    parameters = [one for one in signature.parameters.values() if one.name != "self"]
    line = _unquoted(name + str(signature.replace(parameters=parameters)))
    if len(line) <= LINE:
        return line
    marks = ["*"] if any(one.kind is one.KEYWORD_ONLY for one in parameters) else []
    first = [str(one) for one in parameters if one.kind is not one.KEYWORD_ONLY]
    rest = [str(one) for one in parameters if one.kind is one.KEYWORD_ONLY]
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        marks = []
    inside = "".join(f"    {one},\n" for one in [*first, *marks, *rest])
    end = "" if signature.return_annotation is signature.empty else f" -> {signature.return_annotation}"
    return _unquoted(f"{name}(\n{inside}){end}")


def _unquoted(signature: str) -> str:
    """Take the quotes from annotations, which are texts until somebody asks, and not from defaults."""
    return re.sub(r"(: |-> )(?:'([^']*)'|\"([^\"]*)\")", r"\1\2\3", signature)


def _sinks() -> Iterator[tuple[str, str]]:
    for name, sink in SINKS.items():
        yield code(name), prose(_first(sink.__doc__ or ""))


def _first(text: str) -> str:
    """Give the first paragraph of a docstring as a line."""
    return " ".join(inspect.cleandoc(text).partition("\n\n")[0].split())
