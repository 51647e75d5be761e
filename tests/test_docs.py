"""What the documentation shows, done."""

from __future__ import annotations

import re
from pathlib import Path

from tests.projects import REPOSITORY, fuzzlab


def _blocks(page: str, language: str) -> list[str]:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_a_format_of_your_own(tmp_path: Path) -> None:
    """The page's parser, its target in three lines and its finding, as they stand there."""
    parser, target, better = _blocks("howto/own-format.md", "python")
    (shown,) = _blocks("howto/own-format.md", "console")
    (tmp_path / "pyproject.toml").write_text('[tool.fuzzlab]\ntargets = ["packets"]\n', encoding="utf-8")
    (tmp_path / "reader.py").write_text(parser, encoding="utf-8")
    (tmp_path / "packets.py").write_text(target, encoding="utf-8")
    command, *lines = shown.splitlines()
    done = fuzzlab(tmp_path, *command.removeprefix("$ fuzzlab ").split())
    assert done.code == 1, done.err
    assert "\n".join(lines) in done.out, done.out

    target = target.replace("packets = ", "plain = ").replace("@target", better + "\n\n@target")
    (tmp_path / "packets.py").write_text(target, encoding="utf-8")
    done = fuzzlab(tmp_path, "check", "--json")
    assert [finding["exception"] for finding in done.document["targets"][0]["findings"]] == ["IndexError"]
