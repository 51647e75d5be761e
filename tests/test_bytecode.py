"""Code objects taken apart and put together again."""

from __future__ import annotations

import dis
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from fuzzlab.bytecode import Instruction, Program

LIBRARY = Path(sysconfig.get_path("stdlib"))


def nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


@pytest.mark.parametrize("name", ["argparse.py", "asyncio/tasks.py", "dataclasses.py", "enum.py", "tarfile.py"])
def test_what_nobody_changes_comes_out_as_it_went_in(name: str) -> None:
    """Instructions, lines, columns and the exception table are the same after a round trip."""
    source = (LIBRARY / name).read_bytes()
    seen = 0
    for code in nested(compile(source, name, "exec", dont_inherit=True)):
        again = Program(code).to_code()
        assert again.co_code == code.co_code
        assert list(again.co_positions()) == list(code.co_positions())
        assert list(again.co_lines()) == list(code.co_lines())
        assert again.co_exceptiontable == code.co_exceptiontable
        assert (again.co_consts, again.co_stacksize) == (code.co_consts, code.co_stacksize)
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("count", [1, 130, 40_000])
def test_code_behaves_alike_with_more_instructions_in_it(count: int) -> None:
    """However far jumps get and whatever EXTENDED_ARGs they then need, the code does the same."""
    namespace: dict[str, object] = {}
    exec(
        "def f(n):\n"
        "    found = []\n"
        "    for i in range(n):\n"
        "        try:\n"
        "            if i % 3 == 0: raise ValueError(i)\n"
        "            found.append(i)\n"
        "        except ValueError as error:\n"
        "            found.append(str(error))\n"
        "        finally:\n"
        "            found.append(None)\n"
        "    return found\n",
        namespace,
    )
    function = namespace["f"]
    program = Program(function.__code__)  # type: ignore[attr-defined]
    nop = dis.opmap["NOP"]
    resume = next(place for place, one in enumerate(program.instructions) if one.name == "RESUME")
    for one in program.instructions[resume + 1 :]:
        if one.name not in ("END_FOR", "POP_TOP", "RESUME"):  # the interpreter itself looks for these
            one.before = [Instruction(nop, 0, one.position) for _ in range(count // 40 + 1)]
    code = program.to_code()
    assert len(code.co_code) > len(function.__code__.co_code) + count  # type: ignore[attr-defined]
    expected = function(7)  # type: ignore[operator]
    function.__code__ = code  # type: ignore[attr-defined]
    assert function(7) == expected  # type: ignore[operator]
    assert sys.getsizeof(code) > 0
