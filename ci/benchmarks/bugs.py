"""How soon known violations of real parsers are found, by whom, and how often: `ci/bench bugs`.

Bare Atheris, plain Hypothesis and fuzzlab take turns on one core, entry by entry, in the other order in every other
trial. Each has the same seconds of search; what comes before the first execution (imports, instrumentation, drawing
examples) does not count and is shown. All go on after a violation, and all are judged by one rule (`entry.py`). What
counts is when the input was tried, not how long its contestant waited before it called that a hang.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.benchmarks.effect import MISS, a12, median
from ci.benchmarks.entry import ZOO, known, names
from ci.benchmarks.machine import machine
from ci.benchmarks.measure import aligned

__all__ = ["CONTESTANTS", "Trial", "Violation", "main", "violations"]

CONTESTANTS = ("bare_atheris", "plain_hypothesis", "fuzzlab_campaign")
OURS = CONTESTANTS[-1]

TITLES = dict(zip(CONTESTANTS, ("Atheris", "Hypothesis", "fuzzlab"), strict=True))

ROOT = Path(__file__).parents[2]

TRIALS, SECONDS = 5, 60.0

ENDING = 180.0
"""Seconds beyond the search after which a contestant is ended: imports, triage, an endless loop in C. What it had
found by then counts."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one contestant did with one entry once."""

    entry: str
    contestant: str
    seed: int
    startup: float
    seconds: float
    executions: int
    complete: bool
    found: dict[str, dict[str, Any]]
    """Violation -> seconds, executions, input in base64."""

    @property
    def rate(self) -> float:
        """Executions a second."""
        return self.executions / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Violation:
    """The times after which each contestant found one violation of one entry, MISS where it did not."""

    entry: str
    name: str
    times: dict[str, tuple[float, ...]]
    is_new: bool

    def median(self, contestant: str) -> float:
        """Give a contestant's median time."""
        return median(self.times[contestant])

    def misses(self, contestant: str) -> int:
        """Count the trials without it."""
        return sum(time == MISS for time in self.times[contestant])

    def is_found(self, contestant: str) -> bool:
        """Whether any trial met it."""
        return self.misses(contestant) < len(self.times[contestant])

    def a12(self, peer: str) -> float:
        """Give the chance that fuzzlab is sooner than a peer."""
        return a12(self.times[OURS], self.times[peer])


