"""The tracer: what it reports is what Atheris reports, and what it inserts changes nothing."""

from __future__ import annotations

import contextlib
import copy
import dis
import functools
import gc
import importlib.util
import inspect
import itertools
import json
import math
import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci.benchmarks.inputs import dates, documents
from fuzzlab.bytecode import Program
from fuzzlab.engines import coverage
from fuzzlab.probes import LOOP_ENDS, Prober
from tests.parsers import traced
from tests.projects import fuzzlab, make_project

ROOT = Path(__file__).parents[2]
COMPILER = shutil.which("gcc") or shutil.which("cc")

if COMPILER is None:
    pytest.skip("no C compiler: there is no tracer here, and nothing to test it with", allow_module_level=True)

from fuzzlab.engines import _tracer  # noqa: E402 - where there is a compiler, its absence is a failure

TEXTS = [
    "true none key KEY x é e [a bc] ! 5 50 500 5000 1234 18 9999",
    "]",
    "[[ a",
    "platform region zz m n xyzzy",
    "a a a",
    "Straße \ud800 xyz ! ]",
    "",
]


@pytest.fixture(scope="session")
def recorders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build what stands in for libFuzzer: `part` of it under Atheris, all of it under the tracer."""
    folder = tmp_path_factory.mktemp("recorders")
    source = ROOT / "tests" / "engines" / "native" / "recorder.c"
    made = {}
    for name, flags in (("part", []), ("whole", ["-DWHOLE"])):
        made[name] = str(folder / f"{name}.so")
        command = [str(COMPILER), "-shared", "-fPIC", "-O1", "-Wall", "-Werror", *flags, str(source), "-o", made[name]]
        subprocess.run(command, check=True, timeout=120)
    return made


def reports(engine: str, recorders: dict[str, str], function: str, texts: list[str], folder: Path) -> Any:
    """Record in a process of its own: all blocks, and for each text those that were counted and the hints."""
    (folder / "inputs").write_text(json.dumps(texts), encoding="utf-8")
    recorder = recorders["part" if engine == "atheris" else "whole"]
    module, _, name = function.partition(":")
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.recording", engine, recorder, module, name, str(folder / "inputs")],
        cwd=ROOT,
        env=os.environ | ({"LD_PRELOAD": recorder} if engine == "atheris" else {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("function", "texts"),
    [
        ("tests.parsers.traced:parse", TEXTS),
        ("toml:loads", [data.decode() for data in documents()[:40]]),
        pytest.param("dateutil.parser:parse", [data.decode() for data in dates()], marks=pytest.mark.slow),
    ],
)
def test_reports_what_atheris_reports(
    function: str, texts: list[str], recorders: dict[str, str], tmp_path: Path
) -> None:
    """The same blocks, each as often, and the same hints in the same order.

    Left out: the heads of `for` loops, whose count is that of the body and the end together, and two equal sides. There
    is more of the second kind: Atheris takes both sides of `1 <= x <= 12` for constants, and reports half of it.
    """
    pytest.importorskip("atheris")
    _, theirs = reports("atheris", recorders, function, texts, tmp_path)
    _, same = reports("same", recorders, function, texts, tmp_path)
    counted, whole = reports("tracer", recorders, function, texts, tmp_path)
    assert sum(len(blocks) + len(hints) for blocks, hints in theirs) > 200
    heads = 0
    for (blocks, hints), (our_blocks, our_hints), (all_blocks, all_hints) in zip(theirs, same, whole, strict=True):
        assert is_subsequence(hints, our_hints)
        assert is_subsequence(our_hints, all_hints)
        ours = {block: count for block, count in all_blocks.items() if "comp>" not in block and "genexpr" not in block}
        assert ours == our_blocks
        loops = loop_heads(function.partition(":")[0])
        assert {b: n for b, n in ours.items() if b not in loops} == {
            b: n % 256 for b, n in blocks.items() if n % 256 and b not in loops
        }
        for head in blocks.keys() & loops.keys():
            body, end = loops[head]
            ended = ours.get(head, 0) if head in counted else blocks.get(end, 0)
            assert blocks[head] == blocks.get(body, 0) + ended
            heads += 1
    assert heads > 0


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(each in rest for each in part)


def nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


@functools.cache
def loop_heads(package: str) -> dict[str, tuple[str, str]]:
    """Give the blocks behind each head of a `for` loop in a package: of its body and of its end."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    heads = {}
    for path in Path(spec.origin).parent.rglob("*.py") if spec.submodule_search_locations else [Path(spec.origin)]:
        for code in nested(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)):
            found = Program(code).instructions
            for place, one in enumerate(found):
                if one.name == "FOR_ITER":
                    assert one.target is not None
                    end = found[found.index(one.target) + len(LOOP_ENDS)]
                    name = f"{code.co_qualname}:{code.co_firstlineno}:"
                    heads[f"{name}{one.offset}"] = (f"{name}{found[place + 1].offset}", f"{name}{end.offset}")
    return heads


