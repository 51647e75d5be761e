"""The project that fuzzlab works in: its root, its configuration, its folders."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from fuzzlab.errors import UserError, nearest

__all__ = ["Config", "Project"]


def _module_name(name: str) -> str:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ValueError(f"{name!r} is no module name; write package.module")
    return name


def _place(name: str) -> str:
    module, colon, function = name.partition(":")
    if not module or (colon and not function):
        raise ValueError(f"{name!r} is no place; write package.module:function, where * stands for anything")
    return name


Module = Annotated[str, AfterValidator(_module_name)]
Place = Annotated[str, AfterValidator(_place)]


class Config(BaseModel):
    """`[tool.fuzzlab]` in pyproject.toml."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    targets: list[Module] = Field(default=["targets"], description="packages or modules to import for their targets")
    corpus: str = Field(default="corpus", min_length=1, description="folder of seeds and regressions, from the root")
    strict: bool = Field(default=False, description="whether an accepted finding that no longer fails is a failure")
    examples: int = Field(default=200, ge=1, description="examples of the property engine, a target")
    growth: int = Field(default=60, ge=0, description="ways in which `check` lets the inputs of a target grow")
    audit: list[Module] | None = Field(
        default=None,
        description="packages or modules of your own code; without it: what pyproject.toml builds, src/, or beside it",
    )
    audit_ignore: list[Place] = Field(
        default=[], description="module:function of what looks like a parser and is none; * for anything"
    )


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a pyproject.toml, or the current one where there is none."""

    root: Path
    config: Config

    @property
    def corpus(self) -> Path:
        """What is committed: seeds and regressions, a folder a target."""
        return self.root / self.config.corpus

    @property
    def state(self) -> Path:
        """What can be deleted at the cost of speed: coverage inputs, logs, workers' files."""
        return self.root / ".fuzzlab"

    @property
    def install(self) -> str:
        """What of this folder pip is to install, as words of its command line behind a blank; or nothing."""
        words = ""
        with contextlib.suppress(OSError, ValueError):
            if "project" in tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8")):
                words += " ."
        if not words and (self.root / "setup.py").is_file():
            words += " ."
        if (self.root / "requirements.txt").is_file():
            words += " -r requirements.txt"
        return words

    def shown(self, path: Path) -> str:
        """Give a path as it stands in output: from the root where it lies inside."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    @classmethod
    def find(cls, start: Path) -> Project:
        """Find the project around `start`.

        Raises:
            UserError: its pyproject.toml cannot be read, or says something of fuzzlab that means nothing.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (path := folder / "pyproject.toml").is_file():
                return cls(folder, _read(path))
        return cls(start, Config())


def _read(path: Path) -> Config:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{path}: {error}") from None
    tool = document.get("tool", {})
    table = tool.get("fuzzlab", {}) if isinstance(tool, dict) else {}
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            known = Config.model_fields
            what = f"unknown key {key!r}{nearest(key, known)}; there are {', '.join(known)}"
        else:
            what = f"{key}: {first['msg'].removeprefix('Value error, ')}" if key else first["msg"]
        raise UserError(f"{path}: [tool.fuzzlab] {what}") from None