def main(arguments: Sequence[str]) -> None:
    """Run the trials and print the tables."""
    parser = argparse.ArgumentParser(prog="ci/bench bugs", description=__doc__)
    parser.add_argument("entries", nargs="*", help="names of entries (default: all)")
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each contestant (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of search in a trial (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=ZOO, help="where the entries are (default: the project's own)")
    parser.add_argument("--contestants", default=",".join(CONTESTANTS), help="some of them (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=1, help="random seed of the first trial")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)), help="the core for all of it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all times and inputs there as well")
    parser.add_argument("--learn", action="store_true", help="add new violations to the folder's known.json")
    options = parser.parse_args(arguments)
    chosen = options.entries or names(options.folder)
    if unknown := set(chosen) - set(names(options.folder)):
        parser.error(f"no entry named {', '.join(sorted(unknown))}; there are {', '.join(names(options.folder))}")
    contestants = options.contestants.split(",")
    if not contestants or set(contestants) - set(CONTESTANTS):
        parser.error(f"--contestants: there are {', '.join(CONTESTANTS)}")
    trials = []
    for seed in range(options.first_seed, options.first_seed + options.trials):
        for entry in chosen:
            for contestant in contestants[:: 1 if seed % 2 else -1]:
                path = options.folder / f"{entry}.py"
                trial = _trial(path, contestant, seconds=options.seconds, seed=seed, core=options.core)
                trials.append(trial)
                _say(trial)
    found = list(violations(trials, known(options.folder)))
    head = f"{machine()}, {options.trials} trials of {options.seconds:g} s on core {options.core}"
    print("\n\n".join((head, *_tables(trials, found))))
    if options.json:
        document = {"machine": machine(), "seconds": options.seconds, "trials": [_plain(trial) for trial in trials]}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.learn:
        _learn(options.folder, trials)


def _trial(path: Path, contestant: str, *, seconds: float, seed: int, core: int) -> Trial:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "record.json"
        command = [
            sys.executable, "-W", "ignore", "-m", f"ci.benchmarks.contestants.{contestant}", str(path),
            "--seconds", str(seconds), "--seed", str(seed), "--core", str(core), "--out", str(out),
        ]  # fmt: skip
        with (Path(folder) / "log").open("w+b") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0", "TMPDIR": folder},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(timeout=seconds + ENDING)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
            if not out.exists():
                log.seek(0)
                raise RuntimeError(f"{contestant} on {path.stem}: {log.read()[-2000:].decode('utf-8', 'replace')}")
        record = json.loads(out.read_bytes())
    return Trial(
        entry=path.stem, contestant=contestant, seed=seed, startup=record["startup"], seconds=record["seconds"],
        executions=record["executions"], complete=record["complete"],
        found=record["found"],
    )  # fmt: skip


def violations(trials: Iterable[Trial], expected: dict[str, dict[str, str]]) -> Iterator[Violation]:
    """Line up the times of all contestants for each violation that was found or was known before."""
    trials = list(trials)
    for entry in dict.fromkeys(trial.entry for trial in trials):
        here = [trial for trial in trials if trial.entry == entry]
        for name in sorted({*expected.get(entry, ()), *(name for trial in here for name in trial.found)}):
            times = {
                contestant: tuple(
                    t.found[name]["seconds"] if name in t.found else MISS for t in here if t.contestant == contestant
                )
                for contestant in dict.fromkeys(trial.contestant for trial in here)
            }
            yield Violation(entry, name, times, name not in expected.get(entry, ()))


def _tables(trials: Sequence[Trial], found: Sequence[Violation]) -> Iterator[str]:
    contestants = [each for each in CONTESTANTS if any(trial.contestant == each for trial in trials)]
    peers = [each for each in contestants if each != OURS] if OURS in contestants else []
    title = ["entry", "violation", *(word for each in contestants for word in (f"{TITLES[each]} s", "misses"))]
    title += [f"A12, {TITLES[peer]}" for peer in peers]
    rows = [title]
    for each in found:
        cells = [each.entry, ("+ " if each.is_new else "") + each.name]
        for contestant in contestants:
            cells += [_seconds(each.median(contestant)), str(each.misses(contestant) or "")]
        rows.append([*cells, *(f"{each.a12(peer):.2f}" for peer in peers)])
    yield aligned(rows)
    rows = [["entry", "violations", *(f"{TITLES[each]}: {w}" for each in contestants for w in ("a trial", "ever"))]]
    rows[0] += [f"{TITLES[each]}: {what}" for what in ("runs/s", "start s") for each in contestants]
    for entry in dict.fromkeys(trial.entry for trial in trials):
        mine = {each: [t for t in trials if t.entry == entry and t.contestant == each] for each in contestants}
        cells = [entry, str(sum(each.entry == entry for each in found))]
        for contestant in contestants:
            cells.append(f"{statistics.median(len(trial.found) for trial in mine[contestant]):g}")
            cells.append(str(sum(each.entry == entry and each.is_found(contestant) for each in found)))
        cells += [f"{statistics.median(trial.rate for trial in mine[each]):,.0f}" for each in contestants]
        cells += [f"{statistics.median(trial.startup for trial in mine[each]):.1f}" for each in contestants]
        rows.append(cells)
    yield aligned(rows)
    if peers:
        yield "\n".join(_verdicts(trials, found, peers))


def _verdicts(trials: Sequence[Trial], found: Sequence[Violation], peers: Sequence[str]) -> Iterator[str]:
    for peer in peers:
        entries = list(dict.fromkeys(trial.entry for trial in trials))
        fewer = [entry for entry in entries if _typical(trials, entry, OURS) < _typical(trials, entry, peer)]
        both = [each for each in found if each.median(peer) < MISS]
        later = [each for each in both if each.median(OURS) > each.median(peer)]
        missed, where = sum(each.median(OURS) == MISS for each in later), ", ".join(fewer) or "-"
        yield (
            f"{TITLES[peer]}: fuzzlab finds fewer on {len(fewer)} of {len(entries)} entries ({where}); "
            f"of {len(both)} that it finds in most trials fuzzlab is later with {len(later)}, misses {missed}"
        )
    never = [each for each in found if not any(each.is_found(peer) for peer in peers)]
    ours = sum(each.is_found(OURS) for each in never)
    mostly = sum(each.median(OURS) < MISS for each in never)
    yield f"of {len(never)} that neither peer ever finds here fuzzlab finds {ours}, {mostly} of them in most trials"


def _typical(trials: Sequence[Trial], entry: str, contestant: str) -> float:
    return statistics.median(len(t.found) for t in trials if t.entry == entry and t.contestant == contestant)


def _seconds(value: float) -> str:
    return "-" if value == MISS else f"{value:.2f}"


def _say(trial: Trial) -> None:
    """Show on standard error that something happens."""
    end = "" if trial.complete else ", ended early"
    line = f"{trial.entry}, {trial.contestant}, seed {trial.seed}: {len(trial.found)} found, {trial.rate:,.0f}/s{end}"
    print(line, file=sys.stderr, flush=True)


def _plain(trial: Trial) -> dict[str, Any]:
    return {
        "entry": trial.entry, "contestant": trial.contestant, "seed": trial.seed, "startup": trial.startup,
        "seconds": trial.seconds, "executions": trial.executions, "complete": trial.complete,
        "found": trial.found,
    }  # fmt: skip


def _learn(folder: Path, trials: Sequence[Trial]) -> None:
    """Keep the shortest input for each violation; what is known already keeps its own."""
    every = {entry: dict(examples) for entry, examples in known(folder).items()}
    fresh: dict[tuple[str, str], str] = {}
    for trial in trials:
        for name, what in trial.found.items():
            at = (trial.entry, name)
            if at not in fresh or len(what["input"]) < len(fresh[at]):
                fresh[at] = what["input"]
    for (entry, name), data in fresh.items():
        every.setdefault(entry, {}).setdefault(name, data)
    ordered = {entry: dict(sorted(examples.items())) for entry, examples in sorted(every.items())}
    (folder / "known.json").write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