# ---- comparing ----

OPERATORS = ("<", "<=", "==", "!=", ">", ">=", "in", "not in")

SHAPES = {
    "value": "def f(a, b):\n    return a {op} b\n",
    "if": "def f(a, b):\n    if a {op} b:\n        return 1\n    return 2\n",
    "if not": "def f(a, b):\n    if not a {op} b:\n        return 1\n    return 2\n",
    "while": "def f(a, b):\n    while a {op} b:\n        return 1\n    return 2\n",
    "and": "def f(a, b):\n    return a {op} b and b {op} a or a\n",
    "chain": "def f(a, b):\n    return a {op} b {op} a\n",
    "chain if": "def f(a, b):\n    if a {op} b {op} a:\n        return 1\n    return 2\n",
    "either": "def f(a, b):\n    return (a if a is b else b) {op} (b if b else a)\n",
    "subscript": "def f(a, b):\n    global g\n    g = a\n    return g[b], b {op} a\n",
    "subscript if": "def f(a, b):\n    global g\n    g = a\n    if g[b.strip()] {op} b:\n        return g[0]\n",
    "constant": "def f(a, b):\n    if a {op} {constant}:\n        return 1\n    return b\n",
    "constant first": "def f(a, b):\n    if {constant} {op} a:\n        return 1\n    return b\n",
    "constant value": "def f(a, b):\n    return a {op} {constant}, [x {op} {constant} for x in (a, b)]\n",
}

CONSTANTS = (
    0, 1, -7, 2**30, 2**64, 10**30, 1.5, math.inf, "", "a", "abc", "é", "\ud800", "日本", b"", b"a", b"abc", None, True,
    (1, "a", b"a"), ("abc",), (),
)  # fmt: skip


class Loaded:
    """Answers its operators as told: with anything, or by raising. `log` says which were called."""

    def __init__(self, log: list[str], name: str, answer: object) -> None:
        self.log, self.name, self.answer = log, name, answer

    def reply(self, operator: str) -> object:
        self.log.append(f"{self.name}.{operator}")
        if isinstance(self.answer, type):
            raise self.answer(self.name)
        return self.answer

    def __lt__(self, _: object) -> Any:
        return self.reply("lt")

    def __le__(self, _: object) -> Any:
        return self.reply("le")

    def __eq__(self, _: object) -> Any:
        return self.reply("eq")

    def __ne__(self, _: object) -> Any:
        return self.reply("ne")

    def __gt__(self, _: object) -> Any:
        return self.reply("gt")

    def __ge__(self, _: object) -> Any:
        return self.reply("ge")

    def __contains__(self, _: object) -> Any:
        return self.reply("contains")

    def __hash__(self) -> int:
        return 1

    def __len__(self) -> int:
        self.log.append(f"{self.name}.len")
        return 0

    def __matmul__(self, _: object) -> Any:
        return self.reply("matmul")

    __rmatmul__ = __matmul__


class LoudText(str):
    """A str whose operators are its own."""

    __slots__ = ()

    def __eq__(self, other: object) -> Any:
        return ["equal", str.__eq__(self, other)]

    def __lt__(self, other: object) -> Any:
        raise LookupError(f"{self!r} < ?")

    __hash__ = str.__hash__


class LoudBytes(bytes):
    """Bytes whose operators are their own."""

    __slots__ = ()

    def __eq__(self, other: object) -> Any:
        return NotImplemented

    __hash__ = bytes.__hash__


class LoudInt(int):
    """An int whose operators are its own."""

    __slots__ = ()

    def __ge__(self, other: object) -> Any:
        return {}

    def __eq__(self, other: object) -> Any:
        return None

    __hash__ = int.__hash__


