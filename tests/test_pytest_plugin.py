"""Targets as pytest items, in a project that knows nothing but its pyproject.toml."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzzlab.verdict import input_id
from tests.projects import BUGGY, Done, environment, fuzzlab, make_project


def _pytest(folder: Path, *words: str, **env: str) -> Done:
    places = [] if any(word.startswith("shop.py::") for word in words) else ["shop.py"]
    cache = [] if "--lf" in words else ["-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *cache, "--color=no", *places, *words],
        cwd=folder, env={**environment(), "CI": "", "BUILD_NUMBER": "", **env},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a project with one bug."""
    return make_project(tmp_path)


def test_items_are_collected(shop: Path) -> None:
    """Each target is two items; collecting runs nothing and writes nothing."""
    done = _pytest(shop, "--collect-only", "-q")
    names = [line for line in done.out.splitlines() if "::" in line]
    assert names == [
        "shop.py::indexed::replay",
        "shop.py::indexed::property",
        "shop.py::sound::replay",
        "shop.py::sound::property",
    ]
    assert not (shop / "corpus").exists()


def test_a_failure_is_a_card(shop: Path) -> None:
    """The failure shows the card and no frame of the harness, pytest or Hypothesis; the bug is then a regression."""
    done = _pytest(shop)
    assert done.code == 1
    assert "1 failed, 3 passed" in done.out
    assert "the parser raised IndexError, which the contract does not allow" in done.out
    assert "replay:  fuzzlab replay indexed --input corpus/indexed/regressions/" in done.out
    assert "Traceback" not in done.out
    for foreign in ("fuzzlab/session.py", "pytest_plugin.py", "hypothesis/", "worker.py"):
        assert foreign not in done.out
    assert list((shop / "corpus" / "indexed" / "regressions").iterdir())
    again = _pytest(shop)
    assert "2 failed, 3 passed" in again.out


@pytest.mark.parametrize("words", [(), ("-n", "2")])
def test_the_summary_has_one_line_a_failure(shop: Path, words: tuple[str, ...]) -> None:
    """On CI pytest cuts no line of its summary: the card stands above it, once, and the line names its place."""
    done = _pytest(shop, *words, CI="true")
    sentence = "the parser raised IndexError, which the contract does not allow: string index out of range"
    summary = done.out.split("short test summary info")[1].splitlines()
    assert summary[1:-1] == [f"FAILED shop.py::indexed::property - {sentence}"]
    assert done.out.count("replay:  fuzzlab replay indexed") == 1
    assert re.search(r"^\S*shop\.py:\d+: " + re.escape(sentence), _pytest(shop, *words, "--tb=line").out, re.MULTILINE)


def test_selection(shop: Path) -> None:
    """`-k`, `-x`, a node id and `--fuzzlab-examples` work as for any test."""
    assert "2 passed, 2 deselected" in _pytest(shop, "-k", "sound").out
    assert "1 failed" in _pytest(shop, "-x", "--fuzzlab-examples", "20").out
    assert "1 passed" in _pytest(shop, "shop.py::sound::replay").out


def test_a_regression_is_an_item(shop: Path) -> None:
    """Its name is its id, its failure a card; the other items say nothing of it, and a node id names them all."""
    _pytest(shop, "-k", "property")
    (record,) = (shop / "corpus" / "indexed" / "regressions").glob("*.json")
    ordinary = shop / "corpus" / "indexed" / "regressions" / input_id(b"by hand")
    ordinary.write_bytes(b"by hand")
    done = _pytest(shop, "-k", "replay", "-v")
    lines = [line.split(" ")[:2] for line in done.out.splitlines() if "::" in line and "%]" in line]
    assert lines == [
        ["shop.py::indexed::replay", "PASSED"],
        [f"shop.py::indexed::replay[{record.stem}]", "FAILED"],
        [f"shop.py::indexed::replay[{ordinary.name}]", "PASSED"],
        ["shop.py::sound::replay", "PASSED"],
    ]
    assert done.out.count("the parser raised IndexError") == 1
    assert "1 failed, 5 deselected" in _pytest(shop, "-k", record.stem).out
    assert "1 failed, 2 passed" in _pytest(shop, "shop.py::indexed::replay").out


