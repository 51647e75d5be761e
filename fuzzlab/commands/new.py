"""`fuzzlab new`: a target's file, drafted from what its function shows."""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import click

from fuzzlab import formats
from fuzzlab.commands import document, json_option, open_project, warn
from fuzzlab.corpus import Corpus
from fuzzlab.draft import Draft, default_name, draft
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped
from fuzzlab.files import write_atomically
from fuzzlab.finder import resolve
from fuzzlab.formats import Format
from fuzzlab.harvest import Sample, in_docstring, in_tests
from fuzzlab.intake import Given, take_in
from fuzzlab.project import Project
from fuzzlab.rehearsal import Rehearsal
from fuzzlab.samples import SAMPLES
from fuzzlab.sources import read, tests
from fuzzlab.subject import Subject, subject
from fuzzlab.target import Target
from fuzzlab.trial import Shape, Trial
from fuzzlab.worker import scratch

__all__ = ["command"]

OWN_SAMPLES = 8
"""Of our own samples that were accepted, kept as seeds where the tests have none: a few kinds, to begin with."""

INIT = b'"""What fuzzlab runs: a target a file."""\n'
"""Of a package that is made."""

DRAWN = 12
"""Documents drawn from a model's schema."""


@click.command("new")
@click.argument("spec", metavar="MODULE:FUNCTION")
@click.option("--name", "wanted", default="", help="Name of the target (default: the function's, with its module's).")
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
@json_option
def command(*, spec: str, wanted: str, force: bool, as_json: bool) -> int:
    """Draft a target's file for a function: its format, its errors, its seeds, by a trial in a worker."""
    project, known = open_project()
    found = subject(spec)
    name = wanted or _unused(default_name(spec))
    place = _Place.of(project)
    # Before the trial, so that a mistake costs no time.
    _check(project, place, draft(found, Trial(found.shapes[0]), name=name), known, force=force)
    seeds = _seeds(project, found)
    trial = _trial(project, found, seeds)
    made = draft(found, trial, name=name, width=_width(project), own=_own(project))
    path = place.folder / f"{made.stem}.py"
    _write(project, place, path, made)
    given, origin = _given(seeds, trial, found)
    added = take_in(Corpus(project, name, warn), given)
    told = {
        "target": name, "path": project.shown(path), "format": made.format, "allow": list(made.allow),
        "comments": [*made.refused, *made.suggestions], "tried": len(trial.tried), "accepted": len(trial.accepted),
        "seeds": [one.path for one in added], "seeds_from": origin,
        "next": f"fuzzlab check {name}" if added else f"fuzzlab corpus add {name} FILE...",
    }  # fmt: skip
    if as_json:
        document(json.dumps({"version": 1, "exit_code": ExitCode.CLEAN, **told}, indent=2))
        return ExitCode.CLEAN
    _tell(told, made, trial, new_seeds=sum(not one.was_there for one in added))
    return ExitCode.CLEAN


def _tell(told: dict[str, Any], made: Draft, trial: Trial, *, new_seeds: int) -> None:
    allow = f"allow {', '.join(made.allow)}" if made.allow else "no error of its own"
    click.echo(f"wrote {escaped(told['path'])}: {made.format}, {allow}")
    click.echo(f"  tried {len(trial.tried)} inputs as {trial.shape}, accepted {len(trial.accepted)}")
    for comment in (*made.refused, *made.suggestions):
        click.echo(f"  {comment}")
    where = f", from {escaped(told['seeds_from'])}" if told["seeds_from"] else ": give it some ordinary inputs"
    click.echo(f"{new_seeds} seed{'' if new_seeds == 1 else 's'}{where}")
    click.echo(f"next: {told['next']}")


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


def _trial(project: Project, found: Subject, seeds: list[Sample]) -> Trial:
    rehearsal = Rehearsal(found.spec, default_name(found.spec), scratch(project), found.twins)
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


def _write(project: Project, place: _Place, path: Path, made: Draft) -> None:
    try:
        for folder in reversed([place.folder, *place.folder.parents]):
            inside = folder.is_relative_to(project.root) and folder not in (project.root, project.root / "src")
            if inside and not (folder / "__init__.py").exists() and not folder.exists():
                write_atomically(folder / "__init__.py", INIT)
        write_atomically(path, made.text.encode())
    except OSError as error:
        raise UserError(f"cannot write {project.shown(path)}: {error.strerror}") from None


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
