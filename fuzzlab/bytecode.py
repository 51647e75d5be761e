"""A code object as a list of instructions that others can be inserted into.

Jumps, positions and the exception table refer to instructions, not to offsets, so an insertion moves them all. What
nobody changes comes out as it went in: the tests hold this for the standard library. The layout is CPython's, 3.11 to
3.13: units of two bytes, inline caches behind an instruction, relative jumps counted from behind the caches.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

__all__ = ["CACHES", "Instruction", "Program", "opcodes"]

UNIT = 2
"""Bytes of a code unit: the opcode and its argument."""

CACHE = dis.opmap["CACHE"]
EXTENDED_ARG = dis.opmap["EXTENDED_ARG"]

RUN = 8
"""Units that one entry of the table of positions covers at the most (CPython's Objects/locations.md)."""

NO_POSITION, LONG_POSITION, LINES_ONLY = 15, 14, 13
"""Codes of entries in the table of positions; the shorter ones that CPython also has say nothing more."""

Position = tuple[int | None, int | None, int | None, int | None]
"""Line, last line, column, last column."""


@dataclass(slots=True, eq=False)
class Instruction:
    """One instruction, with its EXTENDED_ARGs and caches.

    `target` is where it jumps, and `past` says that it jumps over what is inserted `before` its target.
    """

    opcode: int
    argument: int = 0
    position: Position = (None, None, None, None)
    caches: int = 0
    target: Instruction | None = None
    past: bool = False
    before: list[Instruction] = field(default_factory=list)
    offset: int = 0
    units: int = 0

    @property
    def name(self) -> str:
        """The opcode's name."""
        return dis.opname[self.opcode]

    @property
    def entrance(self) -> int:
        """The offset of what is inserted before it, or its own."""
        return self.before[0].offset if self.before else self.offset


@dataclass(slots=True)
class _Handler:
    """An entry of the exception table: what is raised from `start` up to `end` is handled at `target`."""

    start: Instruction
    end: Instruction | None  # None: the end of the code
    target: Instruction
    depth_and_lasti: int


class Program:
    """The instructions of one code object.

    Attributes:
        instructions: without what is inserted `before` them.
        constants: `co_consts`; it only grows.
        extra_stack: how many values the insertions put on top of the stack at the most.
    """

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self.constants: list[Any] = list(code.co_consts)
        self.extra_stack = 0
        by_offset: dict[int, Instruction] = {}
        self.instructions = list(_parsed(code, by_offset))
        for instruction in self.instructions:
            if instruction.opcode in _RELATIVE:
                instruction.target = by_offset[_landing(instruction)]
        self._handlers = [
            _Handler(by_offset[start], by_offset.get(end), by_offset[target], depth_and_lasti)
            for start, end, target, depth_and_lasti in _handlers(code.co_exceptiontable)
        ]

    def constant(self, value: object) -> int:
        """Add a constant and give its index: equal ones are not shared, for our constants are not equal."""
        self.constants.append(value)
        return len(self.constants) - 1

    def to_code(self) -> CodeType:
        """Assemble."""
        every = [each for one in self.instructions for each in (*one.before, one)]
        size = _lay_out(every)
        return self._code.replace(
            co_code=b"".join(map(_encoded, every)),
            co_consts=tuple(self.constants),
            co_linetable=_positions_table(every, self._code.co_firstlineno),
            co_exceptiontable=b"".join(self._exception_entries(size)),
            co_stacksize=self._code.co_stacksize + self.extra_stack,
        )

    def _exception_entries(self, size: int) -> Iterator[bytes]:
        for handler in self._handlers:
            start, end = handler.start.offset, size if handler.end is None else handler.end.offset
            values = (start // UNIT, (end - start) // UNIT, handler.target.offset // UNIT, handler.depth_and_lasti)
            entry = bytearray(b"".join(map(_big_endian_varint, values)))
            entry[0] |= 128
            yield bytes(entry)


_RELATIVE = frozenset(dis.hasjrel)
_BACKWARD = frozenset(number for name, number in dis.opmap.items() if "BACKWARD" in name)


def _parsed(code: CodeType, by_offset: dict[int, Instruction]) -> Iterator[Instruction]:
    """Give the instructions; `by_offset` learns where each begins, EXTENDED_ARGs included."""
    raw, positions = code.co_code, list(code.co_positions())
    offset, size = 0, len(raw)
    while offset < size:
        instruction = Instruction(CACHE, position=positions[offset // UNIT], offset=offset)
        first, argument = offset, raw[offset + 1]
        while raw[offset] == EXTENDED_ARG:
            offset += UNIT
            argument = argument << 8 | raw[offset + 1]
        instruction.opcode, instruction.argument = raw[offset], argument
        offset += UNIT
        while offset < size and raw[offset] == CACHE:
            instruction.caches += 1
            offset += UNIT
        instruction.units = (offset - first) // UNIT
        by_offset[first] = instruction
        yield instruction


def _landing(jump: Instruction) -> int:
    distance = jump.argument * UNIT
    return jump.offset + jump.units * UNIT + (-distance if jump.opcode in _BACKWARD else distance)


def _handlers(table: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Give start, end, target (bytes) and depth with its flag (CPython's Objects/exception_handling_notes.txt)."""
    values = iter(_read_varints(table))
    for start, length, target, depth_and_lasti in zip(values, values, values, values, strict=True):
        yield start * UNIT, (start + length) * UNIT, target * UNIT, depth_and_lasti


def _read_varints(table: bytes) -> Iterator[int]:
    value = 0
    for byte in table:
        value = value << 6 | byte & 63
        if not byte & 64:
            yield value
            value = 0


def _big_endian_varint(value: int) -> bytes:
    parts = [value & 63]
    while value := value >> 6:
        parts.append(value & 63 | 64)
    return bytes(reversed(parts))


def _lay_out(every: list[Instruction]) -> int:
    """Fix offsets and the arguments of jumps; give the size in bytes.

    The longer a jump, the more EXTENDED_ARGs it needs, which makes others longer: until nothing grows any more.
    """
    for one in every:
        one.units = 1 + one.caches + _prefixes(one.argument)
    while True:
        offset = 0
        for one in every:
            one.offset = offset
            offset += one.units * UNIT
        grown = False
        for one in every:
            if one.target is None:
                continue
            landing = one.target.offset if one.past else one.target.entrance
            one.argument = abs(landing - one.offset - one.units * UNIT) // UNIT
            needed = 1 + one.caches + _prefixes(one.argument)
            if needed > one.units:
                one.units, grown = needed, True
        if not grown:
            return offset


def _prefixes(argument: int) -> int:
    return (argument > 0xFF) + (argument > 0xFFFF) + (argument > 0xFFFFFF)


def _encoded(one: Instruction) -> bytes:
    prefixes = one.units - 1 - one.caches
    raw = bytearray()
    for place in range(prefixes, 0, -1):
        raw += bytes((EXTENDED_ARG, one.argument >> 8 * place & 0xFF))
    raw += bytes((one.opcode, one.argument & 0xFF))
    raw += bytes((CACHE, 0)) * one.caches
    return bytes(raw)


def _positions_table(every: list[Instruction], line: int) -> bytes:
    """Write the table of positions: an entry for each instruction, in the forms that can say everything."""
    table = bytearray()
    for one in every:
        units = one.units
        while units > 0:
            run = min(units, RUN)
            units -= run
            line = _append_position(table, one.position, line, run)
    return bytes(table)


def _append_position(table: bytearray, position: Position, line: int, run: int) -> int:
    """Append one entry and give the line that the next one counts from."""
    start, end, column, end_column = position
    if start is None:
        table.append(0x80 | NO_POSITION << 3 | run - 1)
        return line
    if end is None or column is None or end_column is None:
        table.append(0x80 | LINES_ONLY << 3 | run - 1)
        table += _signed_varint(start - line)
        return start
    table.append(0x80 | LONG_POSITION << 3 | run - 1)
    table += _signed_varint(start - line)
    for value in (end - start, column + 1, end_column + 1):
        table += _varint(value)
    return start


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 63:
        parts.append(value & 63 | 64)
        value >>= 6
    parts.append(value)
    return bytes(parts)


def _signed_varint(value: int) -> bytes:
    return _varint(-value << 1 | 1 if value < 0 else value << 1)


def opcodes(*names: str) -> frozenset[int]:
    """Give the numbers of those opcodes that this Python has."""
    return frozenset(dis.opmap[name] for name in names if name in dis.opmap)


def _cache_sizes() -> dict[int, int]:
    """Measure on a sample how many cache units follow the instructions that are inserted elsewhere."""
    sample = compile("for x in y: (x, y) in z; (x, y) @ z; 1 == x", "<sample>", "exec")
    return {one.opcode: one.caches for one in _parsed(sample, {})}


CACHES = _cache_sizes()
"""Cache units by opcode, for the opcodes that probes are made of."""
