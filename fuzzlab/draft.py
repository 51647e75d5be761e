"""The text of a target's file, from what is known of its function.

Nothing that a docstring, an exception or an input says gets into code: what stands there are names that were resolved
to classes, functions and modules. Evidence stands in comments, of one line each, escaped.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.chain import exception_name
from fuzzlab.errors import UserError
from fuzzlab.escape import one_line, shown_input
from fuzzlab.promises import class_of
from fuzzlab.quantities import counted
from fuzzlab.scope import shown_path
from fuzzlab.subject import Subject
from fuzzlab.target import NAME
from fuzzlab.trial import IDEMPOTENT, Shape, Trial, Tried

__all__ = ["Draft", "default_name", "draft"]

GENERIC = re.compile(
    r"(?:safe_)?(?:parse|loads?|decode|read|from_?\w*|validate\w*|unpack|parser|tokenize|convert|main|run)"
)
"""Names that say nothing without their module's."""

NEVER = (RecursionError, MemoryError, SystemExit, KeyboardInterrupt, GeneratorExit, AssertionError)
"""What no contract of a parser allows, whoever documents it."""

HELD_FOR = 3
"""Accepted inputs for which a claim must have held, all there were, to be suggested."""

EXAMPLE = 16
"""Characters, or bytes where it is no text, of an input in a comment: escaped, they still fit a line."""

SHOWN = 8
"""Kinds of failures told, each with an example: more are one bug, or many, but no list to read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A target's file: `text` is its content, `stem` the name of its file, the others what a person is told."""

    name: str
    stem: str
    text: str
    format: str
    allow: tuple[str, ...]
    refused: tuple[str, ...]
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Allowance:
    """What may be refused with, and what was raised beside that; each with its evidence."""

    allowed: dict[type[BaseException], str]
    others: dict[str, list[Tried]]


def default_name(spec: str) -> str:
    """Give a target its name by its function's, with the module's where that alone says nothing."""
    module, _, attribute = spec.partition(":")
    parts = [_snake(part) for part in attribute.split(".")]
    name = "_".join(parts)
    if len(parts) == 1 and GENERIC.fullmatch(name):
        outer = [part for part in map(_snake, module.split(".")) if not GENERIC.fullmatch(part)]
        name = f"{outer[-1]}_{name}" if outer else name
    return name


def draft(subject: Subject, trial: Trial, *, name: str, width: int = 88, own: Collection[str] = ()) -> Draft:
    """Write the file.

    Args:
        subject: the function.
        trial: what it did.
        name: of the target.
        width: of a line.
        own: the project's own top-level modules, which are imported last.

    Raises:
        UserError: `name` is none for a target.
    """
    if not NAME.fullmatch(name):
        raise UserError(f"--name {name!r} cannot name a target: letters, digits, '_', '-' and '.', at most 100")
    allowance = _allowance(subject, trial)
    modules = {subject.module}
    errors = {cls: _reference(cls, subject, modules) for cls in allowance.allowed}
    names = [error for error in errors.values() if error]
    form, parameter, body = _call(subject, trial, modules)
    function = _free(re.sub(r"\W", "_", name), {module.partition(".")[0] for module in modules})
    refused = tuple(_told_refusals(allowance, errors, trial))
    suggestions = tuple(_suggestions(trial))
    options = [f"format={form}"]
    if subject.has_source or names:
        options.append(f"allow={_tuple(names)}")
    if function != name:
        options.append(f"name={name!r}")
    imports = _imports(modules, own)
    title = f"What `{subject.spec}` reads."
    counts = f"In its trial it accepted {len(trial.accepted)} of {counted(len(trial.tried), 'input')}"
    summary = f"{counts}. Drafted by `fuzzlab new`: read it, and make it your own."
    comments = [*refused, *suggestions]
    lines = [
        f'"""{title}', "", *textwrap.wrap(summary, width), '"""', "", *imports, "", "",
        *(line for comment in comments for line in _comment(comment, width)),
        *_exploded("@target(", options, ")", width),
        f"{'async ' if subject.is_async else ''}def {function}({parameter}) -> object:",
        f'    """Read one input with `{subject.spec}`."""',
        f"    return {body}",
    ]  # fmt: skip
    return Draft(name, function, "\n".join(lines) + "\n", form, tuple(names), refused, suggestions)