class Undecided:
    """Has no truth."""

    def __bool__(self) -> bool:
        raise ArithmeticError("neither")


texts = st.text(st.characters(), max_size=3) | st.sampled_from(["a", "abc", "é", "\ud800", "日本"])
plain = st.one_of(
    st.integers(-3, 3) | st.sampled_from([2**30, -(2**30), 2**62, 2**63, 2**64, -(2**63) - 1, 10**400]),
    st.floats(),
    texts,
    st.binary(max_size=3),
    st.none() | st.booleans(),
    texts.map(LoudText),
    st.binary(max_size=3).map(LoudBytes),
    st.integers(-3, 3).map(LoudInt),
)
containers = st.one_of(
    st.lists(plain, max_size=3),
    st.lists(plain, max_size=3).map(tuple),
    st.frozensets(plain, max_size=3),
    st.dictionaries(plain, st.none(), max_size=3),
    st.sampled_from([range(3), "abc"]),
)
answers = st.sampled_from(
    [NotImplemented, [], [0], None, 0, True, False, Undecided(), math.nan, KeyError, StopIteration, RecursionError]
)


@st.composite
def operands(draw: st.DrawFn) -> tuple[object, object, list[str]]:
    log: list[str] = []
    left = plain | containers | answers.map(lambda answer: Loaded(log, "left", answer))
    right = plain | containers | answers.map(lambda answer: Loaded(log, "right", answer))
    return draw(left), draw(right), log


@functools.cache
def pair(shape: str, operator: str, constant: int) -> tuple[FunctionType, FunctionType]:
    """Give a function and the same with probes in it; the first raises a SyntaxWarning now and then."""
    source = SHAPES[shape].format(op=operator, constant=repr(CONSTANTS[constant]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(source, "<compared>", "exec")
    made = []
    for each in (code, Prober(_tracer).instrument(code)):
        namespace: dict[str, Any] = {}
        exec(each, namespace)
        made.append(namespace["f"])
    assert made[0].__code__.co_code != made[1].__code__.co_code
    return made[0], made[1]


def ending(function: FunctionType, a: object, b: object, log: list[str]) -> object:
    """Say all that can be seen of a call: its result, or its exception with the lines and columns; who was asked."""
    log.clear()
    try:
        result = function(a, b)
    except Exception as error:  # noqa: BLE001 - any of them is an ending
        frames = traceback.extract_tb(error.__traceback__)
        places = [(f.name, f.lineno, f.end_lineno, f.colno, f.end_colno) for f in frames[1:]]
        return type(error), str(error), places, tuple(log)
    shown = result if isinstance(result, (tuple, list)) else [result]
    seen = [repr(each) if isinstance(each, (bool, list)) else id(each) for each in shown]
    return type(result), seen, tuple(log)


@pytest.fixture(scope="session")
def _reporting(recorders: dict[str, str]) -> None:
    """Have hints reported: they look into the operands."""
    _tracer.attach(recorders["whole"])
    _tracer.start()


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=150)
@given(data=st.data())
@pytest.mark.usefixtures("_reporting")
def test_a_traced_comparison_is_the_comparison(shape: str, data: st.DataObject) -> None:
    """It returns, raises and calls exactly what `a op b` does, from the same place."""
    a, b, log = data.draw(operands())
    constants = range(len(CONSTANTS)) if "constant" in shape else [0]
    before, after = pair(shape, data.draw(st.sampled_from(OPERATORS)), data.draw(st.sampled_from(constants)))
    assert ending(after, a, b, log) == ending(before, a, b, log)


# ---- what is left as it was ----


def with_probes(function: FunctionType) -> FunctionType:
    """Give a copy with probes in it."""
    code = Prober(_tracer).instrument(function.__code__)
    return FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)


@pytest.fixture
def traced_and_not() -> tuple[Any, Any]:
    """Give the module of samples twice: as it is, and with probes in it."""
    path = Path(str(traced.__file__))
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    made = []
    for each in (code, Prober(_tracer).instrument(code)):
        module = ModuleType("traced")
        exec(each, vars(module))
        made.append(module)
    return made[0], made[1]


