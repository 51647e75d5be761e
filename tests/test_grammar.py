"""The grammar of the seeds: new sentences with the parts of old ones, and with words of the code."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import formats
from fuzzlab.grammar import Grammar
from tests.formats import seeded

SEEDS = ("x.y[0]", "{k: size(v), l: sort(w, &n)}", "num('1') && z[?q > `3`]")

TRIES = 40_000


def _reached(grammar: Grammar, words: tuple[str, ...], wanted: str) -> bool:
    rng = seeded(1)
    pattern = re.compile(wanted)
    said = (grammar.said(rng, "x", words) for _ in range(TRIES))
    return any(text is not None and pattern.fullmatch(text) for text in said)


def test_another_function_of_another_argument_at_once() -> None:
    """A function that no seed calls is called with what no call of the seeds has."""
    grammar = Grammar(SEEDS)
    assert _reached(grammar, ("other", "words"), r"other\(`3`\)")
    assert _reached(grammar, (), r"sort\('1', &n\)")
    assert _reached(grammar, (), r"size\(\[\?q > `3`\]\)")


def test_a_number_in_quotes_is_a_number() -> None:
    """What takes an argument's place is at times a quoted number of the seeds, and then at times a telling one."""
    grammar = Grammar(["length(a)", "a[?x > `1`]"])
    assert _reached(grammar, ("ceil",), r"ceil\(`NaN`\)")


def test_no_word_no_seed() -> None:
    """Nothing is said without seeds, and texts without structure give no sentences."""
    assert not Grammar(())
    assert Grammar(()).said(seeded(1), "x", ("a",)) is None
    assert Grammar(["abc"]).said(seeded(1), "x", ("a",)) is None


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.lists(st.text(st.sampled_from("ab1 \n()[]'\"\\=:,\ud800"), max_size=30), max_size=3), st.integers(0, 99))
def test_any_texts_are_seeds(texts: list[str], seed: int) -> None:
    """Whatever the seeds are, a sentence or a splice is a text or nothing."""
    grammar, rng = Grammar(texts), seeded(seed)
    for _ in range(20):
        assert isinstance(grammar.said(rng, "a(b)", ("w",)), str | None)
        assert isinstance(grammar.spliced(rng, "a(b)"), str | None)


def test_studied_parts_reach_other_inputs() -> None:
    """After `study`, and not before, a part of one input stands in another: a text's, a document's, a message's."""
    cases: list[tuple[formats.Format[Any], list[bytes], bytes, bytes]] = [
        (formats.text(), [b"[?q > `3`]"], b"abc.def", b"`3`"),
        (formats.json(), [b'{"kty": {"zip": [7001]}}'], b'{"a": "b"}', b'"kty"'),
        (formats.http(), [b"GET / HTTP/1.1\r\nX-Odd: q7\r\n\r\n"], b"GET / HTTP/1.1\r\nA: b\r\n\r\n", b"q7"),
    ]
    for form, studied, data, part in cases:
        rng = seeded(1)
        assert not any(part in (form.mutate(data, rng, 500) or b"") for _ in range(2000))
        form.study(studied)
        count = len(form.mutators)
        form.study(studied)
        assert len(form.mutators) == count
        assert any(part in (form.mutate(data, rng, 500) or b"") for _ in range(2000))


def test_learned_names_are_said() -> None:
    """A text format that has learned words says sentences of the seeds with the names among them, not with the rest."""
    form, rng = formats.text(), seeded(1)
    form.study([seed.encode() for seed in SEEDS])
    form.learn([b"ceiling", b"no name"])
    said = [form.mutate(b"abc", rng, 500) or b"" for _ in range(20_000)]
    assert any(text.startswith(b"ceiling(") for text in said)


def test_what_has_no_value_is_changed_as_text() -> None:
    """A header's value alone is no request, half a document is none: both are mutated, and not only cut."""
    rng = seeded(1)
    header = b'form-data; name="f"'
    runs = re.compile(rb'form-data; name="(\\)+')
    assert any(runs.match(formats.http().mutate(header, rng, 500) or b"") for _ in range(5000))
    document = b'{"a": "x", '
    assert any(b'"a": "x' not in (formats.json().mutate(document, rng, 500) or b'"a": "x') for _ in range(200))
