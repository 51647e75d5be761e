"""Coroutine functions as plain ones."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["awaited"]


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a plain function for a coroutine function: awaited on a loop of the worker's own.

    A loop on which tasks are left behind is given up with them: they would go on inside later executions.
    """
    if not any(map(inspect.iscoroutinefunction, (function, getattr(type(function), "__call__", None)))):  # noqa: B004
        return function
    loop = asyncio.new_event_loop()

    def call(value: object) -> object:
        nonlocal loop
        try:
            return loop.run_until_complete(function(value))
        finally:
            if asyncio.all_tasks(loop):
                loop = asyncio.new_event_loop()

    return call
