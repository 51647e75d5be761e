"""An entry as a fuzzlab target: importing this registers the one that the environment names.

A worker imports the module again, so the entry must come from something that it inherits. It is imported by its bare
name, as a person's own module of targets is: what belongs to the benchmark is no code under test.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ci.benchmarks.entry import HANG, load
from fuzzlab import formats, target
from fuzzlab.contract import Budget
from fuzzlab.formats import Format

__all__ = ["VARIABLE", "entry"]

VARIABLE = "FUZZLAB_BENCH_ENTRY"

SAFELY = 1.25
"""Times HANG: what fuzzlab calls a hang must be one by the measure of all, whose clock is not the CPU's."""

_FORMATS: dict[str, Format[Any]] = {
    "text": formats.text(),
    "raw": formats.raw(),
    "json": formats.json(),
    "csv": formats.csv(),
    "http": formats.http(),
}

entry = load(Path(os.environ[VARIABLE]))


target(
    name=entry.name,
    format=_FORMATS[entry.format],
    allow=entry.allowed,
    budget=Budget(seconds=HANG * SAFELY),
    instrument=entry.modules,
    sanitizers=() if entry.has_effects else None,
)(entry.run)
