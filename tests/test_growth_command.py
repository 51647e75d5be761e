"""`fuzzlab growth` as people run it, and the search beside a campaign."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fuzzlab.sideline import Sideline
from fuzzlab.steepness import Steep
from fuzzlab.target import REGISTRY
from tests.planted.steep import rescan
from tests.projects import fuzzlab, make_project

SOURCE = '''
"""A parser that counts anew for each character, and one that reads once."""

from fuzzlab import formats, target


@target(format=formats.text(max_size=2048))
def anew(value: str) -> int:
    found = 0
    for at in range(len(value)):
        for other in value[:at]:
            found += other == "("
    return found


@target(format=formats.text(max_size=2048))
def once(value: str) -> int:
    return value.count("(")
'''

OFTEN = ("--ways", "6", "--seed", "1", "--time", "10m")
PATIENCE = 120.0


def test_it_is_shown_stored_and_replayed(tmp_path: Path) -> None:
    """One finding with its table and plot, exit 1; the command on its card measures it again."""
    folder = make_project(tmp_path, SOURCE)
    (folder / "corpus" / "anew" / "seeds").mkdir(parents=True)
    (folder / "corpus" / "anew" / "seeds" / "1").write_bytes(b"(a)")
    done = fuzzlab(folder, "growth", "anew", *OFTEN)
    assert done.code == 1, done.err
    assert "superlinear  anew  [new]" in done.out
    assert "its cost in lines grows as n^" in done.out
    assert done.out.count("*") > 4, "a plot"
    (card,) = [line for line in done.out.splitlines() if line.startswith("  replay:")]
    again = fuzzlab(folder, *card.split()[2:], "--json")
    assert again.code == 1
    (finding,) = again.document["targets"][0]["findings"]
    assert finding["outcome"] == "superlinear"
    assert finding["status"] == "known"
    growth = finding["growth"]
    assert growth["exponent"] > growth["bound"] == 1.5
    assert growth["meter"] == "lines"
    assert len(growth["sizes"]) == len(growth["costs"])


def test_what_is_linear_is_clean(tmp_path: Path) -> None:
    """No finding, exit 0, nothing stored; one document, which has a place for the steepest curve."""
    folder = make_project(tmp_path, SOURCE)
    done = fuzzlab(folder, "growth", "once", *OFTEN, "--json")
    assert done.code == 0, done.err
    (target,) = done.document["targets"]
    assert (target["name"], target["findings"], target["steepest"]) == ("once", [], None)
    assert target["executions"] > 50
    assert not (folder / "corpus").exists()


@pytest.mark.parametrize(("words", "says"), [(("--bound", "1"), "--bound"), (("--ways", "0"), "--ways")])
def test_a_mistake_is_one_line(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """What was wrong, exit 2, nothing written."""
    done = fuzzlab(make_project(tmp_path, SOURCE), "growth", *words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err


@pytest.mark.slow
def test_beside_a_campaign(tmp_path: Path) -> None:
    """The thread finds what it is offered, and ends at once, in the middle of a look too."""
    sideline = Sideline(tmp_path, [REGISTRY["rescan"]], share=1.0, seed=1)
    found: list[object] = []
    try:
        sideline.offer("rescan", rescan.SEEDS)
        end = time.monotonic() + PATIENCE
        while not found and time.monotonic() < end:
            time.sleep(0.05)
            found += [each for _, each in sideline.finished()]
    finally:
        sideline.close()
    (steep,) = found
    assert isinstance(steep, Steep)
    assert steep.verdict.signature == f"superlinear {rescan.PLACE}"