def test_tracebacks_are_what_they_were(traced_and_not: tuple[Any, Any]) -> None:
    """To the last line and caret, through `with`, `finally` and generators."""
    seen = set()
    for text in [*TEXTS, "[", "] ]", "a ! ]"]:
        shown = []
        for module in traced_and_not:
            try:
                shown.append(repr(module.parse(text)))
            except Exception:  # noqa: BLE001 - any of them
                shown.append(traceback.format_exc())
        assert shown[0] == shown[1]
        seen.add(shown[0])
    assert sum("ValueError" in each for each in seen) >= 3


def test_a_debugger_sees_the_same_lines(traced_and_not: tuple[Any, Any]) -> None:
    """`sys.settrace` gets the same events."""

    def events(module: Any, text: str) -> list[tuple[str, str, int]]:
        seen: list[tuple[str, str, int]] = []

        def trace(frame: Any, event: str, _: object) -> Any:
            if frame.f_code.co_filename == traced.__file__:
                seen.append((frame.f_code.co_qualname, event, frame.f_lineno))
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with contextlib.suppress(ValueError):
                module.parse(text)
        finally:
            sys.settrace(before)
        return seen

    for text in TEXTS:
        plain_events, probed_events = (events(module, text) for module in traced_and_not)
        assert probed_events == plain_events
        assert plain_events


def test_code_can_be_looked_at(traced_and_not: tuple[Any, Any]) -> None:
    """Probes among the constants disturb neither inspection nor copies, and no probe is put in twice."""
    _, module = traced_and_not
    function = module.classify
    assert inspect.signature(function) == inspect.signature(traced.classify)
    assert inspect.getdoc(function) == inspect.getdoc(traced.classify)
    assert inspect.getsource(function) == inspect.getsource(traced.classify)
    assert inspect.getclosurevars(function).globals.keys() == inspect.getclosurevars(traced.classify).globals.keys()
    assert list(dis.get_instructions(function))
    assert function.__code__.co_varnames == traced.classify.__code__.co_varnames
    again = function.__code__.replace(co_name="again")
    assert again.co_consts == function.__code__.co_consts
    assert hash(function.__code__) == hash(function.__code__.replace())
    assert copy.deepcopy(function) is function
    assert Prober(_tracer).instrument(function.__code__) is function.__code__
    for constant in function.__code__.co_consts:
        assert repr(constant)
        assert constant == constant  # noqa: PLR0124 - code that looks at constants compares them
        assert len({constant, constant}) == 1


def test_probes_in_the_hands_of_the_code_under_test(traced_and_not: tuple[Any, Any]) -> None:
    """Whoever takes a probe out of a code object can do no more than count with it."""
    kinds = set()
    for code in nested(traced_and_not[1].parse.__code__), nested(traced_and_not[1].classify.__code__):
        for constant in itertools.chain.from_iterable(each.co_consts for each in code):
            kind = type(constant)
            if kind.__module__ != "fuzzlab.engines._tracer":
                continue
            kinds.add(kind.__name__)
            with pytest.raises(TypeError):
                kind()
            with pytest.raises(TypeError):
                type("Mine", (kind,), {})
            for use in USES:
                with contextlib.suppress(TypeError, AttributeError, StopIteration):
                    use(constant)
    assert {"Block", "ConstTest", "PairTest"} <= kinds


USES: tuple[Callable[[Any], object], ...] = (
    next, iter, list, len, bool, hash, str, dir, pickle.dumps,
    lambda probe: probe @ probe, lambda probe: () @ probe, lambda probe: (1, 2) @ probe, lambda probe: probe @ (1, 2),
    lambda probe: 1 in probe, lambda probe: (1,) in probe, lambda probe: (probe, probe) in probe,
    lambda probe: probe[0], lambda probe: setattr(probe, "edge", 1), lambda probe: probe == probe,  # noqa: PLR0124
)  # fmt: skip


