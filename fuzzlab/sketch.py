"""A target's file and its seeds for a function, made but not written: what `new` and `init` share."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from fuzzlab import formats
from fuzzlab.draft import Draft, default_name, draft
from fuzzlab.errors import UserError
from fuzzlab.finder import resolve
from fuzzlab.formats import Format
from fuzzlab.harvest import Sample, in_docstring, in_tests
from fuzzlab.intake import Given
from fuzzlab.project import Project
from fuzzlab.rehearsal import Rehearsal
from fuzzlab.samples import SAMPLES
from fuzzlab.sources import read, tests
from fuzzlab.subject import Subject, subject
from fuzzlab.target import Target
from fuzzlab.trial import Shape, Trial

__all__ = ["INIT", "Sketch", "drawn_before", "sketch"]

OWN_SAMPLES = 8
"""Of our own samples that were accepted, kept as seeds where the tests have none: a few kinds, to begin with."""

INIT = b'"""What fuzzlab runs: a target a file."""\n'
"""Of a package that is made."""

DRAWN = 12
"""Documents drawn from a model's schema."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What to write: the target's file, the packages that it needs, seeds and where they come from; and how it went."""

    path: Path
    draft: Draft
    packages: tuple[Path, ...]
    seeds: tuple[Given, ...]
    seeds_from: str
    trial: Trial


def drawn_before(project: Project, spec: str) -> Path | None:
    """Give the file that `sketch` would write under the function's own name, where it is there.

    Raises:
        UserError: the function is none.
    """
    found = subject(spec)
    path = (
        _Place.of(project).folder / f"{draft(found, Trial(found.shapes[0]), name=_unused(default_name(spec))).stem}.py"
    )
    return path if path.exists() else None


def sketch(
    project: Project, spec: str, known: dict[str, Target], scratch: Path, *, wanted: str = "", force: bool = False
) -> Sketch:
    """Try the function in a worker and draft its target.

    Args:
        project: where it is to be written.
        spec: `module:function`.
        known: the targets that are registered.
        scratch: folder for workers' files.
        wanted: name of the target, if not the function's.
        force: whether a file that is there may be overwritten.

    Raises:
        UserError: the function is none, or its file or its name is taken.
    """
    found = subject(spec)
    name = wanted or _unused(default_name(spec))
    place = _Place.of(project)
    # Before the trial, so that a mistake costs no time.
    _check(project, place, draft(found, Trial(found.shapes[0]), name=name), known, force=force)
    seeds = _seeds(project, found)
    trial = _trial(scratch, found, seeds)
    made = draft(found, trial, name=name, width=_width(project), own=_own(project))
    given, origin = _given(seeds, trial, found)
    packages = tuple(_packages(project, place))
    return Sketch(place.folder / f"{made.stem}.py", made, packages, tuple(given), origin, trial)


def _packages(project: Project, place: _Place) -> Iterator[Path]:
    """Yield the `__init__.py` of each folder that is to be made a package."""
    for folder in reversed([place.folder, *place.folder.parents]):
        inside = folder.is_relative_to(project.root) and folder not in (project.root, project.root / "src")
        if inside and not (folder / "__init__.py").exists() and not folder.exists():
            yield folder / "__init__.py"


@dataclass(frozen=True, slots=True)
class _Place:
    """The package that new targets are written into."""

    folder: Path
    package: str

    @classmethod
    def of(cls, project: Project) -> _Place:
        """Find the first configured place, which need not be there yet.

        Raises:
            UserError: it is a module, or a package that is installed somewhere else.
        """
        package = (project.config.targets or ["targets"])[0]
        for base in (project.root, project.root / "src"):
            folder = base.joinpath(*package.split("."))
            if folder.is_dir():
                return cls(folder, package)
            if folder.with_name(f"{folder.name}.py").exists():
                shown = project.shown(folder.with_name(f"{folder.name}.py"))
                raise UserError(
                    f"{shown} is one module, and a new target is a file of its own: "
                    "name a package first in [tool.fuzzlab] targets"
                )
        return cls(project.root.joinpath(*package.split(".")), package)


def _check(project: Project, place: _Place, made: Draft, known: dict[str, Target], *, force: bool) -> None:
    """Refuse to overwrite a file, or to give a name a second time.

    Raises:
        UserError: one of the two.
    """
    path = place.folder / f"{made.stem}.py"
    if path.exists() and not force:
        raise UserError(f"{project.shown(path)} is there already; --force overwrites it, --name gives another name")
    other = known.get(made.name)
    if other is not None and other.home != f"{place.package}.{made.stem}":
        raise UserError(
            f"a target named {made.name!r} is registered already, at {other.place}; --name gives another name"
        )


def _unused(name: str) -> str:
    """Keep a target's module from hiding one of the standard library, for whoever runs its folder."""
    return f"{name}_target" if name in sys.stdlib_module_names else name


