"""`fuzzlab audit`: what is not covered, in real small projects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fuzzlab.commands.audit import AuditDocument
from fuzzlab.errors import UserError
from fuzzlab.gaps import stale, uncovered
from fuzzlab.outline import outline
from fuzzlab.project import Project
from fuzzlab.reach import Index
from fuzzlab.sources import sources
from tests.projects import Done, fuzzlab

TARGETS = """
from fuzzlab import target
from shop import orders

@target
def order(body: bytes) -> object:
    return orders.read(body)
"""

SHOP = {
    "shop/__init__.py": "",
    "shop/orders.py": '''
import json
from shop.money import parse_amount

def read(body: bytes):
    """Read an order."""
    return parse_amount(json.loads(body)["amount"])

def parse_order_line(text: str):
    """Parse a line."""
    return parse_quantity(text)

def parse_quantity(text: str):
    """Parse a number of things."""
    if not text:
        raise ValueError(text)
    return int(text)
''',
    "shop/money.py": '''
def parse_amount(text: str) -> int:
    """Parse an amount."""
    return int(text.replace(".", ""))
''',
    "targets/__init__.py": "",
    "targets/order.py": TARGETS,
    "corpus/order/seeds/one": '{"amount": "1.00"}',
    "tests/test_shop.py": "import json\ndef parse_answer(text: str):\n    return json.loads(text)\n",
}


def _project(folder: Path, files: dict[str, str], config: str = "") -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.fuzzlab]\n{config}", encoding="utf-8")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _gaps(done: Done, kind: str) -> dict[str, dict[str, Any]]:
    """Give the rows of a kind by their subjects; the document must be one."""
    audit = AuditDocument.model_validate_json(done.out)
    assert audit.exit_code == done.code
    return {gap.subject: gap.model_dump(mode="json") for gap in audit.gaps if gap.kind == kind}


def test_a_parser_without_a_target_is_a_gap(tmp_path: Path) -> None:
    """One that a target leads to is none, one behind another is named with it; tests are not looked at."""
    _project(tmp_path, SHOP)
    done = fuzzlab(tmp_path, "audit", "--json")
    assert done.code == 0, done.err
    found = _gaps(done, "parser-without-target")
    (row,) = found.values()
    assert row["subject"] == "shop.orders:parse_order_line"
    assert (row["path"], row["line"]) == ("shop/orders.py", 9)
    assert row["command"] == "fuzzlab new shop.orders:parse_order_line"
    assert row["behind"] == ["shop.orders:parse_quantity"]
    assert any("parse_order_line" in sign for sign in row["evidence"])

    shown = fuzzlab(tmp_path, "audit", "--strict")
    assert shown.code == 1
    assert "shop/orders.py:9" in shown.out
    assert "fuzzlab new shop.orders:parse_order_line" in shown.out


def test_the_gate_opens(tmp_path: Path) -> None:
    """`--strict` ends clean once each parser has its target."""
    line = "\n@target\ndef line(value: str) -> object:\n    return orders.parse_order_line(value)\n"
    files = {**SHOP, "targets/order.py": TARGETS + line, "corpus/line/seeds/one": "1"}
    done = fuzzlab(_project(tmp_path, files), "audit", "--strict")
    assert done.code == 0, done.out + done.err
    assert "0 gaps" in done.out
    assert "warning" not in done.err


def test_ways_to_say_no() -> None:
    """A comment behind `def`, a place or a pattern in the configuration; one that names nothing is told."""
    source = SHOP["shop/orders.py"]
    said = re.sub(r"(def parse_\w+\(.*\):)", r"\1  # fuzzlab: not a parser", source)
    for text, ignored, places in [
        (source, [], ["shop.orders:read"]),
        (said, [], ["shop.orders:read"]),
        (source, ["shop.orders:read"], ["shop.orders:parse_order_line"]),
        (source, ["shop.orders"], []),
        (said, ["shop.*:read"], []),
        (source, ["shop.orders:rea"], ["shop.orders:read"]),
    ]:
        own = {"shop.orders": outline("shop.orders", text, path="orders.py", is_package=False)}
        found = [gap.subject for gap in uncovered(Index(own), own, [], ignored)]
        assert [place for place in found if place in places] == places, (ignored, found)
        assert not (text == said and "shop.orders:parse_order_line" in found)
        assert list(stale(ignored, own)) == [place for place in ignored if place.endswith(":rea")]


def test_the_projects_code_is_not_imported(tmp_path: Path) -> None:
    """A module that no target imports may do what it likes at its import; a broken one costs itself a line."""
    files = {
        "shop.py": "import os\nos.mkdir('imported')\nimport json\ndef parse(text: str):\n    return json.loads(text)\n",
        "broken.py": "def parse(text: str):\n    return (\n",
        "bytes.py": "# \xff\ndef x(): ...\n",
    }
    _project(tmp_path, files)
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe")
    (tmp_path / "unreadable.py").symlink_to(tmp_path / "nowhere")
    done = fuzzlab(tmp_path, "audit", "--json")
    assert done.code == 0
    assert list(_gaps(done, "parser-without-target")) == ["shop:parse"]
    assert not (tmp_path / "imported").exists()
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 2
    assert "broken.py:2 is no Python" in done.err
    assert "bytes.py" in done.err
    assert len(done.document["unread"]) == 2


def test_where_the_code_is_looked_for(tmp_path: Path) -> None:
    """In `src/`, in what the build is told, in what the configuration names; environments and builds are left out."""
    files = [
        "src/shop/deep/reader.py", "src/shop/tests/test_it.py", "src/shop/_vendor/x.py", "other.py", "setup.py",
        "build/lib/shop.py", "env/pyvenv.cfg", "env/lib/thing.py",
    ]  # fmt: skip
    _project(tmp_path, dict.fromkeys(files, ""))
    for config, modules in {
        "": ["shop.deep.reader"],
        '[tool.fuzzlab]\naudit = ["other"]\n': ["other"],
        '[tool.setuptools.packages.find]\ninclude = ["oth*"]\n': ["other"],
        '[tool.setuptools.packages.find]\nwhere = ["src"]\n': [],
        '[tool.setuptools]\npackages = ["shop", "shop.deep"]\n': ["shop.deep.reader"],
        '[tool.hatch.build.targets.wheel]\npackages = ["src/shop"]\n': ["shop.deep.reader"],
        '[[tool.poetry.packages]]\ninclude = "shop"\nfrom = "src"\n': ["shop.deep.reader"],
    }.items():
        (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
        assert [source.module for source in sources(Project.find(tmp_path))] == modules, config
    (tmp_path / "src" / "shop" / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text('[tool.setuptools.packages.find]\nwhere = ["src"]\n', encoding="utf-8")
    assert [source.module for source in sources(Project.find(tmp_path))] == ["shop", "shop.deep.reader"]


def test_wrong_names(tmp_path: Path) -> None:
    """A module that is not there is a mistake, with the nearest name; so is what is no place."""
    _project(tmp_path, SHOP, 'audit = ["shopp"]\n')
    done = fuzzlab(tmp_path, "audit")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "'shopp'" in done.err
    assert "did you mean 'shop'?" in done.err
    _project(tmp_path, {}, 'audit_ignore = [":parse"]\n')
    with pytest.raises(UserError, match="is no place"):
        Project.find(tmp_path)


HABITS = """
from fuzzlab import target

