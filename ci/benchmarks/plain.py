"""The loop that a replay is measured by: `python -m ci.benchmarks.plain memory|files FOLDER` prints its seconds.

No worker, no limit, no oracle, no count: each input once, in a process of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from targets.gamer_id import GamerIDError, gamer_id

__all__ = ["loop"]


def loop(values: Iterable[str]) -> None:
    """Call the parser on each text."""
    for value in values:
        try:  # noqa: SIM105 - a context manager would cost as much as the parser
            gamer_id(value)
        except GamerIDError:
            pass


def texts(folder: Path) -> Iterable[str]:
    """Read the inputs of a folder as the text format reads them, without lone surrogates."""
    for path in sorted(folder.iterdir()):
        yield path.read_bytes().decode("utf-8", "replace")


def main() -> None:
    """Time the loop alone, or with the reading of the files."""
    mode, folder = sys.argv[1], Path(sys.argv[2])
    values = texts(folder) if mode == "files" else list(texts(folder))
    began = time.perf_counter()
    loop(values)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
