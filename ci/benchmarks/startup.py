"""How long a person waits for `fuzzlab --help` and `fuzzlab list`, and what is imported meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure

__all__ = ["HEAVY", "heavy", "startup"]

ROOT = Path(__file__).parents[2]

BARS = {"--help": Bar(150.0), "list": Bar(500.0)}
"""Milliseconds. `list` imports the reference targets, and what they parse with."""

SCRIPT = "import fuzzlab"
"""What Python itself takes, and an import of the package: the limit."""

HEAVY = ("hypothesis", "atheris", "rich")
"""Packages that `--help` must not import."""

WATCHED = """
import sys
from fuzzlab.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print(*(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""

TURNS = 5
"""Of each command in a round; the shortest counts, for a start can only be held up."""


def startup(rounds: int) -> Iterator[Measure]:
    """Let Python alone and both commands take turns."""
    commands = {
        "python": [sys.executable, "-c", SCRIPT],
        **{word: [sys.executable, "-m", "fuzzlab", word] for word in BARS},
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(TURNS):
            for name, words in commands.items():
                best[name] = min(best[name], _milliseconds(words))
        for name, time_ in best.items():
            times[name].append(time_)
    for word, bar in BARS.items():
        yield Measure(f"startup, fuzzlab {word}", "ms", tuple(times[word]), bar)
        beyond = tuple(ours - bare for ours, bare in zip(times[word], times["python"], strict=True))
        yield Measure("  beyond the import of fuzzlab", "ms", beyond)
    yield Measure("  Python and the import of fuzzlab", "ms", tuple(times["python"]))
    found = heavy()
    note = ", ".join(found) or f"none of {', '.join(HEAVY)}"
    yield Measure("startup, heavy packages imported for --help", "", (float(len(found)),), Bar(1.0), note)


def _milliseconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1e3


def heavy() -> list[str]:
    """Name the heavy packages that `fuzzlab --help` imports."""
    words = [sys.executable, "-c", WATCHED.format(heavy=HEAVY)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stderr.split()
