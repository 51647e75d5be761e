"""What is wrapped goes on as before, for everybody who has it under any name."""

from __future__ import annotations

import subprocess
import sys

import pytest

PREPARED = """
import bz2, gzip, importlib, inspect, io, lzma, pickle, sqlite3, sys, xml.etree.ElementTree as ET, zlib
import jinja2, yaml
from fuzzlab.watch import WATCH
from fuzzlab.wrappers import SITES, Wrappers
before = {(name, attribute): getattr(sys.modules[name], attribute)
          for name, _, attribute in (s.partition(":") for s in SITES) if name in sys.modules and "." not in attribute}
wrappers = Wrappers()
wrappers.put()
"""


def _run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", PREPARED + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("active", ["False", "True"])
def test_results_and_exceptions(active: str) -> None:
    """Results are equal, exceptions the same, whether or not a target has control."""
    _run(f"""
WATCH.active = {active}
packed = zlib.compress(b"abc")
assert zlib.decompress(packed) == zlib.decompress(packed, bufsize=1) == b"abc"
for call, error in ((lambda: zlib.decompress(b"x"), zlib.error), (lambda: zlib.decompress(), TypeError),
                    (lambda: pickle.loads(b"x"), pickle.UnpicklingError), (lambda: ET.fromstring("<"), ET.ParseError),
                    (lambda: yaml.load("a: b"), TypeError), (lambda: importlib.import_module("no.such"), ImportError),
                    (lambda: sqlite3.connect(":memory:").execute("x"), sqlite3.OperationalError)):
    try:
        call()
    except error as raised:
        assert type(raised) is error or error in (ImportError,)
    else:
        raise AssertionError(call)
inflate = zlib.decompressobj()
assert inflate.decompress(packed[:5]) + inflate.decompress(packed[5:]) + inflate.flush() == b"abc" and inflate.eof
assert isinstance(inflate, type(zlib.decompressobj()))
assert gzip.decompress(gzip.compress(b"abc")) == b"abc"
assert gzip.open(io.BytesIO(gzip.compress(b"abc"))).read() == b"abc"
assert bz2.BZ2File(io.BytesIO(bz2.compress(b"abc"))).read(2) == b"ab"
assert yaml.load("a: b", Loader=yaml.SafeLoader) == yaml.safe_load("a: b") == {{"a": "b"}}
assert jinja2.Template("{{{{ 1 }}}}").render() == "1"
""")


def test_names_and_types() -> None:
    """A wrapper pickles by its name, keeps name and signature; a connection is one, of the class that was asked for."""
    _run("""
assert len(before) > 10
for (name, attribute), original in before.items():
    wrapper = getattr(sys.modules[name], attribute)
    assert wrapper.__name__ == original.__name__ and wrapper.__module__ == original.__module__
    assert wrapper.__wrapped__ is original
assert pickle.loads(pickle.dumps(zlib.decompress)) is zlib.decompress
assert inspect.signature(yaml.load) == inspect.signature(yaml.load.__wrapped__)
class Mine(sqlite3.Connection):
    pass
assert isinstance(sqlite3.connect(":memory:"), sqlite3.Connection)
mine = sqlite3.connect(":memory:", factory=Mine)
assert isinstance(mine, Mine)
assert mine.execute("SELECT ?", (1,)).fetchone() == (1,)
assert isinstance(mine.cursor(), sqlite3.Cursor)
mine.execute("CREATE TABLE t (a)")
assert mine.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)]).rowcount == 2
with sqlite3.connect(":memory:") as connection:
    connection.row_factory = sqlite3.Row
    assert connection.execute("SELECT 1 AS a").fetchone()["a"] == 1
""")


def test_what_comes_later() -> None:
    """A module that is imported later is wrapped at the next look, also where code under test holds it by name."""
    _run("""
import types
module = types.ModuleType("shop")
module.unpack, module.other = before["zlib", "decompress"], before["zlib", "decompress"]
sys.modules["shop"] = module
wrappers.put_late(frozenset({"shop"}))
assert module.unpack.__wrapped__ is before["zlib", "decompress"]
assert zlib.decompress is module.unpack
import fractions
loads = pickle.loads
wrappers.put_late(frozenset())
assert pickle.loads is loads, "nothing is wrapped twice"
""")
