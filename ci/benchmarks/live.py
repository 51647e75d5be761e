"""Bare Atheris as a person writes it: `python -m ci.benchmarks.live TARGET CORPUS SEED SECONDS`.

It goes on after an exception, as fuzzlab does. libFuzzer says at the end how many executions there were.
"""

from __future__ import annotations

import sys

import atheris

from ci.benchmarks.cost import CONTESTANTS
from fuzzlab.formats import DEFAULT_MAX_SIZE


def main() -> None:
    """Fuzz."""
    target, corpus, seed, seconds = sys.argv[1:]
    call = CONTESTANTS["bare Atheris"](target)

    def one_input(data: bytes) -> None:
        call(data)

    arguments = [f"-seed={seed}", f"-max_total_time={seconds}", f"-max_len={DEFAULT_MAX_SIZE}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *arguments, corpus], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
