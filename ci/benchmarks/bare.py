"""Bare Atheris, written as its documentation has it: `python -m ci.benchmarks.bare bytes|text -runs=N ...`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports():
    from ci.benchmarks.nothing import nothing, nothing_text


def one_bytes(data: bytes) -> None:
    """Hand the bytes over."""
    nothing(data)


def one_text(data: bytes) -> None:
    """Hand the text over."""
    nothing_text(data.decode("utf-8", "replace"))


def main() -> None:
    """Fuzz until the number of runs is reached; Atheris then ends the process."""
    arguments = [sys.argv[0], *sys.argv[2:]]
    atheris.Setup(arguments, one_text if sys.argv[1] == "text" else one_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