class Never(ValueError):
    pass

@target(allow=(ValueError, Never))
def strict(value: str) -> str:
    if value != "sesame":
        raise ValueError(value)
    return value

@target
def closed(value: str) -> str:
    raise ValueError(value)

@target
def open_(value: str) -> str:
    return value
"""


@pytest.mark.slow
def test_what_targets_do_not_show(tmp_path: Path) -> None:
    """Nothing before they have run; then what each refuses, or declares and never needs; no near miss."""
    seeds = {f"corpus/{name}/seeds/a": text for name, text in {"strict": "sesame", "open_": "1"}.items()}
    _project(tmp_path, {"targets.py": HABITS, **seeds}, "examples = 300\n")
    first = AuditDocument.model_validate_json(fuzzlab(tmp_path, "audit", "--json").out)
    assert {(gap.kind, gap.subject) for gap in first.gaps} == {
        ("no-seeds", "closed"), ("corpus-not-replayed", "strict"), ("corpus-not-replayed", "open_"),
    }  # fmt: skip

    assert fuzzlab(tmp_path, "replay").code == 0
    assert fuzzlab(tmp_path, "check").code == 0
    done = fuzzlab(tmp_path, "audit", "--json", "--strict")
    gaps = AuditDocument.model_validate_json(done.out).gaps
    # How slow the slowest was is the machine's affair; test_ledger looks at budgets.
    found = {(str(gap.kind), gap.subject): gap for gap in gaps if gap.kind != "budget-never-approached"}
    assert done.code == 1
    assert found.keys() == {
        ("no-seeds", "closed"), ("accepts-nothing", "closed"), ("error-never-seen", "strict"),
        ("error-never-seen", "open_"),
    }  # fmt: skip
    assert "targets.Never" in found["error-never-seen", "strict"].message
    assert found["accepts-nothing", "closed"].severity == "gap"
    assert found["error-never-seen", "open_"].severity == "hint"
