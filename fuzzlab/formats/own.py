"""A format of the user's own: a Hypothesis strategy of values, and the function that writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fuzzlab.blocks import MAGIC, MUTATORS, simpler
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats import DEFAULT_MAX_SIZE, Format, Mutator, Reductions, until_taken

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Own", "own"]


def _as_it_is(value: Any) -> Any:
    return value


class Own(Format[Any]):
    """Values of a strategy. Without `decode` a value is known by its bytes alone: they are mutated as bytes are."""

    name = "own"

    def __init__(
        self,
        values: SearchStrategy[Any],
        encode: Callable[[Any], bytes],
        decode: Callable[[bytes], Any] | None,
        *,
        mutators: Sequence[Mutator[Any]],
        tokens: Sequence[bytes],
        max_size: int,
    ) -> None:
        self.max_size = max_size
        self._values = values if decode is not None else values.map(encode)
        self._encode = encode if decode is not None else _as_it_is
        self._decode = decode
        self._tokens = tuple(tokens)
        self.mutators = MUTATORS if decode is None else tuple(mutators)
        self.raw_mutators = MUTATORS if decode is not None else ()

    def decode(self, data: bytes) -> Any:
        """Read a value as the user's function does.

        Raises:
            Undecodable: it raised anything, for these bytes have no value then.
        """
        if self._decode is None:
            return data
        try:
            return self._decode(data)
        except Exception as error:
            raise Undecodable(f"{type(error).__name__}: {error}") from error

    def encode(self, value: Any) -> bytes:
        """Write a value as the user's function does."""
        return self._encode(value)

    def values(self) -> SearchStrategy[Any]:
        """Give the user's strategy."""
        return self._values

    def dictionary(self) -> tuple[bytes, ...]:
        """Give the user's tokens, then those of bytes in general."""
        return tuple(dict.fromkeys((*self._tokens, *MAGIC)))

    def reductions(self, data: bytes) -> Reductions:
        """Yield shorter bytes, then plainer ones: what a value means nobody but its parser knows."""
        yield from until_taken(reduced for reduced in simpler(data) if reduced != data)


def own(
    values: SearchStrategy[Any],
    encode: Callable[[Any], bytes],
    decode: Callable[[bytes], Any] | None = None,
    *,
    mutators: Sequence[Mutator[Any]] = (),
    tokens: Sequence[bytes] = (),
    max_size: int = DEFAULT_MAX_SIZE,
) -> Own:
    """A format made of a Hypothesis strategy and the function that writes its values.

    Args:
        values: makes values, mostly plausible ones.
        encode: value -> bytes, as a client sends them.
        decode: bytes -> value, for targets that take the value; whatever it raises means that there is none.
        mutators: `(rng, value) -> changed value, or None where it does not apply`; needs `decode`.
        tokens: bytes that inputs are made of, the most telling first.
        max_size: the longest input to make, in bytes.

    Raises:
        UserError: `mutators` without `decode`.
    """
    if mutators and decode is None:
        raise UserError("formats.own(mutators=…): a mutator changes values, and without decode= there are none")
    return Own(values, encode, decode, mutators=mutators, tokens=tokens, max_size=max_size)
