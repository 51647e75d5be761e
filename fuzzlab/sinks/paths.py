"""Names of files: one component, or a path that stays where it is put."""

from __future__ import annotations

import re
from typing import Final

from fuzzlab.sinks import character

__all__ = ["file_name", "path"]

LONGEST_NAME: Final = 255
"""Bytes of one component (NAME_MAX of Linux's and macOS's file systems; NTFS counts 255 UTF-16 units)."""

LONGEST_PATH: Final = 4096
"""Bytes (PATH_MAX of Linux)."""

_NOT_IN_NAME: Final = re.compile('[\x00-\x1f\x7f<>:"/\\\\|?*\ud800-\udfff]')
"""What Windows refuses ("Naming Files, Paths, and Namespaces"), separators of both worlds, control characters."""

_RESERVED: Final = re.compile(r"(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?", re.DOTALL)
"""Devices of Windows, under any extension; the same source."""


def file_name(leaf: object) -> str | None:
    """One component: no separator (CWE-22), no name that means something else, on any common file system."""
    if not isinstance(leaf, str):
        return None
    if leaf in ("", ".", ".."):
        return f"{leaf!r} is no name of a file"
    if found := _NOT_IN_NAME.search(leaf):
        return f"{character(leaf, found.start())} cannot stand in a file's name"
    if _RESERVED.fullmatch(leaf):
        return f"{leaf[:12]!r} is a device on Windows"
    if leaf[-1] in ". ":
        return "Windows drops the dot or blank at the end of a file's name"
    if len(leaf.encode()) > LONGEST_NAME:
        return f"{len(leaf.encode())} bytes are too long for a file's name ({LONGEST_NAME})"
    return None


def path(leaf: object) -> str | None:
    """A relative path whose components are names: it cannot leave the folder that it is joined to."""
    if not isinstance(leaf, str):
        return None
    if leaf[:1] in ("/", "\\", "~") or leaf[1:2] == ":":
        return "an absolute path does not stay in its folder"
    if len(leaf.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        return f"a path of more than {LONGEST_PATH} bytes cannot be opened"
    for name in leaf.split("/"):
        if (complaint := file_name(name)) is not None:
            return complaint
    return None
