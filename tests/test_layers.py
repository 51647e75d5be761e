"""The map of the package, as data: who may import whom, and how large a module may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fuzzlab

PACKAGE = Path(fuzzlab.__file__).parent

# A module imports only from strictly lower layers, plus its own family's __init__. Lowest first.
LAYERS = (
    "growth quantities",
    (
        "errors verdict awaiting message lazy escape files unicode injections boundaries regextree interrupts plateau "
        "columns screen cover chart outline tally signs trial plot stencil"
    ),
    (
        "events evidence sidecar destinations chain channel blackbox footprint project duration tokens "
        "disguises shapes ed25519 clock sanitizers patterns words bytecode lines sensitive jsonleaves codings "
        "safeyaml percent behaviour reach suspects origin scaffold loopback"
    ),
    "strings grammar revisions changes sources constants promises harvest samples known slowest curves kinds",
    (
        "heads exchanges octets document trees rows csvtext blocks schemas regexes merging nodes sinks/ leaves table "
        "literals fakes probes"
    ),
    (
        "jsontext spoilt substitutes uploads typed pruning transfer signatures scalars narrowing drift inference "
        "sameness stretches"
    ),
    "blueprint",
    "documents violations swellings",
    "redaction",
    "formats/ oracles/",
    "contract examples nastiness importers/",
    "target",
    "finder scope corpus card journal board guard watch loops account excerpts",
    "endings proof wrappers answer surroundings replies quarters",
    "executor dictionary register stock intake lookup chronicle page ledger subject workflows companion",
    "follower metering autopsy triage inprocess feedback traffic testimony witness gaps tryout draft clusterfuzz fresh",
    "mix history",
    "engines/",
    "process child schedule causes checkup",
    "worker lane tracing rehearsal scales",
    "steepness",
    "backlog sideline course session distil observe comparison libfuzzer sketch reached",
    "campaign starter",
    "reports/",
    "outputs feed",
    "run livepage",
    "server",
    "pytest_plugin commands/",
    "cli",
)

LONGEST = 500

# A family's __init__ binds its members' doors at its end, because `formats.text` must be the function, not the module.
FAMILIES_WITH_DOORS = {"formats", "oracles"}

# The package's own name imports the front doors; everything may ask it for its version.
FREE = {"__init__", "__main__"}


def layer_of() -> dict[str, int]:
    return {name.rstrip("/"): number for number, names in enumerate(LAYERS) for name in names.split()}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The layer table's word for a module: its own name, or its family's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Every fuzzlab module that a module imports, as a dotted name below fuzzlab."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            names = [f"{module}.{alias.name}" if module == "fuzzlab" else module for alias in node.names]
            if module.startswith("fuzzlab.") and module.count(".") == 1:
                # `from fuzzlab.engines import coverage` names a member
                folder = PACKAGE / module.removeprefix("fuzzlab.")
                names = [
                    f"{module}.{alias.name}" if list(folder.glob(f"{alias.name}.py*")) else module
                    for alias in node.names
                ]
        else:
            continue
        for name in names:
            if name.startswith("fuzzlab."):
                yield name.removeprefix("fuzzlab."), node


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_only_what_lies_below(path: Path) -> None:
    """A module imports from strictly lower layers, plus its own family's __init__; nothing inside functions."""
    layers = layer_of()
    own = room(path)
    if own in FREE:
        return
    assert own in layers, f"{own} has no place in the layer table"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name, _ in imports(tree):
        other, _, member = name.partition(".")
        if other == "__version__":
            continue
        if other == own and path.name == "__init__.py" and own in FAMILIES_WITH_DOORS:
            continue
        if other == own and (not member or member.startswith("_")):  # a C module has no imports of ours
            continue
        assert other in layers, f"{path.name} imports {name}, which has no place in the layer table"
        assert layers[other] < layers[own], f"{own} (layer {layers[own]}) imports {name} (layer {layers[other]})"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_stand_at_the_top(path: Path) -> None:
    """No import hides in a function: optional and heavy packages come through fuzzlab.lazy."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inside, f"{path.name}:{inside[0].lineno}: import inside a function"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_is_one_noun(path: Path) -> None:
    """A module of over 500 lines is more than one thing."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_one_door_for_each_optional_package() -> None:
    """atheris, rich and jinja2 are imported by one module each."""
    doors = {
        "atheris": "engines/coverage.py",
        "rich": "reports/terminal.py",
        "jinja2": "reports/html.py",
        "coverage": "lines.py",
        "starlette": "livepage.py",
        "uvicorn": "server.py",
    }
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                door = doors.get(name.partition(".")[0])
                assert door is None or path.relative_to(PACKAGE).as_posix() == door, f"{path.name} imports {name}"


def test_public_names_are_declared() -> None:
    """`__all__` equals the public names of the package."""
    modules_below = {path.stem for path in modules()} | {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    public = {name for name in vars(fuzzlab) if name[0] not in "_@"} - modules_below
    assert public | {"__version__", "formats", "oracles", "target"} == set(fuzzlab.__all__)
