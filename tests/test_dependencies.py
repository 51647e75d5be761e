"""Why Hypothesis is pinned below 6.170.10.

hypothesis-jsonschema 0.23.1, the newest there is, makes objects with `hypothesis.internal.conjecture.utils.many`, whose
method `more` is gone since Hypothesis 6.170.10: every object schema then fails with "'many' object has no attribute
'more'". The other end of the window: 6.165.10 to 6.169.0 mis-generate integers (mended in 6.170.0). When one of these
tests fails, the pair has changed: change the pin in pyproject.toml and `fuzzlab.narrowing.WINDOW` together.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import utils

from fuzzlab import ed25519, formats, narrowing
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.lazy import LazyModule

FIRST = (6, 170, 0)
BROKEN_FROM = (6, 170, 10)
OBJECT = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 3}},
    "additionalProperties": {"type": "null"},
}

quick = settings(max_examples=20, derandomize=True, database=None, deadline=None, phases=[Phase.generate])


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])


def test_the_installed_pair_is_in_the_window() -> None:
    """Hypothesis is one of 6.170.0 to 6.170.9, and hypothesis-jsonschema is 0.23.1."""
    assert FIRST <= _numbers(version("hypothesis")) < BROKEN_FROM
    assert version("hypothesis-jsonschema") == "0.23.1"


def test_the_project_asks_for_the_window() -> None:
    """pyproject.toml pins what the message of the harness names."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert "hypothesis>=6.170.0,<6.170.10" in project["dependencies"]
    assert "hypothesis-jsonschema==0.23.1" in project["dependencies"]
    assert narrowing.WINDOW == "6.170.0 to 6.170.9"


def test_what_the_pair_needs_is_there() -> None:
    """`many.more` is the attribute whose loss breaks every schema of an object."""
    assert hasattr(utils.many, "more")


@quick
@given(narrowing.fallback(OBJECT, OBJECT))
def test_objects_with_further_properties_are_made(document: dict[str, Any]) -> None:
    """An object schema, which goes through `many`, gives objects."""
    assert isinstance(document, dict)
    assert document.get("a", 3) >= 3


@quick
@given(st.integers(10, 12))
def test_integers_keep_their_bounds(number: int) -> None:
    """Integers of a small range stay in it."""
    assert 10 <= number <= 12


def test_the_formats_import_none_of_them() -> None:
    """A worker that replays inputs pays for no generator: formats decode and mutate without importing one."""
    script = (
        "import sys; from random import Random; from fuzzlab import formats\n"
        "formats.http(body=formats.json({'type': 'object'}), signer=formats.signers.github('s')).dictionary()\n"
        "formats.json().mutate(b'{}', Random(1), 100)\n"
        "print([name for name in ('hypothesis', 'jsonschema', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_broken_pair_is_the_harness_s_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `many.more` the harness names the window that works, as an error of its own and no finding."""
    monkeypatch.delattr(utils.many, "more")

    @quick
    @given(narrowing.fallback(OBJECT, OBJECT))
    def draw(_: Any) -> None:
        """Draw."""

    with pytest.raises(HarnessError, match=r"needs 6\.170\.0 to 6\.170\.9"):
        draw()


def test_yaml_is_an_extra_behind_one_door() -> None:
    """PyYAML is asked for by `fuzzlab[yaml]` only, imported by one module, and by no command before it is needed."""
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert not any("yaml" in line.lower() for line in project["dependencies"])
    assert project["optional-dependencies"]["yaml"] == ["pyyaml>=6.0"]
    # A table of a parser's names, or a look into sys.modules, imports nothing.
    door = re.compile(r"^\s*(?:import|from) yaml\b|LazyModule\(\"yaml|import_module\(\"yaml", re.MULTILINE)
    doors = [path.name for path in (root / "fuzzlab").rglob("*.py") if door.search(path.read_text())]
    assert doors == ["safeyaml.py"]
    script = "import sys, importlib; importlib.import_module('fuzzlab.commands.import'); print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_cryptography_is_an_extra_behind_one_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for by `fuzzlab[ed25519]` only, imported by one module, and who needs it without it is told so."""
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert not any("cryptography" in line for line in project["dependencies"])
    assert project["optional-dependencies"]["ed25519"] == ["cryptography>=44"]
    doors = [path.name for path in (root / "fuzzlab").rglob("*.py") if "cryptography." in path.read_text()]
    assert doors == ["ed25519.py"]
    script = (
        "import sys; from fuzzlab import formats; formats.signers.stripe('s'); print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
    monkeypatch.setattr(ed25519, "ed25519", LazyModule("no_such_package.ed25519"))
    with pytest.raises(UserError, match=r"pip install 'fuzzlab\[ed25519\]'"):
        formats.signers.standard_webhooks("whsk_" + "A" * 43 + "=")
