"""The command: `python -m ci.benchmarks [NAME ...] [--rounds N] [--json FILE]`.

Bars are reported, not enforced: the exit code is 0 unless a measure could not be taken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ci.benchmarks import bugs
from ci.benchmarks.checks import checks
from ci.benchmarks.constants import constants
from ci.benchmarks.growth import growth
from ci.benchmarks.joiners import joiners
from ci.benchmarks.machine import machine
from ci.benchmarks.measure import Measure, table
from ci.benchmarks.memory import memory
from ci.benchmarks.minimise import minimise
from ci.benchmarks.mutate import mutate
from ci.benchmarks.order import order
from ci.benchmarks.overhead import overhead
from ci.benchmarks.replay import replay
from ci.benchmarks.report import report
from ci.benchmarks.scale import scale
from ci.benchmarks.schemas import schemas
from ci.benchmarks.speed import speed
from ci.benchmarks.start import start
from ci.benchmarks.startup import startup

BENCHMARKS: dict[str, Callable[[int], Iterator[Measure]]] = {
    "overhead": overhead,
    "memory": memory,
    "growth": growth,
    "joiners": joiners,
    "minimise": minimise,
    "replay": replay,
    "report": report,
    "scale": scale,
    "speed": speed,
    "schemas": schemas,
    "start": start,
    "startup": startup,
    "constants": constants,
    "mutate": mutate,
    "order": order,
    "checks": checks,
}

ROUNDS = 5


def main() -> None:
    """Run the benchmarks named, or all that print one table; `bugs` has options and tables of its own."""
    if sys.argv[1:2] == ["bugs"]:
        bugs.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="ci/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each contestant (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    try:
        measures = [m for name in options.names or BENCHMARKS for m in BENCHMARKS[name](options.rounds)]
    except subprocess.CalledProcessError as error:
        complaint = error.stderr if isinstance(error.stderr, str) else error.stderr.decode("utf-8", "replace")
        sys.exit(f"{' '.join(error.cmd)}: exit {error.returncode}\n{complaint[-2000:]}")
    print(f"{machine()}, {options.rounds} rounds\n\n{table(measures)}")
    if options.json:
        document = {"machine": machine(), "rounds": options.rounds, "measures": [m.to_json() for m in measures]}
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
