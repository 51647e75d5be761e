"""Finding targets: by their names, in the modules that the configuration names, or any `module:function`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from fuzzlab import formats
from fuzzlab.errors import UserError, nearest
from fuzzlab.formats import Format
from fuzzlab.target import REGISTRY, Target, build

__all__ = ["adhoc", "load", "resolve", "select"]


def adhoc(spec: str, *, format_name: str | None = None, allow: Sequence[str] = ()) -> Target:
    """Make a target of `module:function`, code that knows nothing of fuzzlab.

    Args:
        spec: `package.module:function` (or `Class.method`).
        format_name: one of the formats' names; inferred from the annotation without it, text where there is none.
        allow: `module:Error` names; without any, ValueError.

    Raises:
        UserError: something of it does not exist or cannot be a target.
    """
    function = resolve(spec, "function")
    if not callable(function):
        raise UserError(f"{spec}: not callable, but {type(function).__name__}; name a function")
    classes = [resolve(name, "exception class") for name in allow]
    for name, cls in zip(allow, classes, strict=True):
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise UserError(f"--allow {name}: not an exception class; write module:Error")
    options = (spec, format_name or "", *allow)
    chosen = _format_named(format_name) if format_name else None
    home, name = spec.partition(":")[0], spec.replace(":", ".")
    return build(function, home=home, name=name, format=chosen, allow=classes or None, options=options, loose=True)


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
        module = import_module(name, missing_ok=list(modules) == ["targets"])
        for info in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
            import_module(info.name)
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


def _format_named(name: str) -> Format[Any]:
    doors: dict[str, Callable[[], Format[Any]]] = {
        "raw": formats.raw, "text": formats.text, "json": formats.json, "csv": formats.csv, "http": formats.http,
    }  # fmt: skip
    if name not in doors:
        raise UserError(f"--format {name}: no such format{nearest(name, doors)}; there are {', '.join(doors)}")
    return doors[name]()


def resolve(spec: str, what: str) -> Any:
    """Give what `module:name` names; `what` says what it should be.

    Raises:
        UserError: there is no such module, or nothing of that name in it.
    """
    module_name, _, attribute = spec.partition(":")
    if not module_name or not attribute:
        raise UserError(f"{spec!r}: name the {what} as module:name")
    found: Any = import_module(module_name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise UserError(f"{spec}: {module_name} has no {attribute!r}{nearest(part, dir(found))}")
        found = getattr(found, part)
    return found


def import_module(name: str, *, missing_ok: bool = False) -> ModuleType | None:
    """Import a module that people wrote.

    Raises:
        UserError: it does not import; with its own error, its file and line.
    """
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