def test_nothing_leaks(traced_and_not: tuple[Any, Any]) -> None:
    """Blocks of memory and references do not grow with executions."""
    _, module = traced_and_not
    operand, text = Loaded([], "x", True), LoudText("a")
    functions = [pair(shape, op, 6)[1] for shape in SHAPES for op in OPERATORS]

    def round_() -> None:
        for sample in TEXTS:
            with contextlib.suppress(ValueError):
                module.parse(sample)
        for function in functions:
            for a, b in ((operand, text), (text, operand), ("a", ["a"]), (10**30, operand)):
                with contextlib.suppress(TypeError, LookupError, AttributeError):
                    function(a, b)
        operand.log.clear()
        gc.collect()

    for _ in range(3):
        round_()
    before = sys.getallocatedblocks(), sys.getrefcount(operand), sys.getrefcount(text)
    for _ in range(20):
        round_()
    after = sys.getallocatedblocks(), sys.getrefcount(operand), sys.getrefcount(text)
    assert after[1:] == before[1:]
    assert after[0] - before[0] < 20  # a leak would be one a round at least, and there are thousands of comparisons


# ---- counters and words ----


def test_counters_wrap_and_are_registered_once(recorders: dict[str, str], tmp_path: Path) -> None:
    """A counter has eight bits; libFuzzer is shown every counter once, late ones when they come."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, recorders["whole"]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


COUNTING = """
import ctypes, sys
from fuzzlab.engines import _tracer
from fuzzlab.probes import Prober

library = ctypes.CDLL(sys.argv[1])
_tracer.start()  # without a libFuzzer it is nothing
_tracer.attach(sys.argv[1])
first = _tracer.reserve(3)
block = _tracer.block(first + 1)
_tracer.register()
assert library.recorder_counters() == 0 == library.recorder_arrays()
_tracer.start()
assert library.recorder_counters() == 3
for _ in range(300):
    next(block, None)
assert _tracer.snapshot()[first : first + 3] == bytes([0, 300 - 256, 0])
TABLE = {"tables": 1, b"bytes": 2, 4567: 3, None: 4}
source = "def f(x):\\n  for y in x:\\n    if y == 'abcd' or y in {'lmnop', 12345}: return\\n  return TABLE[x[0]]"
exec(Prober(_tracer).instrument(compile(source, "<late>", "exec")))
assert library.recorder_counters() == len(_tracer.snapshot()) > 6
assert library.recorder_arrays() == 2
library.recorder_end.restype = ctypes.c_char_p
library.recorder_begin()
try:
    f(["x", "y", 1])
except KeyError as error:
    assert error.args == ("x",)
else:
    raise AssertionError("found what is not there")
for _ in range(5):
    try:
        f(["x"])
    except KeyError:
        pass
words = {bytes.fromhex(line.split()[1]) for line in library.recorder_end().decode().splitlines() if line[:4] == "word"}
assert words == {b"abcd", b"lmnop", b"12345", b"tables", b"bytes", b"4567"}, words
_tracer.clear()
assert not any(_tracer.snapshot())
try:
    _tracer.attach("/nowhere.so")
except OSError as error:
    assert "nowhere" in str(error)
else:
    raise AssertionError("attached to nothing")
for wrong in (lambda: _tracer.reserve(-1), lambda: _tracer.const_test(1, 9, 0, 0), lambda: _tracer.pair_test(-1, 0, 0)):
    try:
        wrong()
    except ValueError:
        continue
    raise AssertionError("took nonsense")
"""


# ---- larger witnesses ----

CPYTHON_TESTS = (
    "test_augassign", "test_compare", "test_contains", "test_contextlib", "test_coroutines", "test_dictcomps",
    "test_except_star", "test_exceptions", "test_generators", "test_genexps", "test_grammar", "test_iter",
    "test_listcomps", "test_patma", "test_raise", "test_richcmp", "test_scope", "test_sys_settrace", "test_traceback",
    "test_with", "test_yield_from",
)  # fmt: skip

RUN_CPYTHON_TESTS = """
import importlib, io, sys, unittest
from importlib.machinery import SourceFileLoader
from fuzzlab.engines import _tracer
from fuzzlab.probes import Prober

get_code = SourceFileLoader.get_code
if sys.argv[1] == "probes":
    prober = Prober(_tracer)
    traced = ("test.", "contextlib", "dataclasses", "ast", "inspect")
    SourceFileLoader.get_code = lambda loader, name: (
        prober.instrument(get_code(loader, name)) if name.startswith(traced) else get_code(loader, name)
    )
for name in sys.argv[2:]:
    suite = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(f"test.{name}"))
    result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
    print(name, result.testsRun, sorted(test.id() for test, _ in result.failures + result.errors))
