"""esprima.parseScript: "esprima.Error" for what is no JavaScript."""

from __future__ import annotations

import esprima

REQUIREMENT = "esprima==4.0.1"
MODULES = ("esprima",)
FORMAT = "text"
ALLOWED = (esprima.Error,)
SEEDS = (
    b"const answer = 42, f = (a, ...b) => a * b[0];\nfor (let i of [1]) { f(i) }\n",
    b"class A extends B { get x() { return `t${this.y}` } }\nvar {a: [b]} = /re+/gi.exec('s') || {}\n",
)


def run(data: bytes) -> None:
    """Read a script."""
    esprima.parseScript(data.decode("utf-8", "replace"), {"loc": True})
