"""What fuzzlab finds where it runs: interpreter, engines, limits, disk, project."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

from fuzzlab import __version__
from fuzzlab.engines import coverage
from fuzzlab.errors import UserError
from fuzzlab.files import unwritable
from fuzzlab.finder import load
from fuzzlab.project import Project

__all__ = ["Fact", "checkup"]

State = Literal["ok", "note", "bad"]
"""Works, works with less than there could be, does not work."""

PACKAGES: Final = ("hypothesis", "hypothesis-jsonschema", "atheris", "pydantic", "pytest", "click", "rich")
EXTRAS: Final = {
    "pytest-xdist": "pytest -n",
    "pyyaml": "importing cassettes in YAML",
    "cryptography": "webhooks signed with ed25519",
    "coverage": "source lines in the report",
    "starlette": "the live page",
    "uvicorn": "the live page",
}

ROOM: Final = 1 << 30
"""Bytes of disk below which a night's campaign may not find the room for its corpus and its log."""

MEMORY: Final = 2 << 30
"""Bytes for all of it below which workers may be killed: a worker may take its budget (512 MiB) and its engine."""

FILES: Final = 256
"""Descriptors: a supervisor keeps about eight a worker."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was looked at; `hint` says what to do about it, where something is to be done."""

    name: str
    value: str
    state: State = "ok"
    hint: str = ""


def checkup(start: Path) -> Iterator[Fact]:
    """Look around; a check that fails is a fact, and stops none of the others."""
    yield Fact("fuzzlab", __version__)
    yield from _interpreter()
    yield from _packages()
    yield from _engines()
    yield from _machine()
    yield from _project(start)


def _interpreter() -> Iterator[Fact]:
    name, release = platform.python_implementation(), platform.python_version()
    tested = name == "CPython" and sys.version_info[:2] in coverage.PYTHONS
    hint = "" if tested else "tested are CPython 3.11, 3.12 and 3.13"
    yield Fact("python", f"{name} {release}", "ok" if tested else "note", hint)
    yield Fact("platform", f"{platform.platform()}, {platform.machine()}")


def _packages() -> Iterator[Fact]:
    for name in PACKAGES:
        found = _version(name)
        if name == "atheris":
            reason = coverage.missing()
            yield Fact(name, found or "absent", "note" if reason else "ok", reason or "")
        else:
            yield Fact(name, found or "absent", "ok" if found else "bad", "" if found else f"pip install {name}")
    for name, use in EXTRAS.items():
        found = _version(name)
        yield Fact(name, found or "absent", "ok" if found else "note", "" if found else f"only for {use}")


def _engines() -> Iterator[Fact]:
    if coverage.missing():
        return
    try:
        reason = coverage.untraced()
    except UserError as error:
        yield Fact("tracer", "not usable", "bad", str(error))
        return
    value = "Atheris's own callbacks" if reason else "fuzzlab's own"
    yield Fact("tracer", value, "note" if reason else "ok", reason or "")


def _machine() -> Iterator[Fact]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Fact("cores", str(cores))
    memory = _memory()
    if memory is not None:
        enough = memory >= MEMORY
        yield Fact("memory", _size(memory), "ok" if enough else "note", "" if enough else "fewer workers: --workers 1")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield Fact("address space", _size(soft), "note", "a limit (ulimit -v) from outside: workers may meet it first")
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    hint = "many workers need more: ulimit -n 1024" if files < FILES else ""
    yield Fact("open files", str(files), "note" if hint else "ok", hint)


def _project(start: Path) -> Iterator[Fact]:
    try:
        project = Project.find(start)
    except UserError as error:
        yield Fact("project", str(start), "bad", str(error))
        return
    configured = (project.root / "pyproject.toml").is_file()
    hint = "" if configured else "no pyproject.toml here or above: the current folder is taken"
    yield Fact("project", str(project.root), "ok" if configured else "note", hint)
    try:
        known = load(project.config.targets, root=project.root)
    except UserError as error:
        yield Fact("targets", "none can be read", "bad", str(error))
    else:
        hint = "" if known else f"none registered in {', '.join(project.config.targets)}"
        yield Fact("targets", str(len(known)), "ok" if known else "note", hint)
    yield from _folders(project)


def _folders(project: Project) -> Iterator[Fact]:
    for name, folder in (("corpus", project.corpus), ("state", project.state)):
        place = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if (why := unwritable(place)) is not None:
            hint = f"{place} cannot be written ({why}): findings would be printed, not saved"
            yield Fact(name, str(folder), "bad", hint)
            continue
        free = shutil.disk_usage(place).free
        hint = "" if free >= ROOM else "little room for a long campaign"
        yield Fact(name, f"{folder}, {_size(free)} free", "note" if hint else "ok", hint)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _memory() -> int | None:
    """Give the bytes of memory there are: the machine's, or fewer where a control group says so."""
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdecimal():
            return min(whole, int(text))
    return whole


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB"
