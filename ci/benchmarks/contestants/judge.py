"""Name the violation that an input shows: `python -m ci.benchmarks.contestants.judge ENTRY < INPUT`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ci.benchmarks.entry import Runner, load


def main() -> None:
    """Run the input on standard input once; print its violation, or nothing."""
    data = sys.stdin.buffer.read()
    out = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    out.write(Runner(load(Path(sys.argv[1])))(data) or "")
    out.close()


if __name__ == "__main__":
    main()
