"""Bare Atheris as its documentation has it: instrumented imports, a folder of seeds, every flag at its default.

For its best case it does not stop at a violation, as it would, but goes on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

from ci.benchmarks.contestants.record import Record, order
from ci.benchmarks.entry import Runner, load, modules_of


def main() -> None:
    """Fuzz until the time is over."""
    orders = order()
    with atheris.instrument_imports(include=list(modules_of(orders.path))):
        entry = load(orders.path)
    corpus = Path(tempfile.mkdtemp(dir=orders.out.parent))
    for number, seed in enumerate(entry.seeds):
        (corpus / str(number)).write_bytes(seed)
    runner, record = Runner(entry), Record(orders)

    def one_input(data: bytes) -> None:
        began = record.elapsed
        if began >= orders.seconds:
            record.write(complete=True)
            os._exit(0)
        if (violation := runner(data)) is not None:
            record.add(violation, data, seconds=began)
        record.executions += 1

    atheris.Setup([sys.argv[0], f"-seed={orders.seed}", str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