def _allowance(subject: Subject, trial: Trial) -> _Allowance:
    """Decide which errors refuse.

    What is documented; what the source raises, if it fits an input: a builtin error beside the package's own only where
    it was seen. Where nothing is promised, what was seen and is a refusal by custom.
    """
    root = subject.module.partition(".")[0]
    observed = {name: (tried, _class(name)) for name, tried in trial.errors.items()}
    seen = {cls for _, cls in observed.values() if cls is not None}
    fitting = {cls: where for cls, where in subject.promised if _fits(cls, where, root) or cls in seen}
    has_own = any(cls.__module__ != "builtins" for cls in fitting)
    allowed = {
        cls: where
        for cls, where in fitting.items()
        if where == "documented" or cls in seen or cls.__module__ != "builtins" or not has_own
    }
    for cls in [cls for cls, where in allowed.items() if where != "documented" and cls not in seen]:
        # What is raised there may be caught on the way; what came out of the package instead is more telling.
        if finer := [s for s in seen if issubclass(s, cls) and s.__module__.partition(".")[0] == root]:
            where = allowed.pop(cls)
            allowed |= dict.fromkeys(finer, where)
    for tried, refusal in [] if allowed else observed.values():
        if refusal is not None and _fits(refusal, "", root):
            allowed.setdefault(refusal, f"seen for {len(tried)} of {counted(len(trial.tried), 'input')}")
    kept = {cls: why for cls, why in allowed.items() if not any(cls is not o and issubclass(cls, o) for o in allowed)}
    others = {name: tried for name, (tried, cls) in observed.items() if cls is None or not issubclass(cls, tuple(kept))}
    return _Allowance(kept, others)


def _fits(cls: type[BaseException], where: str, root: str) -> bool:
    """Whether an error may say that an input is no good: by documentation, by custom, or as the package's own."""
    if not issubclass(cls, Exception) or issubclass(cls, (*NEVER, TypeError, NotImplementedError, Warning)):
        return False
    return (
        where == "documented" or issubclass(cls, ValueError) or cls.__module__.partition(".")[0] == root != "builtins"
    )


def _class(name: str) -> type[BaseException] | None:
    """Give the exception class of a name that a worker told, where this process has its module too."""
    module, _, last = name.rpartition(".")
    while True:
        found = sys.modules.get(module or "builtins")
        if found is not None:
            return class_of(last, [vars(found)])
        if not module:
            return None
        module, _, middle = module.rpartition(".")
        last = f"{middle}.{last}"


