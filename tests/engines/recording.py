"""What an engine's callbacks report: `python -m tests.engines.recording ENGINE RECORDER MODULE FUNCTION INPUTS`.

Runs the function on each text of INPUTS (a file with a JSON list) and prints, as JSON, all blocks that have a counter,
and for each text the blocks with their counts and the compare hints in order. ENGINE is `atheris`, `tracer`, or `same`:
the tracer where Atheris looks and no further, that is, not at membership and not into generator expressions. A process
of its own for each: they keep state for good.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import atheris

from fuzzlab import probes
from fuzzlab.bytecode import Program
from fuzzlab.engines import _tracer

Report = tuple[dict[str, int], list[str]]
Blocks = dict[int, probes.Block]


def _text(block: probes.Block) -> str:
    return "{}:{}:{}".format(*block)


def _with_atheris(blocks: Blocks) -> Callable[[], dict[str, int]]:
    """Have Atheris report which original instruction each of its counters stands before."""
    core = importlib.import_module("atheris.core_with_libfuzzer")
    bytecode = sys.modules["atheris.instrument_bytecode"]
    counts: Counter[int] = Counter()
    reserve, last = atheris._reserve_counter, [0]

    def reserving() -> int:
        last[0] = reserve()
        return last[0]

    class Noting(bytecode.Instrumentor):  # type: ignore[misc, name-defined]
        def __init__(self, code: CodeType) -> None:
            super().__init__(code)
            originals = Program(code).instructions
            self._places = {
                id(one): original.offset for one, original in zip(self.instructions, originals, strict=False)
            }

        def _generate_trace_branch_invocation(self, copied: Any) -> Any:
            made = super()._generate_trace_branch_invocation(copied)
            blocks[last[0]] = (self._code.co_qualname, self._code.co_firstlineno, self._places[id(copied)])
            return made

    def branch(index: int) -> None:
        counts[index] += 1

    bytecode.Instrumentor = Noting  # type: ignore[attr-defined]
    atheris._reserve_counter = reserving
    atheris._trace_branch = branch
    atheris._trace_cmp = core._trace_cmp

    def taken() -> dict[str, int]:
        found = {_text(blocks[index]): count for index, count in counts.items()}
        counts.clear()
        return found

    return taken


def _with_tracer(blocks: Blocks, recorder: str, *, same: bool) -> Callable[[], dict[str, int]]:
    _tracer.attach(recorder)
    _tracer.start()
    prober = probes.Prober(_tracer, blocks)
    if same:
        whole, traced = prober._probed, probes._Placing._is_traced
        prober._probed = lambda code: code if code.co_name in LEFT_OUT else whole(code)  # type: ignore[method-assign]
        probes._Placing._is_traced = (  # type: ignore[method-assign]
            lambda self, place: self._code[place].opcode == probes.COMPARE_OP and traced(self, place)
        )
    sys.modules["atheris.import_hook"].patch_code = lambda code, *_: prober.instrument(code)  # type: ignore[attr-defined]

    def taken() -> dict[str, int]:
        found = {_text(blocks[index]): count for index, count in enumerate(_tracer.snapshot()) if count}
        _tracer.clear()
        return found

    return taken


LEFT_OUT = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>")


def main() -> None:
    """Print one report an input."""
    engine, recorder, module, function, inputs = sys.argv[1:]
    library = ctypes.CDLL(recorder)
    library.recorder_end.restype = ctypes.c_char_p
    blocks: Blocks = {}
    taken = _with_atheris(blocks) if engine == "atheris" else _with_tracer(blocks, recorder, same=engine == "same")
    with atheris.instrument_imports(include=[module]):
        call = getattr(importlib.import_module(module), function)
    reports: list[Report] = []
    for text in json.loads(Path(inputs).read_text(encoding="utf-8")):
        taken()
        library.recorder_begin()
        with contextlib.suppress(Exception):
            call(text)
        hints = [line.split() for line in library.recorder_end().decode("ascii").splitlines()]
        # Two equal sides tell a mutator nothing, and the tracer leaves them out.
        told = [" ".join(hint) for hint in hints if hint[0] != "word" and hint[1] != hint[2]]
        reports.append((taken(), told))
    sys.stdout.write(json.dumps([sorted(map(_text, blocks.values())), reports]))


if __name__ == "__main__":
    main()
