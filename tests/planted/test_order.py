"""Four bugs behind pydantic's validation, which shows no branch: all are found, from no seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzlab.campaign import Campaign, Limits
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY
from tests.parsers.order import partner_order
from tests.planted.test_planted import findings

SIGNATURES = {
    "crash IndexError tests.parsers.order:_refunded",
    "crash IndexError tests.parsers.order:_reserve",
    "crash KeyError tests.parsers.order:_zone",
    "crash decimal.InvalidOperation tests.parsers.order:_rounded",
}

RUNS = 400_000
"""Four times what the slowest of a dozen seeds took."""


@pytest.mark.slow
def test_all_four_are_found(tmp_path: Path) -> None:
    """The four planted bugs and no other, within executions."""
    limits = Limits(seconds=600, runs=RUNS, workers=1, seed=1)
    target = REGISTRY[partner_order.__name__]
    found = findings(Campaign(Project(tmp_path, Config()), [target], limits).run())
    assert {finding.signature for finding in found} == SIGNATURES
    assert len(found) == len(SIGNATURES)
