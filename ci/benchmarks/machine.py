"""The machine that figures were taken on, in a line."""

from __future__ import annotations

import os
import platform
from pathlib import Path

__all__ = ["machine"]


def machine() -> str:
    """Say what ran: Python, processor, cores, and how busy it was."""
    load = os.getloadavg()[0]
    return f"Python {platform.python_version()}, {_processor()}, {os.cpu_count()} cores, load {load:.1f}"


def _processor() -> str:
    """Give the processor's own name where the kernel tells it, its architecture otherwise."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