def test_inputs_of_one_bug_are_one_item(shop: Path) -> None:
    """What a merge brought together is one item and one card, by the smallest input."""
    _pytest(shop, "-k", "property")
    folder = shop / "corpus" / "indexed" / "regressions"
    (record,) = folder.glob("*.json")
    for data in (b"   ", b"\t "):
        (folder / input_id(data)).write_bytes(data)
        (folder / f"{input_id(data)}.json").write_bytes(record.read_bytes())
    done = _pytest(shop, "-k", "indexed and replay")
    assert "1 failed, 1 passed" in done.out
    assert done.out.count("the parser raised IndexError") == 1


def test_a_time_instead_of_a_number(shop: Path) -> None:
    """`--fuzzlab-time` ends a search that has no other end; with both options the first that is reached does."""
    words = ("-k", "sound and property", "--fuzzlab-time")
    assert "1 passed" in _pytest(shop, *words, "1s").out
    assert "1 passed" in _pytest(shop, *words, "10m", "--fuzzlab-examples", "7").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("--fuzzlab-time", "soon"), "soon"), (("--fuzzlab-examples", "0"), "'0' is no number of examples")],
    ids=["time", "examples"],
)
def test_a_wrong_option_is_said(shop: Path, words: tuple[str, ...], expected: str) -> None:
    """It is a mistake of usage, in one line."""
    done = _pytest(shop, *words)
    assert done.code == 4
    assert expected in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_in_parallel(shop: Path) -> None:
    """Under xdist the same items pass and fail."""
    assert "1 failed, 3 passed" in _pytest(shop, "-n", "2").out


@pytest.mark.slow
def test_last_failed(shop: Path) -> None:
    """`--lf` runs the item that failed, and only it."""
    assert "1 failed, 3 passed" in _pytest(shop, "--lf").out
    done = _pytest(shop, "--lf")
    assert "1 failed" in done.out
    assert "passed" not in done.out.splitlines()[-1]


def test_an_accepted_finding_passes(shop: Path) -> None:
    """What somebody has decided about fails nobody's pull request."""
    _pytest(shop)
    (name,) = [p.stem for p in (shop / "corpus" / "indexed" / "regressions").glob("*.json")]
    fuzzlab(shop, "findings", "accept", name, "--reason", "a test")
    done = _pytest(shop)
    assert (done.code, "5 passed" in done.out) == (0, True), done.out


def test_what_is_fixed_is_told_and_not_written(shop: Path) -> None:
    """A test run changes no record that is committed; an acceptance that nobody needs fails it where that is wanted."""
    _pytest(shop, "-k", "property")
    (record,) = (shop / "corpus" / "indexed" / "regressions").glob("*.json")
    before = record.read_bytes()
    make_project(shop, BUGGY.replace("value.strip()[0]", "value.strip()[:1]"))
    done = _pytest(shop, "-rP", "-k", "replay")
    assert done.code == 0
    assert f"fixed  indexed  {record.stem}" in done.out
    assert record.read_bytes() == before
    fuzzlab(shop, "findings", "accept", record.stem, "--reason", "a test")
    assert "3 passed" in _pytest(shop, "-k", "replay").out
    strict = _pytest(shop, "-k", "replay", "--fuzzlab-strict")
    assert (strict.code, "1 failed, 2 passed" in strict.out) == (1, True)
    assert f"accepted, and no longer fails  indexed  {record.stem}" in strict.out


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"shop.py": "raise RuntimeError('no settings')\n"}, "shop does not import: RuntimeError: no settings"),
        ({"pyproject.toml": "[tool.fuzzlab]\ntarget = ['shop']\n"}, "unknown key 'target'"),
        (
            {"pyproject.toml": "[tool.fuzzlab]\ntargets = ['package.shop']\n", "package/__init__.py": "1 / 0\n"},
            "package",
        ),
    ],
    ids=["module", "configuration", "package"],
)
def test_a_mistake_is_said(shop: Path, files: dict[str, str], expected: str) -> None:
    """What a project does wrong is one error of the collection, and no internal error of pytest."""
    for name, text in files.items():
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text(text, encoding="utf-8")
    done = _pytest(shop)
    assert expected in done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err


def test_a_project_without_targets(tmp_path: Path) -> None:
    """A project that has nothing to do with fuzzlab is not touched."""
    (tmp_path / "shop.py").write_text("def test_fine():\n    pass\n", encoding="utf-8")
    done = _pytest(tmp_path)
    assert "1 passed" in done.out
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__") == ["shop.py"]
