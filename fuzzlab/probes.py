"""Where the coverage engine's probes go in the code under test.

A probe is a constant of `engines/_tracer.c`, which says what instructions each kind goes with. Blocks are those that
Atheris counts: what a function begins with, what a jump leads to, what follows a conditional jump. It takes fewer
instructions to count them:

- A comparison that decides a jump counts the block behind the edge that is taken, and the jump goes past that block's
  own probe. A block that is only entered so has none.
- The head of a `for` loop is not counted: it runs once for each pass through the body and once for the end. Where what
  follows the loop can also be reached by `break`, the end has a counter of its own, and it is the head's.
"""

from __future__ import annotations

import dis
import sys
from collections import defaultdict
from types import CodeType
from typing import Protocol

from fuzzlab.bytecode import CACHES, Instruction, Program, opcodes

__all__ = ["PYTHONS", "Block", "Prober", "Tracer"]

Block = tuple[str, int, int]
"""The qualified name and the first line of a function, and the offset of a block's first instruction in its code."""


class Tracer(Protocol):
    """What `engines/_tracer.c` offers here; an index of -1 counts nothing."""

    def reserve(self, count: int, /) -> int:
        """Give the first index of so many new counters."""

    def register(self) -> None:
        """Show new counters to libFuzzer."""

    def block(self, index: int, /) -> object:
        """Count each time."""

    def const_test(self, constant: object, op: int, if_false: int, if_true: int, /) -> object:
        """Give the truth of `x op constant`."""

    def pair_test(self, op: int, if_false: int, if_true: int, /) -> object:
        """Give the truth of `x op y`."""

    def pair_value(self, op: int, constants: int, /) -> object:
        """Give `x op y`; `constants` is 1 where y is one."""

    def const_member(self, container: object, if_false: int, if_true: int, /) -> object:
        """Give `x in container`."""

    def pair_member(self, if_false: int, if_true: int, /) -> object:
        """Give `x in y`."""

    def pair_item(self) -> object:
        """Give `x[y]`."""


LOAD_CONST, RESUME, FOR_ITER, BUILD_TUPLE = (
    dis.opmap[name] for name in ("LOAD_CONST", "RESUME", "FOR_ITER", "BUILD_TUPLE")
)
COMPARE_OP, CONTAINS_OP, BINARY_OP = (dis.opmap[name] for name in ("COMPARE_OP", "CONTAINS_OP", "BINARY_OP"))
BINARY_SUBSCR = dis.opmap.get("BINARY_SUBSCR", -1)
GLOBALS = opcodes("LOAD_GLOBAL", "LOAD_NAME")

PYTHONS = ((3, 11), (3, 12), (3, 13))
"""The versions whose instructions are known here; they differ from one to the next."""

MATRIX_MULTIPLY = 4
"""BINARY_OP's argument for `@` (CPython's Include/opcode.h, NB_MATRIX_MULTIPLY)."""

SHIFT = {(3, 11): 0, (3, 12): 4, (3, 13): 5}.get(sys.version_info[:2], 5)
"""Where COMPARE_OP's argument has the operator."""

AS_BOOL = 16 if sys.version_info >= (3, 13) else 0
"""The bit of COMPARE_OP's argument that asks for a bool, whatever the comparison gives."""

