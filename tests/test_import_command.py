"""`fuzzlab import` as people run it: no secret reaches the disk or the screen, mistakes are one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.traffic import SPELLINGS, place
from tests.projects import Done, fuzzlab, make_project, snapshot

SOURCE = """
from fuzzlab import formats, target


@target(format=formats.http(body=formats.json(), signer=formats.signers.github("test")))
def hook(message: formats.HttpMessage) -> object:
    return message.body


@target(format=formats.json())
def order(document: object) -> object:
    return document
"""

Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a function that runs the command in a project, with the recordings outside of it."""
    folder = make_project(tmp_path / "project", SOURCE)
    place(tmp_path / "traffic", "chrome.har", "firefox.har", "vcrpy.yaml", "vcrpy.json", "ruby.yml", "messages")
    return lambda *words: fuzzlab(folder, "import", *words)


def files(tmp_path: Path) -> dict[str, bytes]:
    """Give what the project holds beside its own two files."""
    found = snapshot(tmp_path / "project")
    return {name: data for name, data in found.items() if name not in ("pyproject.toml", "shop.py")}


@pytest.mark.parametrize(
    "words",
    [
        ("hook",), ("order", "--json"), ("order", "--part", "response"), ("hook", "--json", "--into", "regressions"),
        ("hook", "--dry-run"), ("order", "--match", "no.such.host"), ("hook", "--part", "response-body"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_secret_reaches_the_disk_or_the_screen(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Each secret that is planted, in each of its spellings, is searched for in all that is written."""
    done = run(*words, str(tmp_path / "traffic"))
    written = files(tmp_path)
    for secret in SPELLINGS:
        assert secret not in done.out
        assert secret not in done.err
        for name, data in written.items():
            assert secret.encode() not in data, name
            assert secret not in name
    if "--match" in words:
        assert (done.code, done.out, done.err.count("\n"), written) == (2, "", 1, {})
        return
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert bool(written) == ("--dry-run" not in words)
    assert all(name.startswith("corpus/") for name in written)


def test_the_summary(run: Run, tmp_path: Path) -> None:
    """How many, where to, what was replaced and where, what was wrong and in which entry."""
    done = run("hook", str(tmp_path / "traffic" / "messages"))
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "imported 2 inputs into corpus/hook/seeds, from 3 entries"
    assert "  1 signed again, with the target's own secret and time" in lines
    assert "replaced 3 secrets:" in lines
    assert ["email", "1", "request", "body", "$.pusher.email", "(1-github.http:1)"] in [line.split() for line in lines]
    assert "not imported: " + str(tmp_path / "traffic/messages/5-broken.http") + ", entry 1: a line in" in done.err
    assert "3-answer.http, entry 1: it has no request" in done.err


def test_the_document(run: Run, tmp_path: Path) -> None:
    """One document with the same; a second time everything is there already; a dry run says the same and writes not."""
    words = ("order", str(tmp_path / "traffic" / "vcrpy.yaml"), "--json")
    planned = run(*words, "--dry-run").document
    assert files(tmp_path) == {}
    first = run(*words).document
    assert {**first, "dry_run": True} == planned
    assert (first["imported"], first["duplicates"], first["entries"], first["matched"]) == (3, 0, 4, 3)
    assert sorted(files(tmp_path)) == sorted(row["path"] for row in first["inputs"])
    assert [(row["entry"], row["why"]) for row in first["not_imported"]] == [
        (3, "its request's body is a tag that asks for an object")
    ]
    assert {(row["entry"], row["kind"], row["place"]) for row in first["replaced"]} >= {
        (1, "email", "response body $.support"),
        (2, "card", "request body $.customer.card_number"),
    }
    again = run(*words)
    assert (again.code, again.document["imported"], again.document["duplicates"]) == (0, 0, 3)


def test_a_function_that_nobody_registered(run: Run, tmp_path: Path) -> None:
    """`module:function` has a corpus too."""
    done = run("json:loads", "--format", "json", str(tmp_path / "traffic" / "vcrpy.json"))
    assert done.code == 0, done.err
    assert [name.rpartition("/")[0] for name in files(tmp_path)] == ["corpus/json.loads/seeds"]


def test_recorded_before_it_is_fixed(run: Run, tmp_path: Path) -> None:
    """A regression that was imported is replayed at once."""
    assert run("order", str(tmp_path / "traffic" / "vcrpy.json"), "--into", "regressions").code == 0
    document = fuzzlab(tmp_path / "project", "replay", "order", "--json").document
    assert document["targets"][0]["executions"] == 1
    assert all(not name.endswith(".json") for name in files(tmp_path) if name.startswith("corpus"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ordr", "x.har"), ["no target named 'ordr'", "did you mean 'order'?"]),
        (("order", "nowhere.har"), ["nowhere.har", "No such file"]),
        (("order",), ["FILE"]),
        (("order", "x.har", "--from", "hra"), ["--from", "hra"]),
        (("order", "x.har", "--part", "bdy"), ["--part", "bdy"]),
        (("hook", "x.har", "--part", "response"), ["--part response", "response-body"]),
        (("order", "x.har", "--into", "coverage"), ["--into", "coverage"]),
    ],
)
def test_a_mistake_gets_one_line(run: Run, tmp_path: Path, words: tuple[str, ...], expected: list[str]) -> None:
    """What, where, the nearest right thing; exit 2, nothing written."""
    done = run(*words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert all(part in done.err for part in expected), done.err
    assert files(tmp_path) == {}


def test_nothing_to_import_is_a_mistake(run: Run, tmp_path: Path) -> None:
    """Where no entry gave an input, each says why, and the exit is 2, with --json too."""
    recording = tmp_path / "project" / "bad.har"
    recording.write_text('{"log": {"entries": [{"request": 1}, {"req', encoding="utf-8")
    done = run("order", "bad.har")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "not imported: bad.har, entry 1: its request is missing or no object",
        "not imported: bad.har, entry 2: it is cut short, and the file with it",
        "fuzzlab: nothing was imported: none of 2 entries gave an input",
    ]
    document = run("order", "bad.har", "--json").document
    assert (document["exit_code"], document["imported"], len(document["not_imported"])) == (2, 0, 2)


def test_hostile_names_are_inert(run: Run, tmp_path: Path) -> None:
    """Names out of a recording reach neither a path nor a terminal as they are."""
    body = {"\x1b[31m::error::../../x": {"password": "q1w2e3r4t5"}}
    request = {"method": "POST", "url": "https://a.example/../../../etc", "postData": {"text": json.dumps(body)}}
    recording = tmp_path / "project" / "h.har"
    recording.write_text(json.dumps({"log": {"entries": [{"request": request}]}}), encoding="utf-8")
    done = run("order", "h.har")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "::error" not in done.out
    (name,) = set(files(tmp_path)) - {"h.har"}
    assert name.startswith("corpus/order/seeds/")
    assert len(Path(name).name) == 16