def _seeds(project: Project, found: Subject) -> list[Sample]:
    """Give the inputs that the project's tests and the function's documentation give it."""
    outlines = [outline for source in tests(project) if (outline := read(project, source, _ignore))]
    samples = in_tests(outlines, module=found.module, attribute=found.attribute)
    module = sys.modules.get(found.module)
    for text, where in (
        (found.docstring, "its docstring"),
        (getattr(module, "__doc__", None), "its module's docstring"),
    ):
        if isinstance(text, str):
            samples += in_docstring(text, attribute=found.attribute, where=where)
    return list({sample.data: sample for sample in reversed(samples)}.values())[::-1]


def _trial(scratch: Path, found: Subject, seeds: list[Sample]) -> Trial:
    rehearsal = Rehearsal(found.spec, default_name(found.spec), scratch, found.twins)
    form = _form(found)
    drawn: list[bytes] = []
    if found.model:
        rng = Random(0)  # noqa: S311 - the same trial each time
        drawn = [data for _ in range(DRAWN) if (data := form.sample(rng)) is not None]
    own = [sample.data for sample in seeds]
    shapes = found.shapes
    if Shape.BYTES in shapes and seeds and not any(sample.is_text for sample in seeds):
        shapes = (Shape.BYTES, *(shape for shape in shapes if shape is not Shape.BYTES))
    trial = rehearsal.choose(shapes, list(dict.fromkeys([*own, *drawn, *SAMPLES])))
    return rehearsal.go_on(trial, form, seeds=own)


def _form(found: Subject) -> Format[Any]:
    """Give the format by which inputs of the trial are mutated."""
    if found.model:
        return formats.json(resolve(found.model, "model"))
    return formats.json() if found.reads == "json" else formats.text()


def _given(seeds: list[Sample], trial: Trial, found: Subject) -> tuple[list[Given], str]:
    """Choose the seeds: those of tests and documentation; where there are none that it accepts, samples that it did."""
    given = [Given(_name(sample.where), sample.data) for sample in seeds]
    places = sorted({sample.where.rpartition(":")[0] or sample.where for sample in seeds})
    accepted = {each.data for each in trial.accepted}
    if any(sample.data in accepted for sample in seeds):
        return given, ", ".join(places)
    ours = [each.data for each in trial.accepted if each.data in SAMPLES or found.model][:OWN_SAMPLES]
    given += [Given("", data) for data in ours if data]
    if ours:
        places.append("the schema" if found.model else "samples that it accepted")
    return given, ", ".join(places)


def _name(where: str) -> str:
    """Name a seed after the place that it was found at."""
    path, _, line = where.rpartition(":")
    return f"{Path(path).stem}_{line}" if path else where.replace("'", "").replace(" ", "_")


def _width(project: Project) -> int:
    """Give the project's length of a line, as ruff or black are told."""
    try:
        tool = tomllib.loads((project.root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return 88
    lengths = [tool.get(name, {}).get("line-length") for name in ("ruff", "black")]
    return next((length for length in lengths if isinstance(length, int) and 40 <= length <= 320), 88)


def _own(project: Project) -> set[str]:
    """Name the modules that lie in the project, as a linter tells them from others'."""
    folders = [folder for folder in (project.root, project.root / "src") if folder.is_dir()]
    return {path.name.removesuffix(".py") for folder in folders for path in folder.iterdir()}


def _ignore(_message: str) -> None:
    """Nothing: a test that cannot be read gives no seeds."""
