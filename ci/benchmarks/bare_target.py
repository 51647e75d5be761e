"""Bare Atheris on a target of ours: `python -m ci.benchmarks.bare_target module:function bytes|text SECONDS`.

The function is called as a person would write it who has Atheris and nothing else: refusals are caught, each bug is
printed once as a line of JSON and the search goes on, until the seconds or the runs are over.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback

import atheris


def main() -> None:
    """Fuzz; Atheris ends the process."""
    spec, shape, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    module, _, name = spec.partition(":")
    with atheris.instrument_imports(include=[module.partition(".")[0]]):
        function = getattr(importlib.import_module(module), name)
    seen: set[str] = set()
    executions, began = 0, 0.0

    def one(data: bytes) -> None:
        nonlocal executions, began
        executions += 1
        began = began or time.monotonic()
        try:
            function(data if shape == "bytes" else data.decode("utf-8", "replace"))
        except ValueError:
            pass
        except Exception as error:  # noqa: BLE001 - every other is a bug
            place = traceback.extract_tb(error.__traceback__)[-1].name
            if place not in seen:
                seen.add(place)
                bug = {"place": place, "executions": executions, "seconds": time.monotonic() - began}
                print(json.dumps(bug), flush=True)
        if executions % 1024 == 0 and time.monotonic() - began > seconds:
            os._exit(0)

    atheris.Setup([sys.argv[0], *sys.argv[4:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
