"""What a function leads to, by its source."""

from __future__ import annotations

from fuzzlab.outline import outline
from fuzzlab.reach import Index


def _index(**sources: str) -> Index:
    modules = {}
    for name, source in sources.items():
        dotted, package = name.replace("__", "."), any(other.startswith(f"{name}__") for other in sources)
        modules[dotted] = outline(dotted, source, path=f"{dotted}.py", is_package=package)
    return Index(modules)


def test_calls_are_followed_through_imports() -> None:
    """By any spelling: a module, a name of it, another name, a relative one, one that a package hands on, a star."""
    index = _index(
        shop="from .reader import parse as read\nfrom .stars import *\n",
        shop__reader="def parse(text): ...\ndef other(text): ...\n",
        shop__stars="def star(text): ...\n",
        a="import shop.reader\ndef run(x): return shop.reader.parse(x)\n",
        b="import shop.reader as r\ndef run(x): return r.parse(x)\n",
        c="from shop.reader import parse\ndef run(x): return parse(x)\n",
        d="from shop import read\ndef run(x): return read(x)\n",
        e="import shop\ndef run(x): return shop.read(x)\n",
        f="from shop import reader\ndef run(x): return reader.parse(x)\n",
        g="def run(x):\n    from shop.reader import parse\n    return parse(x)\n",
    )
    for name in "abcdefg":
        reached = index.reached([f"{name}:run"])
        assert "shop.reader:parse" in reached, name
        assert "shop.reader:other" not in reached, name
    assert index.find("shop", "star") == "shop.stars:star"


def test_tables_and_methods() -> None:
    """What a table holds is reached with it, a method once its class and its name are."""
    index = _index(
        shop=(
            "def one(x): ...\ndef two(x): ...\nTABLE = {'1': one}\n"
            "class Base:\n    def parse(self, x): ...\n"
            "class Reader(Base):\n    def __init__(self): self.x = 1\n    def feed(self, x): two(x)\n"
            "    def idle(self): ...\n"
            "class Other:\n    def feed(self, x): ...\n"
            "def run(x):\n    Reader().feed(x)\n    return TABLE[x](x)\n"
            "def base(x): return Reader().parse(x)\n"
        )
    )
    reached = index.reached(["shop:run"])
    assert {"shop:one", "shop:two", "shop:Reader.feed", "shop:Reader.__init__"} <= reached
    assert not {"shop:Reader.idle", "shop:Other.feed", "shop:Base.parse"} & reached
    assert "shop:Base.parse" in index.reached(["shop:base"])


def test_validators_of_a_model_come_with_it() -> None:
    """Nobody calls them by name."""
    index = _index(
        shop=(
            "from pydantic import BaseModel, field_validator\n"
            "class Order(BaseModel):\n    sku: str\n"
            "    @field_validator('sku')\n    @classmethod\n    def check(cls, value): return clean(value)\n"
            "    @classmethod\n    def empty(cls): ...\n"
            "def clean(value): ...\n"
            "def run(x): return Order.model_validate_json(x)\n"
        )
    )
    reached = index.reached(["shop:run"])
    assert {"shop:Order.check", "shop:clean"} <= reached
    assert "shop:Order.empty" not in reached


def test_circles_end() -> None:
    """Names that modules hand to each other and that nobody defines."""
    index = _index(a="from b import x\nfrom b import *\ndef run(): return x\n", b="from a import x\nfrom a import *\n")
    assert index.reached(["a:run"]) == {"a:run"}
    assert index.find("a", "y") is None
