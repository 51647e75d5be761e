"""What a report costs over fifty targets and a million events: time, size, and how soon Chromium paints it."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from ci.benchmarks.measure import Bar, Measure
from fuzzlab.events import FindingSeen, Progressed, RunFinished, RunStarted, TargetFinished, TargetResult, TargetStarted
from fuzzlab.journal import Journal
from fuzzlab.lazy import LazyModule
from fuzzlab.project import Config, Project
from fuzzlab.verdict import Finding, Frame, Outcome, Verdict

__all__ = ["report"]

playwright = LazyModule("playwright.sync_api")

TARGETS, EVENTS, FINDINGS = 50, 1_000_000, 400
NIGHT = 8 * 3600.0

WRITTEN, SIZE, PAINTED = Bar(10.0), Bar(5.0), Bar(1.0)
"""Seconds, MB, seconds."""


def report(rounds: int) -> Iterator[Measure]:
    """Write the report of a made-up night again and again, and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_text("[tool.fuzzlab]\n", encoding="ascii")
        _make_up(Project(root, Config()))
        seconds = []
        for _ in range(rounds):
            began = time.monotonic()
            subprocess.run([sys.executable, "-m", "fuzzlab", "report"], cwd=root, check=True, capture_output=True)
            seconds.append(time.monotonic() - began)
        page = root / ".fuzzlab" / "report.html"
        log = (root / ".fuzzlab" / "events.jsonl").stat().st_size / 1e6
        what = f"{TARGETS} targets, {EVENTS:,} events, {FINDINGS} findings"
        yield Measure("report, written", "s", tuple(seconds), WRITTEN, f"{what}, a log of {log:.0f} MB")
        yield Measure("report, size", "MB", (page.stat().st_size / 1e6,), SIZE, what)
        if chromium := next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None):
            paints = _paints(chromium, page.as_uri(), rounds)
            yield Measure("report, first paint", "s", paints, PAINTED, f"Chromium, median {median(paints):.2f} s")


def _make_up(project: Project) -> None:
    """Write a log in which each target grows as targets do, ever more slowly."""
    journal = Journal(project)
    names = [f"target_{number:02}" for number in range(TARGETS)]
    journal.event(RunStarted("fuzz", names, 1_760_000_000.0))
    for name in names:
        journal.event(TargetStarted(name, ("ValueError", "shop.Never")))
    journal.event(Progressed(TargetResult(name=names[0])))
    log = project.state / "events.jsonl"
    head = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    began, pattern = head[0]["time"] - NIGHT, head[-1]
    with log.open("w", encoding="ascii") as file:
        file.writelines(json.dumps({**document, "time": began}) + "\n" for document in head)
        for number in range(EVENTS):
            turn, target = divmod(number, TARGETS)
            part = turn * TARGETS / EVENTS
            found = int(900 * (1 - math.exp(-5 * part**0.35)))
            counts = {"executions": turn * 9973, "accepted": turn * 31, "rejected": turn * 9942, "coverage": found}
            when = {"time": round(began + NIGHT * part, 3), "target": names[target], "seconds": round(part * NIGHT, 3)}
            file.write(json.dumps({**pattern, **when, **counts, "corpus_size": found // 3}) + "\n")
    for number in range(FINDINGS):
        journal.event(FindingSeen(_finding(names[number % TARGETS], number)))
    for name in names:
        journal.event(TargetFinished(TargetResult(name=name, executions=1, seconds=NIGHT)))
    journal.event(RunFinished(1, NIGHT))


def _finding(target: str, number: int) -> Finding:
    verdict = Verdict(
        Outcome.CRASH, "IndexError", "string index out of range", place=f"shop:parse_{number}",
        frames=tuple(Frame("shop", f"parse_{depth}", "shop.py", depth) for depth in range(1, 9)),
    )  # fmt: skip
    made = Finding(target, verdict, b"\xff%d" % number * 99, path="corpus/x", minimised_from=10_000)
    return replace(made, found_after_seconds=float(number))


def _paints(chromium: str, address: str, rounds: int) -> tuple[float, ...]:
    script = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    paints = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(rounds):
            page = browser.new_page()
            page.goto(address)
            page.wait_for_function(f"({script}) > 0")
            paints.append(page.evaluate(script) / 1000)
            page.close()
        browser.close()
    return tuple(paints)
