"""Letters by their kin: what looks the same is another text, and what folds comes back."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import disguises
from fuzzlab.disguises import FOLDING, LOOKALIKES, MUTATORS
from tests.formats import seeded

Mutator = Callable[[Random, str], str | None]


def test_what_looks_alike_is_another_character() -> None:
    """Each twin differs from its original, and is one character."""
    for original, twins in LOOKALIKES.items():
        assert len(original) == 1
        assert original not in twins


def _folded(text: str) -> set[str]:
    """All that a text becomes in the steps that parsers take, with accents left out."""
    made = {text.lower(), text.upper(), text.casefold(), unicodedata.normalize("NFKC", text)}
    made |= {each.lower() for each in made} | {each.upper() for each in made}
    plain = {"".join(c for c in unicodedata.normalize("NFKD", each) if not unicodedata.combining(c)) for each in made}
    return made | plain


@pytest.mark.parametrize("written", FOLDING)
def test_what_folds_comes_back(written: str) -> None:
    """After a step that parsers take, the letters stand there again (an n with its apostrophe, a dotless i as I)."""
    folded = _folded(FOLDING[written])
    assert any(written.lower() in each.lower() for each in folded), folded


def test_full_width_and_other_alphabets_come_back_with_nfkc() -> None:
    """NFKC gives the ASCII again."""
    made = {disguises.widen(seeded(seed), "User-42@x") for seed in range(200)}
    normal = {unicodedata.normalize("NFKC", text) for text in made if text}
    assert "User-42@x" in normal
    assert len(made) > 30


@pytest.mark.parametrize("mutator", MUTATORS, ids=lambda m: m.__name__)
@given(st.text(max_size=30), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_any_text_will_do(mutator: Mutator, text: str, seed: int) -> None:
    """Nothing raises, and nothing grows beyond a run of marks."""
    changed = mutator(seeded(seed), text)
    assert changed is None or len(changed) <= 2 * len(text) + 300
