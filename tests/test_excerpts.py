"""Lines of the code under test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fuzzlab.excerpts import lines_around, project_file, source_file, source_lines


def test_files_of_the_project_and_of_libraries(tmp_path: Path) -> None:
    """A frame's path is one below the root, or below where packages are installed."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.py").write_text("# coding: latin-1\nx = 1\n", encoding="latin-1")
    assert project_file(tmp_path, "shop/a.py") == tmp_path / "shop" / "a.py"
    assert source_file(tmp_path, "shop/a.py") == tmp_path / "shop" / "a.py"
    assert source_file(tmp_path, "json/decoder.py") == Path(json.__file__).parent / "decoder.py"
    assert project_file(tmp_path, "json/decoder.py") is None
    assert lines_around(tmp_path / "shop" / "a.py", 2, 5) == [(1, "# coding: latin-1"), (2, "x = 1")]
    assert lines_around(tmp_path / "shop" / "a.py", 3, 5) == []


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.py", "shop/../../secret.py", "link.py", "secret.txt", "", ".", "\0.py", "a\n.py",
             "x" * 5000 + ".py", "\ud800.py"],
)  # fmt: skip
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    """A record that names another file gets none of its lines."""
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.py").write_text("password = 1\n", encoding="utf-8")
    (root / "secret.txt").write_text("password = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    assert project_file(root, path) is None
    assert source_file(root, path) is None


def test_what_is_no_python(tmp_path: Path) -> None:
    """A file that cannot be decoded has no lines."""
    (tmp_path / "a.py").write_bytes(b"\xff\xfe\x00")
    assert source_lines(tmp_path / "a.py") == ()
    assert source_lines(tmp_path / "b.py") == ()
