"""Modules that are imported when they are first used.

`import hypothesis` takes about 0.3 s and 30 MB. A worker that replays an input and a command that lists targets need
none of it, so the modules that may need it bind a `LazyModule` at the top instead of importing inside functions.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

__all__ = ["LazyModule"]


class LazyModule:
    """Stands for the module `name` and imports it at the first attribute read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            self._module = importlib.import_module(self._name)
        return getattr(self._module, attribute)
