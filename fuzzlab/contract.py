"""The promise a parser keeps: what it may raise, cost and touch, and what its results must be fit for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from fuzzlab.chain import exception_name
from fuzzlab.clock import Clock
from fuzzlab.errors import UserError
from fuzzlab.oracles import Oracle
from fuzzlab.sanitizers import ALL, UNDECLARED, Declared

__all__ = ["DEFAULT_ALLOW", "Allow", "Budget", "Contract", "contract"]

Allow = type[BaseException] | Sequence[type[BaseException]]

DEFAULT_ALLOW: tuple[type[BaseException], ...] = (ValueError,)
"""Python's own convention for refusing input."""

_EXAMPLES = {"reads": "['templates']", "writes": "['/tmp']", "statements": "['shop.db:Cursor.execute']"}

WALL_FACTOR = 5
"""Wall-clock seconds per CPU second of the budget: a sleeping target is stopped too, a busy machine is not blamed."""

LEAST_EXPONENT, MOST_EXPONENT = 1.2, 10.0
"""Of a budget: what sorts takes the power of 1.1 or so, and no cost can be measured with less of an error than 0.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one execution may cost: `seconds` of CPU, five times that on the wall clock, `memory` new bytes.

    `exponent` is how fast the cost may grow with the length of the input: as its power of that.
    """

    seconds: float = 1.0
    memory: int = 512 * 1024 * 1024
    exponent: float = 1.5

    def __post_init__(self) -> None:
        """Refuse what no execution could keep."""
        if not 0.01 <= self.seconds <= 3600:
            raise UserError(f"Budget(seconds={self.seconds!r}): seconds must be between 0.01 and 3600")
        if self.memory < 1024 * 1024:
            raise UserError(f"Budget(memory={self.memory!r}): memory is in bytes, at least 1048576 (1 MiB)")
        if not LEAST_EXPONENT <= self.exponent <= MOST_EXPONENT:
            raise UserError(
                f"Budget(exponent={self.exponent!r}): exponent must be between {LEAST_EXPONENT} and {MOST_EXPONENT:g}"
            )

    @property
    def wall(self) -> float:
        """Seconds on the wall clock."""
        return self.seconds * WALL_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Allowed errors (a class allows its subclasses), budgets, oracles on the result, sanitizers on side effects.

    `declared` are the folders that it may read and write, `statements` functions whose first argument is code
    (`module:name`). `clock` is what the code under test takes the time from, if it is not the machine's.
    """

    allow: tuple[type[BaseException], ...] = DEFAULT_ALLOW
    budget: Budget = Budget()
    oracles: tuple[Oracle, ...] = ()
    sanitizers: frozenset[str] = ALL
    declared: Declared = UNDECLARED
    statements: tuple[str, ...] = ()
    clock: Clock | None = None

    @property
    def allowed(self) -> tuple[str, ...]:
        """Names of the allowed errors, with their modules unless they are builtins."""
        return tuple(dict.fromkeys(map(exception_name, self.allow)))


def contract(
    *,
    allow: Allow | None = None,
    budget: Budget | None = None,
    oracles: Sequence[Oracle] = (),
    sanitizers: Sequence[str] | None = None,
    reads: Sequence[str] | None = None,
    writes: Sequence[str] = (),
    statements: Sequence[str] = (),
    clock: Clock | None = None,
) -> Contract:
    """Build a contract from what a person wrote.

    Raises:
        UserError: `allow` holds something that is no exception class, an oracle is none, a sanitizer is unknown, a
            name of the clock is not there.
    """
    if allow is None:
        allow = DEFAULT_ALLOW
    classes = tuple(allow) if isinstance(allow, (list, tuple, set, frozenset)) else (allow,)
    for cls in classes:
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise UserError(f"allow={cls!r}: not an exception class, as in allow=ValueError")
    if not isinstance(oracles, (list, tuple)):
        raise UserError(f"oracles={oracles!r}: a list of oracles, as in oracles=[oracles.idempotent()]")
    for oracle in oracles:
        if not isinstance(oracle, Oracle) or isinstance(oracle, type):
            raise UserError(f"oracles=[{oracle!r}]: not an oracle; call it, as in oracles.idempotent()")
    chosen = ALL if sanitizers is None else frozenset(sanitizers)
    if unknown := chosen - ALL:
        raise UserError(f"sanitizers={sorted(unknown)}: unknown; there are {', '.join(sorted(ALL))}")
    if clock is not None:
        if not isinstance(clock, Clock):
            raise UserError(
                f"clock={clock!r}: not a clock, as in clock=Clock(1_700_000_000, into=['shop.webhooks:time'])"
            )
        clock.check()
    _check_names(reads=reads, writes=writes, statements=statements)
    return Contract(
        allow=classes,
        budget=budget or Budget(),
        oracles=tuple(oracles),
        sanitizers=chosen,
        declared=Declared(None if reads is None else _folders(reads), _folders(writes)),
        statements=tuple(statements),
        clock=clock,
    )


def _check_names(**named: Sequence[str] | None) -> None:
    for name, value in named.items():
        if value is not None and (not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value)):
            raise UserError(f"{name}={value!r}: a list of names, as in {name}={_EXAMPLES[name]}")
    for statement in named["statements"] or ():
        if not all(statement.partition(":")[::2]):
            example = f"statements={_EXAMPLES['statements']}"
            raise UserError(f"statements=[{statement!r}]: write module:name, as in {example}")


def _folders(names: Sequence[str]) -> tuple[str, ...]:
    """Give folders as prefixes of absolute paths; a relative one is meant from where the project is run."""
    return tuple(os.path.abspath(name).rstrip(os.sep) + os.sep for name in names)  # noqa: PTH100 - a string to compare
