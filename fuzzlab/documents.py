"""JSON documents as Hypothesis makes them, what a schema puts into one, and how the deepest are written.

Of a schema's documents one drawn number seeds each, whatever the document's size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzzlab import strings, trees
from fuzzlab.blueprint import Blueprint
from fuzzlab.errors import UserError
from fuzzlab.lazy import LazyModule
from fuzzlab.nodes import Stuck
from fuzzlab.schemas import Schema

if TYPE_CHECKING:
    import hypothesis
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
    from jsonschema import exceptions, validators
else:
    exceptions = LazyModule("jsonschema.exceptions")
    hypothesis = LazyModule("hypothesis")
    st = LazyModule("hypothesis.strategies")
    validators = LazyModule("jsonschema.validators")

__all__ = [
    "SEEDS", "any_documents", "blueprint", "seeded", "valid_documents", "with_property", "with_value", "written",
]  # fmt: skip

MOST_LEAVES: Final = 12
"""Of a document made without a schema: small ones have every shape, and the mutators make the large ones."""

OF_ITS_KEY: Final = 0.75
"""Share of a schema's values that are put where their own key stands; elsewhere most are refused at once."""

SEEDS: Final = 1 << 24
"""Documents that can be told apart. Up to 24 bits Hypothesis draws evenly; beyond, mostly small numbers, again and
again."""


def blueprint(definition: Mapping[str, Any]) -> Blueprint:
    """Compile a schema.

    Raises:
        UserError: it is none.
    """
    try:
        validators.validator_for(definition).check_schema(definition)
    except exceptions.SchemaError as error:
        raise UserError(f"formats.json: the schema is no JSON Schema: {error.message} at {error.json_path}") from error
    return Blueprint(definition)


def with_property(rng: Random, document: Any, schema: Schema) -> Any | None:
    """Add a property that the schema knows and the object lacks, or give a present one such a value."""
    place = trees.found(rng, document, (dict,))
    if place is None or not schema.names:
        return None
    path, node = place
    name = rng.choice(schema.names)
    return trees.replaced(document, path, {**node, name: schema.value_of(rng, name)})


def with_value(rng: Random, document: Any, schema: Schema) -> Any | None:
    """Put a value that the schema names, for this key or for another, in the place of a leaf."""
    place = trees.found(rng, document, (str, int, float, bool, type(None)))
    if place is None or not schema.names:
        return None
    path, _ = place
    own = path and path[-1] in schema.values and rng.random() < OF_ITS_KEY
    return trees.replaced(document, path, schema.value_of(rng, path[-1] if own else rng.choice(schema.names)))


def valid_documents(definition: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Make documents that are valid under `definition`.

    Raises:
        HarnessError: hypothesis-jsonschema is needed, and it and the installed Hypothesis do not go together; when a
            document is drawn.
        UserError: the schema is not one.
    """
    plan = blueprint(definition)
    return seeded(plan, plan.document)


def seeded(plan: Blueprint, make: Callable[[Random, Callable[[Any], Any] | None], Any]) -> SearchStrategy[Any]:
    """Make what `make` gives for a source of chance, and for Hypothesis's own where the schema needs that."""

    def attempt(seed: int, draw: Callable[[Any], Any] | None) -> Any:
        try:
            return make(Random(seed), draw)  # noqa: S311 - a search, not a secret
        except Stuck:
            hypothesis.reject()

    seeds = st.integers(0, SEEDS - 1)
    if not plan.has_strategies:
        return seeds.map(lambda seed: attempt(seed, None))

    @st.composite
    def document(draw: st.DrawFn) -> Any:
        return attempt(draw(seeds), draw)

    return document()


def any_documents(learned: Sequence[str]) -> SearchStrategy[Any]:
    """Make documents of no schema; `learned` words are among their keys and strings."""
    known = [st.sampled_from(learned)] if learned else []
    numbers = st.one_of(st.integers(-(2**64), 2**64), st.floats(allow_nan=False, allow_infinity=False))
    leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=20), st.sampled_from(strings.TOKENS), *known)
    keys = st.one_of(st.sampled_from(("id", "type", "data", "items", "name", "amount")), st.text(max_size=8), *known)
    return st.recursive(
        leaves,
        lambda children: st.one_of(st.lists(children, max_size=5), st.dictionaries(keys, children, max_size=5)),
        max_leaves=MOST_LEAVES,
    )


def written(document: Any, plain: Callable[[Any], str]) -> str:
    """Write a document that nests too deep for `json.dumps`, without recursion; `plain` writes its leaves."""
    out: list[str] = []
    stack: list[tuple[bool, Any]] = [(False, document)]
    while stack:
        literal, node = stack.pop()
        if literal:
            out.append(node)
        elif isinstance(node, dict) and node:
            pieces = [piece for key, child in node.items() for piece in ((True, f",{plain(key)}:"), (False, child))]
            pieces[0] = (True, "{" + pieces[0][1][1:])
            stack += reversed([*pieces, (True, "}")])
        elif isinstance(node, list) and node:
            pieces = [piece for child in node for piece in ((True, ","), (False, child))]
            pieces[0] = (True, "[")
            stack += reversed([*pieces, (True, "]")])
        else:
            out.append(plain(node))
    return "".join(out)