IF_TRUE = opcodes("POP_JUMP_IF_TRUE", "POP_JUMP_FORWARD_IF_TRUE", "POP_JUMP_BACKWARD_IF_TRUE")
IF_FALSE = opcodes("POP_JUMP_IF_FALSE", "POP_JUMP_FORWARD_IF_FALSE", "POP_JUMP_BACKWARD_IF_FALSE")
CONDITIONAL = (
    IF_TRUE
    | IF_FALSE
    | opcodes("FOR_ITER", "JUMP_IF_FALSE_OR_POP", "JUMP_IF_TRUE_OR_POP", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE")
    | opcodes("POP_JUMP_FORWARD_IF_NONE", "POP_JUMP_FORWARD_IF_NOT_NONE")
    | opcodes("POP_JUMP_BACKWARD_IF_NONE", "POP_JUMP_BACKWARD_IF_NOT_NONE")
)
NO_FALLTHROUGH = opcodes(
    "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS",
    "RERAISE",
)  # fmt: skip

WAITS = opcodes("SEND")
"""Jumps that are no branch of the program's own: out of an `await` or `yield from` that has ended."""

END_FOR = dis.opmap.get("END_FOR", -1)
LOOP_ENDS = {(3, 11): (), (3, 12): (END_FOR,)}.get(sys.version_info[:2], (END_FOR, dis.opmap["POP_TOP"]))
"""What stands at FOR_ITER's target and has been done when it jumps there: it jumps behind it."""


class Prober:
    """Puts probes into code objects.

    Args:
        tracer: makes the probes and keeps the counters.
        blocks: learns which block each counter stands for, if anybody wants to know.
    """

    def __init__(self, tracer: Tracer, blocks: dict[int, Block] | None = None) -> None:
        self._tracer = tracer
        self._blocks = blocks
        self._kinds = (
            type(tracer.block(-1)),
            type(tracer.const_test(None, 0, -1, -1)),
            type(tracer.pair_test(0, -1, -1)),
            type(tracer.pair_value(0, 0)),
            type(tracer.const_member((), -1, -1)),
            type(tracer.pair_member(-1, -1)),
            type(tracer.pair_item()),
        )

    def instrument(self, code: CodeType) -> CodeType:
        """Give the code with probes in it and in all code objects below it, registered with libFuzzer."""
        probed = self._probed(code)
        self._tracer.register()
        return probed

    def _probed(self, code: CodeType) -> CodeType:
        if any(isinstance(constant, self._kinds) for constant in code.co_consts):
            return code
        placing = _Placing(code, self._tracer)
        for index, block in placing.counters.items():
            if self._blocks is not None:
                self._blocks[index] = (code.co_qualname, code.co_firstlineno, block)
        constants = placing.program.constants
        constants[:] = [self._probed(each) if isinstance(each, CodeType) else each for each in constants]
        return placing.program.to_code()


class _Placing:
    """The probes of one code object."""

    def __init__(self, code: CodeType, tracer: Tracer) -> None:
        self.program = Program(code)
        self.program.extra_stack = 1
        self._tracer = tracer
        self._code = self.program.instructions
        self._places = {one: place for place, one in enumerate(self._code)}
        self._jumps_to: dict[Instruction, list[Instruction]] = defaultdict(list)
        for one in self._code:
            if one.target is not None:
                self._jumps_to[one.target].append(one)
        leaders = self._leaders()
        ends = self._shared_ends()
        counted = [*leaders, *ends.values()]
        first = tracer.reserve(len(counted))
        self._index = {one: first + number for number, one in enumerate(counted)}
        self.counters = {index: one.offset for one, index in self._index.items()}
        self._deciders = self._find_deciders()
        self._probed = dict.fromkeys(leader for leader in leaders if self._needs_probe(leader))
        instructions: list[Instruction] = []
        for place, one in enumerate(self._code):
            if one in ends:
                end = self._block(ends[one], one)
                instructions += end
                if not LOOP_ENDS:
                    ends[one].target = end[0]
            instructions += self._traced(place)
        self.program.instructions = instructions
        for leader in self._probed:
            leader.before = self._block(leader, leader)

    def _leaders(self) -> list[Instruction]:
        """Give the first instructions of blocks, in order, but for the heads of `for` loops."""
        places = {0}
        for place, one in enumerate(self._code):
            if any(jump.opcode not in WAITS for jump in self._jumps_to.get(one, ())):
                places.add(place)
            if one.opcode in CONDITIONAL:
                places.add(place + 1)
        start = next(place for place, one in enumerate(self._code) if one.opcode == RESUME) + 1
        moved = {max(start, place + len(LOOP_ENDS) * (self._code[place].opcode == END_FOR)) for place in places}
        return [self._code[place] for place in sorted(moved) if self._code[place].opcode != FOR_ITER]

    def _shared_ends(self) -> dict[Instruction, Instruction]:
        """Give, for what follows a loop and is reached by other ways too, the head of that loop."""
        shared = {}
        for one in self._code:
            if one.opcode == FOR_ITER and one.target is not None:
                place = self._places[one.target]
                end = self._code[place + len(LOOP_ENDS)]
                ways = len(self._jumps_to[one.target]) + len(self._jumps_to.get(end, ())) * bool(LOOP_ENDS)
                if ways > 1 or (not LOOP_ENDS and self._code[place - 1].opcode not in NO_FALLTHROUGH):
                    shared[end] = one
        return shared

    def _find_deciders(self) -> dict[Instruction, int]:
        """Give the jumps that a comparison right before them decides, and where that comparison is."""
        return {
            jump: place
            for place, jump in enumerate(self._code[1:])
            if jump.opcode in IF_TRUE | IF_FALSE and not self._jumps_to.get(jump) and self._is_traced(place)
        }

    def _is_traced(self, place: int) -> bool:
        """Whether there is a comparison to trace: two constants are none."""
        one = self._code[place]
        if one.opcode == COMPARE_OP:
            constants = self._has_constant(place) and self._has_constant(place - 1)
            return one.argument >> SHIFT < len(dis.cmp_op) and not constants
        return one.opcode == CONTAINS_OP

    def _has_constant(self, place: int) -> bool:
        """Whether what is on top of the stack there can only be a constant just loaded."""
        return place > 0 and self._code[place - 1].opcode == LOAD_CONST and not self._jumps_to.get(self._code[place])

    def _is_table(self, place: int) -> bool:
        """Whether a subscript looks something up in a global, and not by a constant: in a table, as a rule.

        Elsewhere a subscript is too frequent, and too cheap, for a hint that is worth something only in a dict.
        """
        values = 0
        for back in range(place - 1, -1, -1):
            one = self._code[back]
            if self._jumps_to.get(self._code[back + 1]) or one.target is not None:
                return False
            values += dis.stack_effect(one.opcode, one.argument if one.opcode >= dis.HAVE_ARGUMENT else None)
            if values == 2:  # the subscript's two operands are what has been pushed from here on
                return one.opcode in GLOBALS and self._code[place - 1].opcode != LOAD_CONST
        return False

    def _needs_probe(self, leader: Instruction) -> bool:
        """Whether there is a way into this block that no comparison counts."""
        place = self._places[leader]
        before = self._code[place - 1]
        ways = list(self._jumps_to.get(leader, ()))
        if before.opcode not in NO_FALLTHROUGH:
            ways.append(before)
        return not ways or any(way not in self._deciders for way in ways)

    def _traced(self, place: int) -> list[Instruction]:
        """Replace a comparison; give any other instruction as it is.

        The instruction that was there stays the first one, so that jumps and the exception table still mean it; the
        constant before it is replaced in place.
        """
        one = self._code[place]
        if one.opcode == BINARY_SUBSCR and self._is_table(place):
            return self._with_pair(one, self._tracer.pair_item(), BINARY_OP, MATRIX_MULTIPLY)
        if not self._is_traced(place):
            return [one]
        constant = None
        if self._has_constant(place):
            constant = self._code[place - 1]
        if one.opcode == CONTAINS_OP:
            edges = self._edges(place, inverted=bool(one.argument))
            if constant is not None:
                value = self.program.constants[constant.argument]
                return self._with_constant(one, constant, self._tracer.const_member(value, *edges))
            return self._with_pair(one, self._tracer.pair_member(*edges), CONTAINS_OP, one.argument)
        op = one.argument >> SHIFT
        decides = place + 1 < len(self._code) and self._code[place + 1] in self._deciders
        if not decides and not one.argument & AS_BOOL:
            value = self._tracer.pair_value(op, int(constant is not None))
            return self._with_pair(one, value, BINARY_OP, MATRIX_MULTIPLY)
        edges = self._edges(place, inverted=False)
        if constant is not None:
            test = self._tracer.const_test(self.program.constants[constant.argument], op, *edges)
            one.argument = 0
            return self._with_constant(one, constant, test)
        return self._with_pair(one, self._tracer.pair_test(op, *edges), CONTAINS_OP, 0)

    def _edges(self, place: int, *, inverted: bool) -> tuple[int, int]:
        """Give the counters of the blocks that a comparison leads to, when it is false and when it is true."""
        jump = self._code[place + 1] if place + 1 < len(self._code) else None
        if jump is None or jump.target is None or jump not in self._deciders:
            return -1, -1
        taken = self._index.get(jump.target, -1)
        jump.past = True
        behind = self._code[place + 2]
        fallen = -1 if behind in self._probed else self._index.get(behind, -1)
        edges = (fallen, taken) if jump.opcode in IF_TRUE else (taken, fallen)
        return edges[::-1] if inverted else edges

    def _with_constant(self, one: Instruction, load: Instruction, test: object) -> list[Instruction]:
        load.argument = self.program.constant(test)
        one.opcode, one.caches = CONTAINS_OP, CACHES[CONTAINS_OP]
        return [one]

    def _with_pair(self, one: Instruction, test: object, opcode: int, argument: int) -> list[Instruction]:
        one.opcode, one.argument, one.caches = BUILD_TUPLE, 2, 0
        load = Instruction(LOAD_CONST, self.program.constant(test), one.position)
        return [one, load, Instruction(opcode, argument, one.position, CACHES[opcode])]

    def _block(self, counted: Instruction, behind: Instruction) -> list[Instruction]:
        """Count, and come out behind: at the end of a loop that is none."""
        constant = self.program.constant(self._tracer.block(self._index[counted]))
        load = Instruction(LOAD_CONST, constant, behind.position)
        loop = Instruction(FOR_ITER, 0, behind.position, CACHES[FOR_ITER])
        ends = [Instruction(opcode, 0, behind.position) for opcode in LOOP_ENDS]
        if ends:
            loop.target = ends[0]
        else:
            loop.target, loop.past = behind, counted is behind
        return [load, loop, *ends]
