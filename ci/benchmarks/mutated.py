"""The planted joiners with no examples but the seeds, so that only mutation can find them."""

from __future__ import annotations

from hypothesis import strategies as st

from fuzzlab import target
from fuzzlab.formats.text import Text
from tests.planted.invisible_only import SEEDS, invisible_only

__all__ = ["NAME"]

NAME = "invisible_only_mutated"


class SeedsOnly(Text):
    """Text whose strategy knows nothing but the seeds."""

    def values(self) -> st.SearchStrategy[str]:
        """Draw a seed."""
        return st.sampled_from([seed.decode() for seed in SEEDS])


@target(name=NAME, format=SeedsOnly(max_size=1024, alphabet=None, surrogates=True))
def invisible_only_mutated(value: str) -> str:
    """Do what the planted target does."""
    return invisible_only(value)
