"""The project around the current folder, and its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzlab.errors import UserError
from fuzzlab.project import Config, Project


def test_it_is_found_from_inside(tmp_path: Path) -> None:
    """The nearest pyproject.toml upwards is the root; its folders hang there."""
    (tmp_path / "pyproject.toml").write_text('[tool.fuzzlab]\ncorpus = "inputs"\n', encoding="utf-8")
    inside = tmp_path / "src" / "deep"
    inside.mkdir(parents=True)
    project = Project.find(inside)
    assert project.root == tmp_path.resolve()
    assert project.corpus == project.root / "inputs"
    assert project.state == project.root / ".fuzzlab"
    assert project.shown(project.corpus / "a") == "inputs/a"
    assert project.shown(Path("/elsewhere")) == "/elsewhere"


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "tool = 3\n", "[tool.ruff]\n"])
def test_a_project_that_says_nothing(tmp_path: Path, text: str) -> None:
    """Without [tool.fuzzlab] the defaults hold."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert Project.find(tmp_path).config == Config()


@pytest.mark.parametrize(
    "data",
    [
        b"[tool.fuzzlab]\nexampels = 3\n",
        b"[tool.fuzzlab]\nexamples = 3.5\n",
        b"[tool.fuzzlab]\nexamples = true\n",
        b"[tool.fuzzlab]\ntargets = [3]\n",
        b"[tool.fuzzlab]\ncorpus = 3\n",
        b"[[tool.fuzzlab]]\nexamples = 3\n",
        b"[tool.fuzzlab]\nexamples = 3\nexamples = 3\n",
        b"\xff\xfe",
        b"a = [" + b"[" * 5_000,
    ],
    ids=lambda data: ascii(data)[:50],
)
def test_a_broken_configuration(tmp_path: Path, data: bytes) -> None:
    """What cannot be meant is the user's mistake, in a line that begins with the file."""
    path = tmp_path / "pyproject.toml"
    path.write_bytes(data)
    with pytest.raises(UserError) as caught:
        Project.find(tmp_path)
    assert str(caught.value).startswith(str(path.resolve()))
    assert len(str(caught.value)) < 1000
