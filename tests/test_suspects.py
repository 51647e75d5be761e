"""What looks like a parser, and what does not, from source alone."""

from __future__ import annotations

import textwrap

import pytest

from fuzzlab.outline import Module, outline
from fuzzlab.suspects import Suspect, suspects


def _module(source: str) -> Module:
    return outline("shop", textwrap.dedent(source), path="shop.py", is_package=False)


def _found(source: str) -> list[str]:
    return [suspect.place for suspect in suspects(_module(source))]


PARSERS = {
    "by name, annotation and refusal": """
        def parse_order(body: bytes) -> dict:
            if not body:
                raise OrderError("empty")
            return _order(body)
        """,
    "by a reader that gets it": """
        import json

        def webhook(body: bytes):
            return json.loads(body)["event"]
        """,
    "by a reader that gets what was made of it": """
        from datetime import datetime

        def day(value: str):
            text = value.strip()
            return datetime.fromisoformat(text)
        """,
    "by a reader under another name": """
        from tomllib import loads as toml

        def settings(text: str):
            return toml(text)
        """,
    "from a dictionary": '''
        class Order:
            @classmethod
            def from_dict(cls, data: dict[str, object]) -> "Order":
                """Create an order from a vendor's answer."""
                return cls(**data)
        ''',
    "without annotations": '''
        def parse(text):
            """Parse a line of the feed."""
            return text.split(",")
        ''',
    "a parameter of any name": '''
        def parse(url_or_string):
            """Parse a feed."""
            return _feed(url_or_string)
        ''',
    "a stream": """
        import csv
        from typing import TextIO

        def load_prices(stream: TextIO):
            return list(csv.reader(stream))
        """,
    "a class made of text": """
        import re

        class Version:
            def __init__(self, text: str) -> None:
                match = re.fullmatch("[0-9.]+", text)
                if match is None:
                    raise ValueError(text)
                self.parts = text.split(".")
        """,
    "a model with validators": """
        from pydantic import BaseModel, field_validator

        class Order(BaseModel):
            sku: str

            @field_validator("sku")
            @classmethod
            def known(cls, value: str) -> str:
                return value
        """,
    "a method that needs an instance": '''
        class Reader:
            def parse_line(self, text: str):
                """Parse one line."""
                raise ValueError(text) if not text else None
                return json.loads(text)
        ''',
}


@pytest.mark.parametrize("source", PARSERS.values(), ids=PARSERS)
def test_a_parser_is_found(source: str) -> None:
    """Each by what shows it alone, with evidence and a line that is the definition's."""
    module = _module(source)
    (suspect,) = suspects(module)
    assert suspect.evidence
    assert suspect.score >= 5
    assert module.source.splitlines()[suspect.line - 1].lstrip().startswith(("def ", "class "))


OTHERS = {
    "it writes": "def to_json(order: dict) -> str:\n    return json.dumps(order)\n",
    "it opens a file by name": "def load_config(path: str):\n    return json.loads(open(path).read())\n",
    "it takes a path": "from pathlib import Path\ndef read(source: Path):\n    return json.loads(source.read_text())\n",
    "it only splits": "def words(text: str):\n    return text.split()\n",
    "its name is all there is": "def from_cart(cart):\n    return cart.items\n",
    "it reads numbers": "def validate_age(age: int):\n    if age < 0:\n        raise ValueError(age)\n",
    "it is private": "import json\ndef _parse(text: str):\n    return json.loads(text)\n",
    "it does nothing": "def parse(text: str):\n    raise NotImplementedError\n",
    "it is an overload": "@overload\ndef parse(text: str) -> int: ...\n",
    "it is a fixture": "import json\n@pytest.fixture\ndef load(text: str):\n    return json.loads(text)\n",
    "it is a command": "@click.command()\ndef parse(text: str):\n    'Parse.'\n    raise ValueError(text)\n",
    "it is abstract": "class A:\n    @abstractmethod\n    def parse(self, text: str):\n        return f(text)\n",
    "it is an error": "class ParseError(Exception):\n    def __init__(self, text: str):\n        raise X(text)\n",
    "a model without code": "from pydantic import BaseModel\nclass Order(BaseModel):\n    sku: str\n",
    "the reader gets something else": "import json\ndef send(text: str):\n    return json.loads(CONFIG)\n",
    "a property": "class Order:\n    @property\n    def parsed(self):\n        return json.loads(self.text)\n",
    "it answers a question": "import json\ndef is_order(text: str):\n    return bool(json.loads(text))\n",
    "it takes options": "def parse_part(part_options):\n    'Parse a part.'\n    return part_options.split()\n",
    "it builds by name": "def install_from_registry(name: str):\n    raise ValueError(name)\n",
}


@pytest.mark.parametrize("source", OTHERS.values(), ids=OTHERS)
def test_what_is_no_parser_is_not_found(source: str) -> None:
    """Each has some sign of one."""
    assert _found(source) == []


def _only(source: str) -> Suspect:
    (suspect,) = suspects(_module(source))
    return suspect


def test_somebody_says_no() -> None:
    """By a comment behind `def`, wherever the head of the function ends, and nowhere else."""
    plain = "import json\ndef load(\n    text: str,\n):\n    return json.loads(text)\n"
    assert not _only(plain).is_denied
    assert _only(plain.replace("load(\n", "load(  # fuzzlab: not a parser\n")).is_denied
    assert _only(plain.replace("):\n", "):  # fuzzlab: not a parser (our own file)\n")).is_denied
    assert not _only(plain + "# fuzzlab: not a parser\n").is_denied


def test_what_a_target_cannot_call() -> None:
    """An instance, or a second argument that must be given, is said."""
    two = "import json\ndef load(text: str, schema: dict):\n    return json.loads(text)\n"
    assert _only(two).obstacle == "it takes 2 arguments"
    assert _only(two.replace("schema: dict", "schema: dict = {}")).obstacle == ""
    assert _only(PARSERS["a method that needs an instance"]).obstacle == "it needs an instance"
