"""Files to be filled in (workflows, build files), which lie as data in `stencils/`.

A place is `<<name>>`. What goes in goes in as it is, so the caller brings it into the file's own syntax: `quoted` for
YAML, TOML, Python and Dockerfiles.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files

__all__ = ["filled", "quoted"]

_PLACE = re.compile(r"<<([a-z_]+)>>")


def filled(name: str, /, **values: str) -> str:
    """Give the stencil of this name with every place filled in.

    Raises:
        KeyError: it has a place of which nothing was said, or lacks one of which something was.
    """
    text = (files("fuzzlab") / "stencils" / name).read_text(encoding="utf-8")
    if unused := values.keys() - set(_PLACE.findall(text)):
        raise KeyError(f"{name} has no place for {', '.join(sorted(unused))}")
    return _PLACE.sub(lambda place: values[place.group(1)], text)


def quoted(text: str) -> str:
    """Write a printable text as a string literal of JSON, which is one of YAML, TOML and Python as well.

    Raises:
        ValueError: it is not printable ASCII, and would be spelt differently in each.
    """
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} is not printable ASCII")
    return json.dumps(text)
