"""The project's own source files under the names of their modules, found by its pyproject.toml; nothing is imported."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from fuzzlab.errors import UserError, nearest
from fuzzlab.outline import Module, outline
from fuzzlab.project import Project

__all__ = ["Source", "find_module", "read", "sources", "tests"]

LEFT_OUT = frozenset({
    "test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "benchmark", "benchmarks",
    "bench", "ci", "script", "scripts", "tool", "tools", "build", "dist", "venv", "env", "node_modules", "corpus",
    "setup", "conftest", "noxfile", "tasks", "fabfile", "versioneer",
})  # fmt: skip
"""Beside pyproject.toml, what is no part of the program."""

FOREIGN = frozenset({"test", "tests", "__pycache__", "_vendor", "vendor", "vendored", "_vendored"})
"""Inside a package: tests that are installed with it, and code of others that was copied into it."""

LARGEST = 4 << 20
"""Bytes. A larger file of source was made by a program, and takes seconds to read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of source and the name of its module."""

    module: str
    path: Path

    @property
    def is_package(self) -> bool:
        """Whether it is a package's own file."""
        return self.path.name == "__init__.py"


def sources(project: Project) -> list[Source]:
    """Give the files of the project's own code: what `audit` of its configuration names, or else what it is built of.

    Raises:
        UserError: a configured module is not there.
    """
    if project.config.audit is not None:
        found = [source for name in project.config.audit for source in _named(project, name)]
    else:
        found = [source for place in _places(project) for source in place.sources()]
    return list({source.module: source for source in sorted(found, key=lambda source: source.module)}.values())


def find_module(project: Project, name: str) -> list[Source]:
    """Give the files of a module, or of a package with all below it, or nothing."""
    for base in (project.root, project.root / "src", *(Path(entry or os.curdir) for entry in sys.path)):
        path = base.joinpath(*name.split("."))
        if path.is_dir() and any(path.glob("*.py")):
            return list(_package(path, name))
        if (file := path.with_name(f"{path.name}.py")).is_file():
            return [Source(name, file)]
    return []


def tests(project: Project) -> list[Source]:
    """Give the project's tests, wherever they lie in it."""
    found = []
    for folder, names, files in os.walk(project.root):
        names[:] = [
            n
            for n in names
            if n[0] != "." and n not in ("node_modules", "build", "dist") and not _is_environment(Path(folder, n))
        ]
        inside = bool({"test", "tests"} & set(Path(folder).relative_to(project.root).parts))
        found += [
            Source(Path(file).stem, Path(folder, file))
            for file in sorted(files)
            if file.endswith(".py") and (inside or _is_test(file))
        ]
    return sorted(found, key=lambda source: source.path)


def read(project: Project, source: Source, warn: Callable[[str], None]) -> Module | None:
    """Read the outline of a file, or warn of one that cannot be read, and give nothing."""
    shown = project.shown(source.path)
    try:
        if source.path.stat().st_size > LARGEST:
            warn(f"{shown} is larger than {LARGEST >> 20} MiB; passed over")
            return None
        text = source.path.read_bytes().decode("utf-8-sig")
        return outline(source.module, text, path=shown, is_package=source.is_package)
    except SyntaxError as error:
        warn(f"{shown}:{error.lineno or 0} is no Python: {error.msg}; passed over")
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        warn(f"{shown} cannot be read: {why}; passed over")
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder with packages and modules, which of them are meant, and whether one without `__init__.py` is one."""

    folder: Path
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    loose: bool = False
    declared: bool = False

    def sources(self) -> Iterator[Source]:
        try:
            entries = sorted(self.folder.iterdir())
        except OSError:
            return
        for entry in entries:
            name = entry.stem if entry.suffix == ".py" else entry.name
            if not name.isidentifier() or (name in LEFT_OUT and not self.declared) or not self._is_meant(name):
                continue
            if entry.suffix == ".py" and entry.is_file() and not _is_test(entry.name):
                yield Source(name, entry)
            elif entry.is_dir() and not _is_environment(entry):
                is_package = (entry / "__init__.py").is_file()
                if is_package or (self.loose and any(entry.rglob("*.py"))):
                    yield from _package(entry, name)

    def _is_meant(self, name: str) -> bool:
        return any(fnmatchcase(name, p.partition(".")[0]) for p in self.include) and not any(
            fnmatchcase(name, p) for p in self.exclude
        )


def _named(project: Project, name: str) -> list[Source]:
    if found := find_module(project, name):
        return found
    known = {source.module.partition(".")[0] for place in _places(project) for source in place.sources()}
    raise UserError(
        f"[tool.fuzzlab] audit names {name!r}, which is no module beside pyproject.toml, in src/ or on the path"
        f"{nearest(name, known)}"
    )


def _package(folder: Path, name: str) -> Iterator[Source]:
    """Yield the files of a package; tests that are installed with it are tests all the same."""
    for inside, names, files in os.walk(folder):
        names[:] = sorted(n for n in names if n.isidentifier() and n not in FOREIGN)
        parts = Path(inside).relative_to(folder).parts
        for file in sorted(files):
            stem = file.removesuffix(".py")
            if file.endswith(".py") and stem.isidentifier() and not _is_test(file) and stem != "conftest":
                own = () if stem == "__init__" else (stem,)
                yield Source(".".join([name, *parts, *own]), Path(inside, file))


def _is_test(file: str) -> bool:
    return file.startswith("test_") or file.endswith("_test.py")


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists()


def _places(project: Project) -> list[_Place]:
    """Give where the packages lie: as the build says, or by the two customs, `src/` and beside pyproject.toml."""
    document = _pyproject(project.root / "pyproject.toml")
    if declared := list(_declared(project.root, document)):
        return declared
    source = project.root / "src"
    if source.is_dir() and any(source.rglob("*.py")):
        return [_Place(source, loose=True)]
    named = re.sub(r"[-.]+", "_", str(_at(document, "project", "name") or "")).lower()
    own = [_Place(project.root, include=(named,), loose=True, declared=True)] if named else []
    return [_Place(project.root), *own]


def _declared(root: Path, document: Mapping[str, Any]) -> Iterator[_Place]:
    """Yield what setuptools, Hatch, Poetry, Flit and uv are told to put into the package."""
    packages = _at(document, "tool", "setuptools", "packages")
    if isinstance(packages, dict) and isinstance(find := packages.get("find"), dict):
        for where in _texts(find.get("where", ["."])):
            include, exclude = tuple(_texts(find.get("include", ["*"]))), tuple(_texts(find.get("exclude", [])))
            yield _Place(root / where, include, exclude, declared=include != ("*",))
    names = [*_texts(packages), *_texts(_at(document, "tool", "setuptools", "py-modules"))]
    names += _texts(_at(document, "tool", "flit", "module", "name")) + _texts(_at(document, "tool", "flit", "module"))
    names += _texts(_at(document, "tool", "uv", "build-backend", "module-name"))
    for module in names:
        for folder in (root / "src", root):
            yield _Place(folder, (module,), loose=True, declared=True)
    for path in _texts(_at(document, "tool", "hatch", "build", "targets", "wheel", "packages")):
        yield _Place((root / path).parent, (Path(path).name,), loose=True, declared=True)
    listed = _at(document, "tool", "poetry", "packages")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(entry := each.get("include"), str):
            folder = root / str(each.get("from", "."))
            yield _Place(folder, (entry.partition("/")[0].removesuffix(".py"),), loose=True, declared=True)


def _pyproject(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}  # there is none; what is wrong with one, the configuration has told


def _at(document: Any, *keys: str) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
