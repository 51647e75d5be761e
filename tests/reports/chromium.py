"""Where Chromium is, and what marks the tests that need it."""

from __future__ import annotations

import shutil

import pytest

__all__ = ["CHROMIUM", "WIDTHS", "needs_chromium"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

WIDTHS = (390, 1280)
"""A telephone and a desk."""

needs_chromium = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]
