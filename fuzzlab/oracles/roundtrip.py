"""A result that is fed back must come back equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fuzzlab.oracles import Call, same, short

__all__ = ["RoundTrip", "idempotent", "round_trip"]


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """`call(render(result)) == result`; a refusal of one's own output breaks it as well."""

    name: str
    render: Callable[[object], object]

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Say how the second pass differs from the first."""
        rendered = self.render(result)
        try:
            again = call(rendered)
        except Exception as error:  # noqa: BLE001 - whatever the parser raises at its own output is the finding
            return f"its own result {short(rendered)} is refused: {type(error).__name__}: {error}"
        if same(again, result):
            return None
        was = "" if rendered is result else f", not {short(result)},"
        return f"its own result {short(rendered)} gives {short(again)}{was} the second time"


def idempotent() -> RoundTrip:
    """Check that parsing a result again changes nothing: for parsers that return a canonical form of their input."""
    return RoundTrip("idempotent", _identity)


def round_trip(render: Callable[..., object]) -> RoundTrip:
    """Check that `render(result)`, parsed again, gives an equal result.

    Args:
        render: result -> what the target takes (in the shape that its annotation asks for). What it raises is a
            `bad_result` too: a result that its own renderer cannot handle.
    """
    return RoundTrip("round_trip", render)


def _identity(result: object) -> object:
    return result
