"""What runs inside a worker: `python -m fuzzlab.child SOCKET`, started by `fuzzlab.worker` and by nobody else.

It takes one order (which target, how), then either answers batches of inputs or hands the process to the coverage
engine. Everything it says goes over the socket; what the target prints goes nowhere, and what the interpreter says on
its deathbed goes to the log, where the supervisor reads it.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from fuzzlab.blackbox import ACCEPTED, DONE, INDEX, RECYCLE, BlackBox
from fuzzlab.channel import Channel, Closed, Message, pack, unpack
from fuzzlab.dictionary import mine
from fuzzlab.endings import CUT_OFF
from fuzzlab.engines import coverage
from fuzzlab.errors import UserError
from fuzzlab.executor import ACCEPTED_VERDICT, REJECTED_VERDICT, Executor
from fuzzlab.finder import adhoc, import_module
from fuzzlab.footprint import reserved
from fuzzlab.guard import DUMP_SIGNAL, Guard, die_with
from fuzzlab.history import BATCH, CAMPAIGN, Found, History
from fuzzlab.lines import Recorder
from fuzzlab.metering import Meter, plain
from fuzzlab.scope import Scope
from fuzzlab.slowest import Laps
from fuzzlab.target import REGISTRY, Target
from fuzzlab.testimony import Testimony
from fuzzlab.tryout import Claims, trial_target
from fuzzlab.witness import Witness
from fuzzlab.wrappers import Wrappers

__all__ = ["main"]

LOG_LIMIT = 512 << 20
"""Bytes between two looks of the supervisor, who empties the log. Python ignores the signal, so that a write beyond it
fails and nothing else; but it fails inside the target."""


def main() -> None:
    """Run one worker until its supervisor hangs up."""
    line = socket.socket(fileno=int(sys.argv[1]))
    line.set_inheritable(False)  # what the target starts would hold it open
    channel = Channel(line)
    order = channel.receive()
    assert order is not None  # noqa: S101 - without a timeout there is a message or an exception
    die_with(order["supervisor"])
    try:
        _quieten()
        _work(channel, order)
    except Closed:
        pass
    except UserError as error:
        channel.send({"is": "user_error", "message": str(error)})
    except BaseException:  # noqa: BLE001 - the supervisor must learn of it, and nobody else can
        channel.send({"is": "harness_error", "traceback": traceback.format_exc()})


def _work(channel: Channel, order: dict[str, Any]) -> None:
    sys.path[:] = order["sys_path"]
    scope = Scope(order["packages"])
    os.set_inheritable(order["box"], False)  # noqa: FBT003 - the standard library's own signature
    box = BlackBox(order["box"], order["capacity"])
    guard = Guard(box, [channel.fileno(), box.descriptor])
    guard.install()
    wrappers = Wrappers()
    wrappers.put()
    claims: Claims | None = None
    recorder: Recorder | None = None
    if order["do"] == "try":
        target, claims = trial_target(order["name"], order)
    elif order["do"] in ("fuzz", "trace"):
        with coverage.instrumented(order["packages"]):
            target = _load(order)
    else:
        if order["do"] == "lines":
            recorder = Recorder(order["packages"])  # before the import: what that runs counts too
        target = plain(_load(order)) if order["do"] == "meter" else _load(order)
    wrappers.add(target.contract.statements)
    wrappers.put(scope.roots)
    wrappers.check()
    executor = Executor(target, box, scope)
    executor.endings.known_hangs.update(order["known_hangs"])
    executor.install(guard)

    def look_again() -> None:
        wrappers.put_late(scope.roots)

    def ready() -> None:
        _limit_memory(target.contract.budget.memory)
        channel.send({"is": "ready"})

    if order["do"] == "fuzz":
        history = History(executor, guard, CAMPAIGN, on_review=look_again)
        coverage.run(executor, history, order["fuzz"], channel.send, ready)
    elif order["do"] == "trace":
        coverage.trace(executor, order["trace"], channel.send, ready)
    elif order["do"] == "meter":
        meter = Meter(executor, scope)
        ready()
        _weigh(channel, executor, meter)
    else:
        ready()
        history = History(executor, guard, BATCH, on_review=look_again)
        testimony = Testimony(executor, scope) if order.get("observes") else None
        _answer(channel, executor, history, testimony, claims, recorder)


def _answer(
    channel: Channel, executor: Executor, history: History, testimony: Testimony | None, claims: Claims | None,
    recorder: Recorder | None,
) -> None:  # fmt: skip
    """Run batches of inputs; violations are told at once, for the next input may end the process.

    Where there is a testimony, what each input did is told as well; in a trial, what can be claimed of its result. In
    neither is anything done that was not asked for.
    """
    head = executor.box.head
    witness = Witness(executor)
    executor.begin()
    if testimony is not None or claims is not None or recorder is not None:
        history.rest()
    history.begin()
    while not (message := _next(channel)).get("is_last"):
        done = 0
        laps = Laps()
        for index, packed in enumerate(message["inputs"]):
            if head[RECYCLE]:
                break
            data = unpack(packed)
            head[INDEX] = index
            accepted = head[ACCEPTED]
            began = time.perf_counter_ns()
            verdict = executor.execute(data)
            took = time.perf_counter_ns() - began
            witness.took(took)
            is_kept = verdict is ACCEPTED_VERDICT or verdict is REJECTED_VERDICT
            laps.took(index, took if is_kept else 0)
            done += 1
            if not channel.is_open():  # the target has closed it with all its files: nobody but the status can tell
                head[ACCEPTED] = accepted
                executor.exit(CUT_OFF)
            if testimony is not None:
                channel.send({"is": "behaviour", "index": index, **testimony.of(verdict).to_json()})
            if not is_kept:
                channel.send({"is": "verdict", "index": index, "verdict": verdict.to_json()})
                if verdict.is_exhaustion:
                    break  # the supervisor looks whether earlier executions have used it up, and sends the rest
            elif claims is not None:
                channel.send({"is": "tried", "index": index, **claims.to_json()})
            head[DONE] = done
            _tell_late(channel, history.after(data, verdict))
        _tell_late(channel, history.after_batch(done))
        # One input at a time is the property engine, for whose round trips a tally is dear: it asks at the end.
        told = {} if done == 1 else {"tally": witness.tell()}
        lines = {"lines": recorder.news()} if recorder is not None else {}
        channel.send({"is": "ran", "done": done, "slow": laps.all, **told, **lines})
    channel.send({"is": "ran", "done": 0, "slow": [], "tally": witness.tell()})


def _next(channel: Channel) -> dict[str, Any]:
    message = channel.receive()
    assert message is not None  # noqa: S101 - without a timeout there is a message or an exception
    return message


def _tell_late(channel: Channel, found: list[Found]) -> None:
    """Tell of inputs that had their verdict already."""
    for data, verdict in found:
        channel.send({"is": "late", "verdict": verdict.to_json(), "data": pack(data)})


def _weigh(channel: Channel, executor: Executor, meter: Meter) -> None:
    """Measure what inputs cost, as asked; say what words and patterns the code has, where to grow from."""
    executor.begin()
    while True:
        message = channel.receive()
        assert message is not None  # noqa: S101 - as above
        match message["measure"]:
            case "costs":
                inputs = [unpack(packed) for packed in message["inputs"]]
                costs = meter.costs(
                    inputs,
                    message["lengths"],
                    meter=message["meter"],
                    rounds=message["rounds"],
                    caps=message["caps"],
                    flat=message["flat"],
                    bold=message["bold"],
                )
                answer: Message = {"is": "metered", "costs": costs}
            case "place":
                small, large = map(unpack, message["inputs"])
                short, long = message["lengths"]
                verdict = meter.place(small, large, (short, long), meter=message["meter"], bound=message["bound"])
                answer = {"is": "placed", "verdict": verdict.to_json()}
            case _:
                vocabulary = mine(executor.target, executor.scope)
                answer = {"is": "mined", "words": list(map(pack, vocabulary.words)), "patterns": vocabulary.patterns}
        channel.send(answer)


def _load(order: dict[str, Any]) -> Target:
    """Import the one module that defines the target, and nothing else of the project."""
    if options := order["options"]:
        spec, format_name, *allow = options
        return adhoc(spec, format_name=format_name or None, allow=allow)
    for module in order["modules"]:  # where it is registered; where its function is, if a helper registers it
        import_module(module)
        if order["name"] in REGISTRY:
            return REGISTRY[order["name"]]
    where = " or ".join(order["modules"])
    raise UserError(
        f"{order['name']}: no import of {where} registers it in a worker; decorate it where a module is imported"
    )


def _quieten() -> None:
    """Keep the target's own output from everybody: it may print 100 MB, or terminal escapes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8", errors="replace")  # noqa: SIM115 - for life
    _limit_log()
    faulthandler.enable(file=2, all_threads=False)
    faulthandler.register(DUMP_SIGNAL, file=2, all_threads=False)


def _limit_memory(budget: int) -> None:
    """Let this process grow by `budget` bytes: an allocation beyond it raises MemoryError, where the frames are."""
    try:
        size = reserved(os.getpid())
    except OSError:
        return  # no such file outside Linux, where RLIMIT_AS is not dependable either
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size + budget if hard == resource.RLIM_INFINITY else min(size + budget, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _limit_log() -> None:
    """Bound what C code may write to standard error, which is the log; no input is nearly as large."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = LOG_LIMIT if hard == resource.RLIM_INFINITY else min(LOG_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))


if __name__ == "__main__":
    main()
