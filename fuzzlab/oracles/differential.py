"""A second opinion: the same value to the target again, to a reference, or in another form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fuzzlab.oracles import Call, Repeats, same, short

__all__ = ["AgreesWith", "Deterministic", "Equivalent", "agrees_with", "deterministic", "equivalent"]


def _unchanged(result: object) -> object:
    return result


@dataclass(frozen=True, slots=True)
class Deterministic(Repeats):
    """The same value gives the same result."""

    name: str = "deterministic"

    def check(self, call: Call, value: object, result: object) -> str | None:
        """Say how the second result differs from the first."""
        try:
            again = call(value)
        except Exception as error:  # noqa: BLE001 - whatever the parser raises now it did not raise before
            return f"accepted once, refused the second time: {type(error).__name__}: {error}"
        return None if same(again, result) else f"gives {short(again)} the second time, not {short(result)}"


@dataclass(frozen=True, slots=True)
class AgreesWith(Repeats):
    """Target and reference both accept, with equal results, or both refuse."""

    name: str
    reference: Call
    on: Callable[[object], object]

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Say what the reference makes of a value that the target accepted."""
        try:
            other = self.reference(value)
        except Exception as error:  # noqa: BLE001 - with whatever it refuses, it refuses
            return f"accepted as {short(result)}; the reference refuses: {type(error).__name__}: {error}"
        ours, theirs = self.on(result), self.on(other)
        return None if same(ours, theirs) else f"gives {short(ours)}; the reference gives {short(theirs)}"

    def check_refusal(self, value: object, error: BaseException) -> str | None:
        """Say what the reference makes of a value that the target refused."""
        try:
            other = self.reference(value)
        except Exception:  # noqa: BLE001 - as above
            return None
        return f"refused ({type(error).__name__}); the reference accepts it as {short(other)}"


@dataclass(frozen=True, slots=True)
class Equivalent(Repeats):
    """What is the same in another form gives the same result (metamorphic testing; Chen et al., 1998)."""

    name: str
    transform: Callable[[object], object]

    def check(self, call: Call, value: object, result: object) -> str | None:
        """Say how the result of the other form differs; a form that cannot be made (None) says nothing."""
        other = self.transform(value)
        if other is None:
            return None
        try:
            again = call(other)
        except Exception as error:  # noqa: BLE001 - the other form is as good as the first
            return f"the same as {short(other)} is refused: {type(error).__name__}: {error}"
        return None if same(again, result) else f"the same as {short(other)} gives {short(again)}, not {short(result)}"


def deterministic() -> Deterministic:
    """Check that the same value, parsed again, gives an equal result."""
    return Deterministic()


def agrees_with(reference: Callable[..., object], *, on: Callable[..., object] = _unchanged) -> AgreesWith:
    """Check against another implementation: both accept, with equal results, or both refuse.

    Args:
        reference: takes what the target takes; any exception is a refusal.
        on: what to compare of the two results (the fields that both have, say); all of them by default.
    """
    return AgreesWith(f"agrees_with({getattr(reference, '__name__', 'reference')})", reference, on)


def equivalent(transform: Callable[..., object]) -> Equivalent:
    """Check that another form of the same value gives an equal result.

    Args:
        transform: value -> the same in another form, or None where there is none: `oracles.transforms` has
            `reordered_keys` and `spaced`. It must not change its argument.
    """
    return Equivalent(f"equivalent({getattr(transform, '__name__', 'transform')})", transform)
