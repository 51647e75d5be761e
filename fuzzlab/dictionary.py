"""Words that the code under test compares with: for a search that would have to guess them letter by letter.

The code is walked outwards from the target, function by function, table by table, as it names them: what stands near
the target comes first. Constants are read from the source (`literals.py`), tables, enumerations, models and compiled
patterns as the objects they are. What belongs to the harness, though the target's module imports it, is left out.
"""

from __future__ import annotations

import enum
import functools
import inspect
import re
import sys
import typing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from fuzzlab import patterns, schemas
from fuzzlab.errors import UserError
from fuzzlab.literals import Sources, in_annotation, of_integer
from fuzzlab.scope import NEVER, Scope
from fuzzlab.target import Target, bare

__all__ = ["Vocabulary", "as_libfuzzer", "for_libfuzzer", "harmless", "mine"]

LONGEST = 48
"""Bytes. Longer constants are messages and docstrings, not tokens; a UUID has 36, libFuzzer's own words end at 64."""

MOST = 512
"""Words. libFuzzer picks one at random: with too many, the good ones are seldom tried."""

MOST_MINED = 320
"""Of those, words of the code; the rest is the format's."""

MOST_OBJECTS = 4_000
"""Looked at: a package with its metadata as Python source has tens of thousands."""

MOST_ITEMS = 256
"""Of one table."""

FATAL = 2
"""Deaths after which what their inputs have in common is suspected; one may hold any word by chance."""

DEPTH = 3
"""Levels of a table of tables."""

MESSAGE = re.compile(r"[^\s]{2,}\s[^\s]{2,}\s[^\s]")
"""Three words or more are told to people."""

_TABLES = (dict, list, tuple, set, frozenset, Mapping)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the code under test compares with: words, the most telling first, and regular expressions with flags."""

    words: tuple[bytes, ...]
    patterns: tuple[tuple[str, int], ...]


def mine(target: Target, scope: Scope) -> Vocabulary:
    """Give what the code under test compares with: at most MOST_MINED words, none longer than LONGEST."""
    miner = _Miner(scope)
    miner.reach(bare(target.function))
    miner.walk()
    done: set[str] = set()
    while left := [name for name in dict.fromkeys((target.home, *miner.modules)) if name not in done]:
        done.add(left[0])
        module = sys.modules.get(left[0])
        if left[0] in scope and isinstance(module, ModuleType):
            miner.reach_all(module)
            miner.walk()
    return Vocabulary(miner.words(), tuple(miner.patterns.items()))


def harmless(words: Sequence[bytes], lethal: Sequence[bytes]) -> tuple[bytes, ...]:
    """Leave out words that stand in every one of several inputs that ended a worker: placed, they end the next."""
    if len(lethal) < FATAL:
        return tuple(words)
    return tuple(word for word in words if not all(word in data for data in lethal))


def for_libfuzzer(target: Target, words: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give libFuzzer's dictionary: mined words, then the format's own tokens."""
    all_of_them = dict.fromkeys((*words, *target.format.dictionary()))
    return tuple(word for word in all_of_them if 0 < len(word) <= LONGEST)[:MOST]