def _reference(cls: type[BaseException], subject: Subject, modules: set[str]) -> str:
    """Give the expression for a class, and add the module that it takes; empty where there is none."""
    name = cls.__qualname__
    if not all(part.isidentifier() for part in name.split(".")):
        return ""
    if cls.__module__ == "builtins":
        return name
    parts = cls.__module__.split(".")
    places = [subject.module, *(["pydantic"] if parts[0] == "pydantic_core" else [])]
    places += [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    for place in places:
        found = sys.modules.get(place)
        if (
            found is not None
            and class_of(name, [vars(found)]) is cls
            and all(part.isidentifier() for part in place.split("."))
        ):
            modules.add(place)
            return f"{place}.{name}"
    return ""


_TAKEN = {
    Shape.STR: ("str", "{}"),
    Shape.BYTES: ("bytes", "{}"),
    Shape.DOCUMENT: ("dict[str, object]", "{}"),
    Shape.TEXT_FILE: ("str", "io.StringIO({})"),
    Shape.BINARY_FILE: ("bytes", "io.BytesIO({})"),
}


def _call(subject: Subject, trial: Trial, modules: set[str]) -> tuple[str, str, str]:
    """Give the format, the parameter and the call."""
    path = f"{subject.module}.{subject.attribute}"
    taken = "value" if "value" not in {module.partition(".")[0] for module in modules} else "data"
    form = "formats.text()"
    if subject.model:
        module, _, model = subject.model.partition(":")
        modules.add(module)
        form = f"formats.json({module}.{model})"
    elif subject.reads == "csv":
        form = "formats.csv()"
    elif subject.reads == "json" or trial.shape is Shape.DOCUMENT or _is_json(trial):
        form = "formats.json()"
    elif trial.shape in (Shape.BYTES, Shape.BINARY_FILE):
        form = "formats.raw()"
    if subject.is_model:
        return form, f"{taken}: bytes", f"{path}.model_validate_json({taken})"
    kind, given = _TAKEN[trial.shape]
    if "io." in given:
        modules.add("io")
    called = f"{path}({given.format(taken)})"
    called = f"await {called}" if subject.is_async else f"list({called})" if subject.is_generator else called
    return form, f"{taken}: {kind}", called


def _is_json(trial: Trial) -> bool:
    """Whether what was accepted is JSON, all of it, and there are objects and lists among it."""
    accepted = [each.data.strip() for each in trial.accepted]
    return (
        any(d[:1] == b"{" for d in accepted)
        and any(d[:1] == b"[" for d in accepted)
        and all(map(_is_document, accepted))
    )


def _is_document(data: bytes) -> bool:
    return bool(re.match(rb'[\[{"0-9tfnNI-]', data))


def _told_refusals(allowance: _Allowance, errors: Mapping[type[BaseException], str], trial: Trial) -> Iterator[str]:
    """Say on what ground each error is allowed, and which were raised that are not."""
    counts = {name: len(tried) for name, tried in trial.errors.items()}
    for cls, why in allowance.allowed.items():
        times = sum(count for name, count in counts.items() if (other := _class(name)) and issubclass(other, cls))
        ground = why if why.startswith(("documented", "seen")) else f"raised at {_short(why)}"
        seen = "" if why.startswith("seen") else f", seen for {times} of {counted(len(trial.tried), 'input')}"
        kind = "Allowed" if errors[cls] else "Raised, and not to be imported from anywhere"
        yield f"{kind}: {errors[cls] or one_line(exception_name(cls))}, {one_line(ground)}{seen}."
    for name, tried in list(allowance.others.items())[:SHOWN]:
        at = f" at {one_line(_short(tried[0].place))}" if tried[0].place else ""
        yield (
            f"Not allowed, and a finding of the first check: {one_line(name)}{at}, for {len(tried)} of "
            f"{counted(len(trial.tried), 'input')}, such as {_example(tried)}."
        )


def _suggestions(trial: Trial) -> Iterator[str]:
    """Say which oracles would have held in the trial."""
    for claim, (held, asked) in trial.claims().items():
        if held < asked or asked < HELD_FOR or asked < len(trial.accepted) // 2:
            continue
        if claim == IDEMPOTENT:
            oracle = "oracles.idempotent()"
        elif claim.startswith("."):
            oracle = f"oracles.round_trip(lambda result: result{claim}())"
        else:
            oracle = f"oracles.round_trip({claim.replace(':', '.')})"
        if all(part.isidentifier() for part in re.split(r"[.:]", claim.strip("."))):
            yield f"Suggested: oracles=[{oracle}], which held for {held} of {counted(asked, 'accepted input')}."


def _example(tried: Sequence[Tried]) -> str:
    return shown_input(min((each.data for each in tried), key=lambda data: (len(data), data)), EXAMPLE)


def _short(place: str) -> str:
    """Give `file:line` as it is on other machines too: from where modules are imported, or at least without folders."""
    path = Path(shown_path(place))
    if not path.is_absolute():
        return str(path)
    inside = [path.relative_to(base) for entry in sys.path if path.is_relative_to(base := Path(entry).resolve())]
    return str(max(inside, key=lambda relative: len(relative.parts), default=path.name))


def _imports(modules: Iterable[str], own: Collection[str]) -> list[str]:
    """Give the import statements: the standard library, others, the project's own, a blank line between."""
    sections: list[list[str]] = [[], [], []]
    for module in [*sorted(modules, key=lambda name: (name.lower(), name)), "fuzzlab"]:
        root = module.partition(".")[0]
        if root == "builtins":
            continue
        line = f"import {module}" if module != "fuzzlab" else "from fuzzlab import formats, target"
        number = 2 if root in own else 0 if root in sys.stdlib_module_names else 1
        sections[number].append(line)
    blocks = ["\n".join(sorted(section, key=lambda line: line.startswith("from "))) for section in sections if section]
    return "\n\n".join(blocks).split("\n")


def _exploded(head: str, items: Sequence[str], tail: str, width: int) -> list[str]:
    """Write a call on one line, or with an argument a line."""
    line = f"{head}{', '.join(items)}{tail}"
    return [line] if len(line) <= width else [head, *(f"    {item}," for item in items), tail]


def _tuple(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _comment(text: str, width: int) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, width - 2, break_on_hyphens=False)]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().strip("_")


def _free(name: str, taken: Collection[str]) -> str:
    """Give a name for the function that hides nothing which its own file needs."""
    if name[:1].isdigit():
        name = f"target_{name}"
    hidden = {"formats", "target", "oracles", "value", "data", *taken, *vars(builtins)}
    return f"{name}_target" if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in hidden else name
