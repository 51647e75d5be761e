"""What the contract's checks cost: sanitizers and the state check of an execution, oracles and sinks of a result.

The contestants are forked from one process, so that they have the same memory, and take turns pass by pass. Time is the
thread's CPU time.
"""

from __future__ import annotations

import importlib
import os
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ci.benchmarks.cost import TARGETS
from ci.benchmarks.inputs import dates, documents
from ci.benchmarks.measure import Bar, Measure
from fuzzlab import oracles
from fuzzlab.blackbox import BlackBox
from fuzzlab.executor import Executor
from fuzzlab.finder import adhoc
from fuzzlab.guard import Guard
from fuzzlab.history import CAMPAIGN, EVERY, History
from fuzzlab.scope import Scope
from fuzzlab.target import Target, build
from fuzzlab.wrappers import Wrappers

__all__ = ["checks"]

PASSES = 9
"""Passes of each contestant in a round, each of EVERY executions: one review of the state check falls into each."""

WARM_UP = 3
"""Passes before: the interpreter specialises what it can, and the first reviews come close to each other."""

SANITIZERS, STATE, RESULT = Bar(3.0), Bar(1.0), Bar(15.0)
"""Per cent, per cent, microseconds."""

ANSWER: dict[str, Any] = {
    "id": "evt_1MqqbKLt4dXK03v5qaIbiNCC", "type": "charge.succeeded", "customer": "Ana Müller", "currency": "eur",
    "email": "ana@example.org", "amount": 1250, "lines": [{"sku": "A-17", "name": "Tea, green"}, {"sku": "B-2"}],
    "note": "at the door",
}  # fmt: skip
"""A result with ten strings, as a webhook's parser gives it."""

TYPICAL = (oracles.deterministic(), oracles.bounded(10_000), oracles.storable("utf-8", "json", "postgresql", "log"))

Call = Callable[[bytes], object]


def checks(rounds: int) -> Iterator[Measure]:
    """Let the contestants take turns, in the other order in every other pass."""
    for name in TARGETS:
        yield from _executions(name, rounds)
    yield from _results(rounds)


def _executions(name: str, rounds: int) -> Iterator[Measure]:
    module, function = TARGETS[name]
    importlib.import_module(module)
    target = adhoc(f"{module}:{function}", format_name="text", allow=["builtins:Exception"])
    corpus = documents() if name == "toml" else dates()
    inputs = [corpus[number % len(corpus)] for number in range(EVERY)]
    contestants = {"without": _plain, "sanitizers": _watched, "sanitizers, state": _reviewed}
    shares: dict[str, list[float]] = {"sanitizers": [], "state": []}
    costs: dict[str, list[float]] = {contestant: [] for contestant in contestants}
    for _ in range(rounds):
        times = _times(contestants, target, inputs)
        for contestant, seconds in times.items():
            costs[contestant] += [one / EVERY * 1e6 for one in seconds]
        without, watched, reviewed = times.values()
        shares["sanitizers"].append(_median([(b / a - 1) * 100 for a, b in zip(without, watched, strict=True)]))
        shares["state"].append(_median([(b / a - 1) * 100 for a, b in zip(watched, reviewed, strict=True)]))
    yield Measure(f"sanitizers, {name}", "% of an execution", tuple(shares["sanitizers"]), SANITIZERS, "pass by pass")
    yield Measure(f"state check, {name}", "% of an execution", tuple(shares["state"]), STATE, "pass by pass")
    for contestant, values in costs.items():
        yield Measure(f"  {contestant}", "µs", tuple(values))


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _times(
    contestants: Mapping[str, Callable[[Target], Call]], target: Target, inputs: list[bytes]
) -> dict[str, list[float]]:
    """Give the seconds of each pass of each contestant."""
    lines = {name: _forked(prepare, target, inputs) for name, prepare in contestants.items()}
    times: dict[str, list[float]] = {name: [] for name in lines}
    for number in range(WARM_UP + PASSES):
        for name in list(lines)[:: 1 if number % 2 == 0 else -1]:
            lines[name].sendall(b"1")
            seconds = struct.unpack("d", lines[name].recv(8, socket.MSG_WAITALL))[0]
            if number >= WARM_UP:
                times[name].append(seconds)
    for line in lines.values():
        line.close()
    return times


def _forked(prepare: Callable[[Target], Call], target: Target, inputs: list[bytes]) -> socket.socket:
    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        return ours
    ours.close()
    call = prepare(target)
    while theirs.recv(1):
        began = time.thread_time()
        for data in inputs:
            call(data)
        theirs.sendall(struct.pack("d", time.thread_time() - began))
    os.kill(os.getpid(), 9)  # os._exit is the executor's now
    return theirs


def _executor(target: Target) -> Executor:
    box = BlackBox.create(Path(tempfile.gettempdir()), target.format.max_size + 4096)
    return Executor(target, box, Scope([target.module.partition(".")[0]]))


def _plain(target: Target) -> Call:
    """Execute as in a worker, with no audit hook and nothing wrapped."""
    executor = _executor(target)
    executor.begin()
    return _as_the_engine(executor.execute)


def _as_the_engine(execute: Call) -> Call:
    """Call from a function in between, as the coverage engine does."""

    def call(data: bytes) -> None:
        execute(data)

    return call


def _worker(target: Target) -> tuple[Executor, Guard]:
    executor = _executor(target)
    guard, wrappers = Guard(executor.box, []), Wrappers()
    guard.install()
    wrappers.put(executor.scope.roots)
    executor.install(guard)
    return executor, guard


def _watched(target: Target) -> Call:
    executor, _ = _worker(target)
    executor.begin()
    return _as_the_engine(executor.execute)


def _reviewed(target: Target) -> Call:
    """Do what the coverage engine does after an execution."""
    executor, guard = _worker(target)
    history = History(executor, guard, CAMPAIGN, on_review=lambda: None)
    executor.begin()
    history.begin()
    execute, past = executor.execute, history.past

    def call(data: bytes) -> None:
        verdict = execute(data)
        past.append(data)
        if len(past) >= history.limit:
            history.review(data, verdict)

    return call


def _answers(_data: bytes) -> dict[str, Any]:
    return {**ANSWER}


def _results(rounds: int) -> Iterator[Measure]:
    """Compare a target with typical oracles and one without, in this process."""
    without, checked = (
        _plain(build(_answers, home=__name__, oracles=chosen, name="answers")) for chosen in ((), TYPICAL)
    )
    differences = []
    for number in range(rounds * PASSES):
        times = {}
        for call in (without, checked)[:: 1 if number % 2 == 0 else -1]:
            began = time.thread_time()
            for _ in range(EVERY):
                call(b"")
            times[call] = time.thread_time() - began
        differences.append((times[checked] - times[without]) / EVERY * 1e6)
    note = ", ".join(oracle.name for oracle in TYPICAL)
    yield Measure("oracles and sinks, 10 strings", "µs/result", tuple(differences), RESULT, note)
