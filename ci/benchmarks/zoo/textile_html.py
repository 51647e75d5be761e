"""textile.textile: every text is Textile."""

from __future__ import annotations

import textile

REQUIREMENT = "textile==4.0.4"
MODULES = ("textile",)
FORMAT = "text"
ALLOWED = ()
SEEDS = (
    b'h1. Title\n\np(class#id){color:red}. A *bold* _it_ @code@ "link(t)":http://e.example\n',
    b"* one\n** two\n# three\n\n|_. a|b|\n|\\2. c|\n\n!img.png(alt)!\n",
    b"Note[1].\n\nfn1. The note.\n\nbq.. quote\n\nnotelist.\n",
)


def run(data: bytes) -> None:
    """Write a text as HTML."""
    textile.textile(data.decode("utf-8", "replace"))
