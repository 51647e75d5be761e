"""Parsers for `ci/bench growth`: old releases whose cost is known to grow too fast, and parsers that are linear.

The old releases lie in a folder of their own (`OLD`), for others need newer ones; they are imported when they are
called.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import sys
import tomllib
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

__all__ = ["LEVEL", "OLD", "REQUIREMENTS", "STEEP"]

OLD = Path(__file__).parents[2] / "build" / "steep"

REQUIREMENTS = (
    "idna==3.6", "sqlparse==0.4.3", "configobj==5.0.8", "six==1.17.0", "python-multipart==0.0.6", "mistune==0.8.4",
)  # fmt: skip

STEEP = {
    "idna_encode": ["müller.example".encode(), "مثال١٢.example".encode(), "l·l.example".encode()],
    "sqlparse_format": [
        b"select a, b from t where c = 'x' -- all\norder by a", b"/* note */ insert into t (a) values (1), (2);",
    ],
    "configobj_validate": [b"integer(min=1, max=5)", b"option('a', 'b', default='a')"],
    "multipart_options": [b'form-data; name="field"; filename="a\\"b.txt"', b"text/html; charset=utf-8"],
    "mistune_markdown": [
        b"# Title\n\nA *b* **c** [d](http://e) `f`\n\n* one\n* two\n", b"> q\n\n    code\n\n|a|b|\n|-|-|\n|1|2|\n",
    ],
    "tomllib_loads": [b'title = "x"\n[a]\nb = [1, 2]\nc.d = {e = 1979-05-27}\n[[f]]\ng = """y"""\n'],
    "html_parser": [b'<p class="a">x &amp; <b>y</b><br/></p><!-- c -->'],
}  # fmt: skip
"""What is known to be superlinear, with ordinary inputs: CVE-2024-3651, CVE-2023-30608, CVE-2023-26112, CVE-2024-24762,
mistune's tables; tomllib's dotted keys (each prefix of a key is walked), and html.parser's tags that do not end."""

LEVEL = {
    "json_loads": [b'{"a": [1, 2.5, "x\\n"], "b": {"c": null}}'],
    "csv_rows": [b'id,name\r\n1,"Ada, L"\r\n2,Grace\r\n'],
    "toml_plain": [b'title = "x"\n[a]\nb = [1, 2]\nc = {d = 1979-05-27}\n'],
    "url_query": [b"https://u@e.example:80/p?q=1&r=%20#f"],
}
"""What is linear. Keys of TOML are cut off before their first dot, for those are not."""


def _old(name: str) -> Any:
    if str(OLD) not in sys.path:
        sys.path.insert(0, str(OLD))
    return importlib.import_module(name)


def idna_encode(value: str) -> None:
    """Encode a domain name."""
    idna = _old("idna")
    try:
        idna.encode(value)
    except idna.IDNAError as error:
        raise ValueError from error


def sqlparse_format(value: str) -> None:
    """Format SQL without its comments."""
    _old("sqlparse").format(value, strip_comments=True)


def configobj_validate(value: str) -> None:
    """Check a value against a specification that is the input."""
    validate = _old("validate")
    try:
        validate.Validator().check(value, "3")
    except validate.ValidateError as error:
        raise ValueError from error


def multipart_options(value: bytes) -> None:
    """Read a header's options."""
    _old("multipart.multipart").parse_options_header(value)


def mistune_markdown(value: str) -> None:
    """Write Markdown as HTML."""
    _old("mistune").markdown(value)


def tomllib_loads(value: str) -> None:
    """Read TOML."""
    tomllib.loads(value)


def toml_plain(value: str) -> None:
    """Read TOML without dotted keys."""
    tomllib.loads("\n".join(line for line in value.split("\n") if "." not in line))


def html_parser(value: str) -> None:
    """Read HTML."""
    parser = HTMLParser()
    parser.feed(value)
    parser.close()


def json_loads(value: bytes) -> None:
    """Read JSON."""
    json.loads(value)


def csv_rows(value: str) -> None:
    """Read rows."""
    try:
        list(csv.reader(io.StringIO(value, newline="")))
    except csv.Error as error:
        raise ValueError from error


def url_query(value: str) -> None:
    """Read the query of a URL."""
    urllib.parse.parse_qsl(urllib.parse.urlsplit(value).query)
