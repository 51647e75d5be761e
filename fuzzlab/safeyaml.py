"""YAML from strangers: plain values out of the parser's events, and nothing else.

No object is constructed, whatever a tag says: there is no constructor. An alias refers to the value that is there and
copies nothing, so that a billion laughs are nine lists; what contains itself is refused. A document that breaks off
gives what came before. PyYAML's loaders do the first of these alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

from fuzzlab.errors import UserError
from fuzzlab.lazy import LazyModule

__all__ = ["Broken", "Loaded", "load"]

yaml = LazyModule("yaml")

DEEPEST: Final = 64
"""Levels; a cassette has seven."""

BINARY: Final = "tag:yaml.org,2002:binary"
STRING: Final = "tag:yaml.org,2002:str"
HARMLESS: Final = (None, "!", STRING, *(f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "int", "null", "bool")))

_NULL: Final = ("", "~", "null", "Null", "NULL")
_TRUE: Final = ("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE: Final = ("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands where a document has something that is no plain value; `why` is in words of ours."""

    why: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The first document; `error` says where it breaks off."""

    value: Any
    error: str | None


class _Container:
    """A list or mapping that is being read."""

    def __init__(self, value: list[Any] | dict[Any, Any], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: Any = None
        self.has_key = False

    def add(self, item: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(item)
        elif self.has_key:
            self.value[self.key] = item
            self.has_key = False
        else:
            # A list or a mapping as a key has no place in a recording; its value goes nowhere.
            self.key = item if isinstance(item, Hashable) else Broken("a key that is no scalar")
            self.has_key = True


def load(text: str) -> Loaded:
    """Read the first document as far as it goes.

    Raises:
        UserError: PyYAML is not installed.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", None) or yaml.SafeLoader
    except ImportError:
        raise UserError("reading YAML needs PyYAML: pip install 'fuzzlab[yaml]'") from None
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=loader):
            if reader.take(event):
                break
    except yaml.YAMLError as error:
        # The parser's own message quotes the line, and the line may hold a secret.
        mark = getattr(error, "problem_mark", None)
        return Loaded(reader.root, f"no YAML at line {mark.line + 1}" if mark else "no YAML")
    except ValueError:  # a surrogate, on the way into libyaml
        return Loaded(reader.root, "characters that YAML cannot hold")
    return Loaded(reader.root, reader.error)


class _Reader:
    """Builds values from events, without recursion."""

    def __init__(self) -> None:
        self.root: Any = None
        self.error: str | None = None
        self._open: list[_Container] = []
        self._anchors: dict[str, Any] = {}
        self._unfinished: set[str] = set()

    def take(self, event: Any) -> bool:
        """Take an event in; say whether the document has ended."""
        name = type(event).__name__
        if name in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._open) >= DEEPEST:
                self.error = f"deeper than {DEEPEST} levels at line {event.start_mark.line + 1}"
                return True
            value: Any = {} if name == "MappingStartEvent" else []
            if event.tag not in HARMLESS:
                self._add(Broken("a tag that asks for an object"), None)
                self._open.append(_Container(value, None))  # read, and left out
                return False
            if not self._open:
                self.root = value
            else:
                self._add(value, None)
            if event.anchor:
                self._unfinished.add(event.anchor)
            self._open.append(_Container(value, event.anchor))
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            if done.anchor:
                self._anchors[done.anchor] = done.value
                self._unfinished.discard(done.anchor)
        elif name == "ScalarEvent":
            self._add(_scalar(event), event.anchor)
        elif name == "AliasEvent":
            whole = event.anchor in self._anchors and event.anchor not in self._unfinished
            self._add(self._anchors[event.anchor] if whole else Broken("an alias of nothing that is whole"), None)
        return name == "DocumentEndEvent"

    def _add(self, value: Any, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = value
        if self._open:
            self._open[-1].add(value)
        else:
            self.root = value


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.tag == BINARY:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return Broken("!!binary that is no base64")
    if event.tag not in HARMLESS:
        return Broken("a tag that asks for an object")
    if event.tag in ("!", STRING) or not event.implicit[0]:
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return int(text) if _INTEGER.fullmatch(text) else text