"""


@pytest.mark.slow
def test_cpythons_own_tests_do_not_notice() -> None:
    """The interpreter's tests of its control flow, with probes in them, end as they do without."""
    pytest.importorskip("test.test_richcmp", reason="this Python was installed without its tests")
    ends = []
    for how in ("nothing", "probes"):
        done = subprocess.run(
            [sys.executable, "-c", RUN_CPYTHON_TESTS, how, *CPYTHON_TESTS],
            cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        ends.append(done.stdout.splitlines())
    assert ends[0] == ends[1]
    assert len(ends[0]) == len(CPYTHON_TESTS)


@pytest.mark.slow
def test_the_address_sanitizer_finds_nothing(tmp_path: Path) -> None:
    """These very tests, with the module built to check each access to memory and every operation with bounds."""
    library = subprocess.run([str(COMPILER), "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    sanitizer = library.stdout.strip()
    if not Path(sanitizer).is_absolute():
        pytest.skip("this compiler has no AddressSanitizer")
    copied = tmp_path / "copy"
    for name in ("fuzzlab", "tests", "ci"):
        shutil.copytree(ROOT / name, copied / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copied)
    module = copied / "fuzzlab" / "engines" / f"_tracer{sysconfig.get_config_var('EXT_SUFFIX')}"
    flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1", "-shared", "-fPIC"]
    include = f"-I{sysconfig.get_path('include')}"
    source = str(copied / "fuzzlab" / "engines" / "_tracer.c")
    subprocess.run([str(COMPILER), *flags, include, source, "-o", str(module)], check=True, timeout=120)
    tests = ["tests/engines/test_tracer.py", "-m", "not slow", "-k", "not atheris_reports"]
    watched = {"LD_PRELOAD": sanitizer, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc", "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copied, env=os.environ | watched, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout


# ---- in campaigns ----

LATE = """
def late(value):
    if len(value) > 2 and value[0] == "q":
        if value[1] == "Z":
            if value[2] == "é":
                raise RuntimeError("found")
"""

EARLY = """
from fuzzlab import formats, target


@target(format=formats.text(max_size=16))
def early(value: str) -> None:
    from shop.late import late

    late(value)


@target(format=formats.text(max_size=16))
def other(value: str) -> None:
    return None
"""


def late_project(folder: Path) -> Path:
    """Write a package with a module that is imported by the first execution."""
    make_project(folder, EARLY)
    (folder / "shop").mkdir()
    (folder / "shop.py").rename(folder / "shop" / "__init__.py")
    (folder / "shop" / "late.py").write_text(LATE, encoding="utf-8")
    return folder


def test_what_is_imported_in_an_execution_is_searched_too(tmp_path: Path) -> None:
    """A bug behind three characters, which only counters lead to, in a module that no worker imports at its start."""
    words = ("fuzz", "early", "--time", "120s", "--runs", "1000000", "--workers", "1", "--seed", "1", "--json")
    done = fuzzlab(late_project(tmp_path), *words)
    assert done.code == 1, done.err
    (finding,) = done.document["targets"][0]["findings"]
    assert finding["signature"] == "crash RuntimeError shop.late:late"
    assert "Atheris's own callbacks" not in done.err


def test_atheris_s_own_callbacks_are_named_once(tmp_path: Path) -> None:
    """FUZZLAB_TRACER=atheris takes them, and one line says so for all targets together."""
    done = fuzzlab(
        late_project(tmp_path), "fuzz", "--time", "60s", "--runs", "50", "--workers", "1", FUZZLAB_TRACER="atheris"
    )
    assert done.code == 0, done.err
    assert (done.out + done.err).count("Atheris's own callbacks") == 1


def test_another_tracer_is_a_mistake(tmp_path: Path) -> None:
    """One line with what there is; nothing runs."""
    done = fuzzlab(late_project(tmp_path), "fuzz", "--time", "60s", "--runs", "300", FUZZLAB_TRACER="atheri")
    assert done.code == 2
    assert "FUZZLAB_TRACER=atheris" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_without_the_module_the_engine_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was no compiler, one line says what that costs and what helps."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.endswith("._tracer") else find(name))
    why = coverage.untraced()
    assert why is not None
    assert "compiler" in why
    assert "\n" not in why
    monkeypatch.undo()
    assert coverage.untraced() is None
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert "no Python" in str(coverage.untraced())