def as_libfuzzer(words: Iterable[bytes]) -> str:
    """Write a dictionary file (libFuzzer's documentation, "Dictionaries"): every byte escaped that could mean more."""
    lines = []
    for word in words:
        text = "".join(chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\x{b:02X}" for b in word)
        lines.append(f'"{text}"\n')
    return "".join(lines)


class _Miner:
    """A walk over the objects of the code under test, the nearest first."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._sources = Sources()
        self._queue: deque[Callable[[], None]] = deque()
        self._seen = _tables_of_the_harness()
        self.modules: dict[str, None] = {}
        """Where something was found, in that order."""
        self._kept: list[Any] = []  # or another object could get the id of one that was seen
        self.patterns: dict[str, int] = {}
        self._compared: dict[bytes, None] = {}
        self._mentioned: dict[bytes, None] = {}

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another word of the better kind."""
        return len(self._compared) >= MOST_MINED or len(self._kept) >= MOST_OBJECTS

    def words(self) -> tuple[bytes, ...]:
        """Give what was found: words compared with, then words that only stand there."""
        return tuple(dict.fromkeys((*self._compared, *self._mentioned)))[:MOST_MINED]

    def walk(self) -> None:
        """Look at everything within reach."""
        while self._queue and not self.is_full:
            self._queue.popleft()()

    def reach(self, value: Any) -> None:
        """Put an object on the list, if it is one that may hold words and was not there before."""
        if isinstance(value, staticmethod | classmethod | functools.partial | property):
            inner = getattr(value, "__func__", None) or getattr(value, "func", None) or getattr(value, "fget", None)
            return self.reach(inner)
        if isinstance(value, FunctionType):
            visit: Callable[[], None] = functools.partial(self._function, value)
            belongs = self._is_ours(value)
        elif isinstance(value, type):
            visit, belongs = functools.partial(self._class, value), self._is_ours(value)
        elif isinstance(value, ModuleType) or value is None or (callable(value) and not typing.get_args(value)):
            return None
        else:
            visit, belongs = functools.partial(self._value, value), True
        if belongs and id(value) not in self._seen:
            self._seen.add(id(value))
            if isinstance(value, FunctionType | type):
                self.modules[value.__module__] = None
            self._kept.append(value)
            self._queue.append(visit)
        return None

    def reach_all(self, module: ModuleType) -> None:
        """Put all that a module defines on the list."""
        for name, value in list(vars(module).items()):
            if not name.startswith("__"):
                self.reach(value)

    def _is_ours(self, value: Any) -> bool:
        module = getattr(value, "__module__", None)
        return isinstance(module, str) and module in self._scope and module.partition(".")[0] not in NEVER

    def _function(self, function: FunctionType) -> None:
        code = function.__code__
        literals = self._sources.of_code(code)
        if literals is None:
            for text in _strings(code):
                self._note(text, self._mentioned)
        else:
            for word in literals.compared:
                self._note(word, self._compared)
            for word in literals.mentioned:
                self._note(word, self._mentioned)
            for pattern in literals.patterns:
                self.patterns.setdefault(pattern, 0)
        for annotation in function.__annotations__.values():
            self._annotation(annotation)
        self.reach(getattr(function, "__wrapped__", None))
        for cell in function.__closure__ or ():
            try:
                self.reach(cell.cell_contents)
            except ValueError:  # an empty cell
                continue
        self._names(code, function.__globals__)

    def _names(self, code: CodeType, namespace: dict[str, Any]) -> None:
        """Reach what a function names: its module's own things, and what it takes from the modules it names."""
        for name in code.co_names:
            value = namespace.get(name)
            if isinstance(value, ModuleType) and value.__name__ in self._scope:
                for other in code.co_names:
                    if not other.startswith("__"):
                        self.reach(vars(value).get(other))
            else:
                self.reach(value)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._names(constant, namespace)

    def _class(self, cls: type) -> None:
        if issubclass(cls, enum.Enum):
            for member in cls:
                self._value(member.value)
            for name in cls.__members__:
                self._note(name, self._mentioned)
        for name, annotation in _annotations(cls).items():
            self._note(name, self._compared)
            self._annotation(annotation)
        if hasattr(cls, "model_json_schema"):
            self._model(cls)
        for name, member in list(vars(cls).items()):
            if not name.startswith(("__", "model_")) or name in ("__init__", "__call__", "__new__"):
                self.reach(member)
        for base in cls.__bases__:
            self.reach(base)

    def _model(self, cls: type) -> None:
        try:
            schema = schemas.Schema(schemas.as_schema(cls))
        except UserError:  # a model without a JSON Schema
            return
        for word in schema.words:
            self._note(word, self._compared)

    def _annotation(self, annotation: Any) -> None:
        if isinstance(annotation, str):
            for word in in_annotation(annotation):
                self._note(word, self._compared)
        elif typing.get_origin(annotation) is typing.Literal:
            for value in typing.get_args(annotation):
                self._value(value)
        elif inner := typing.get_args(annotation):
            for each in inner:
                self._annotation(each)
        else:
            self.reach(annotation)

    def _value(self, value: Any, depth: int = 0) -> None:
        """Note the words of a constant, a pattern or a table."""
        if isinstance(value, str | bytes):
            self._note(value, self._compared)
        elif isinstance(value, bool | None):
            return
        elif isinstance(value, enum.Enum):
            self.reach(type(value))
        elif isinstance(value, int):
            for word in of_integer(int(value), binary=False):
                self._note(word, self._compared)
        elif isinstance(value, re.Pattern):
            self._pattern(value)
        elif isinstance(value, _TABLES):
            self._table(value, depth)
        elif typing.get_args(value):
            self._annotation(value)
        elif self._is_ours(type(value)):
            self.reach(type(value))

    def _table(self, table: Any, depth: int) -> None:
        if depth >= DEPTH:
            return
        items = list(table)[:MOST_ITEMS]
        for item in items:
            self._member(item, depth)
        if isinstance(table, Mapping):
            for key in items:
                self._member(table[key], depth)

    def _member(self, value: Any, depth: int) -> None:
        if isinstance(value, FunctionType | type):  # a table of handlers
            self.reach(value)
        elif id(value) not in self._seen:
            self._value(value, depth + 1)

    def _pattern(self, pattern: re.Pattern[Any]) -> None:
        source = pattern.pattern
        text = source.decode("latin-1") if isinstance(source, bytes) else source
        self.patterns.setdefault(text, pattern.flags)
        for word in (*patterns.pieces(text, pattern.flags), *patterns.samples(text, pattern.flags)):
            self._note(word.encode("latin-1", "ignore") if isinstance(source, bytes) else word, self._compared)

    def _note(self, word: str | bytes, kind: dict[bytes, None]) -> None:
        if isinstance(word, str):
            if MESSAGE.search(word) or not (word.isprintable() or len(word) < 4):
                kind = self._mentioned
            word = word.encode("utf-8", "surrogatepass")
        if 0 < len(word) <= LONGEST and len(kind) < MOST_MINED:
            kind[word] = None


def _annotations(cls: type) -> dict[str, Any]:
    try:
        return inspect.get_annotations(cls)
    except Exception:  # noqa: BLE001 - since 3.14 this runs the class's own code
        return {}


def _tables_of_the_harness() -> set[int]:
    """Name the tables that belong to fuzzlab and its peers: a target's module may import one."""
    found = set()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in NEVER and isinstance(module, ModuleType):
            found |= {id(value) for value in list(vars(module).values()) if isinstance(value, _TABLES) and value}
    return found


def _strings(code: CodeType) -> Iterator[str | bytes]:
    """Yield the strings of a function whose source is not to be had."""
    docstring = code.co_consts[0] if code.co_consts else None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _strings(constant)
        elif isinstance(constant, str | bytes) and constant is not docstring:
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from (item for item in constant if isinstance(item, str | bytes))
