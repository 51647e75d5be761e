"""What a result is: not larger than it may be, and of the shape that was promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fuzzlab.errors import UserError
from fuzzlab.lazy import LazyModule
from fuzzlab.leaves import children
from fuzzlab.oracles import Call, short

if TYPE_CHECKING:
    import pydantic
    import pydantic_core
    from jsonschema import exceptions, validators
else:
    pydantic = LazyModule("pydantic")
    pydantic_core = LazyModule("pydantic_core")
    exceptions = LazyModule("jsonschema.exceptions")
    validators = LazyModule("jsonschema.validators")

__all__ = ["Bounded", "Matches", "bounded", "matches"]


@dataclass(frozen=True, slots=True)
class Bounded:
    """A result, written out, has at most `size` characters, bytes and elements; `ratio` allows so many an input's."""

    name: str
    size: int
    ratio: float

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Say how large the result is, where that is too much."""
        size = written_size(result)
        bound = max(self.size, self.ratio * (written_size(value) or 0)) if self.ratio else self.size
        if size is None:
            return "holds itself, and could be written out for ever"
        return f"written out it has {size:,} characters and elements, more than {bound:,.0f}" if size > bound else None


@dataclass(frozen=True, slots=True)
class Matches:
    """The result is what a model or a schema describes; `complaint` says in one sentence why it is not."""

    name: str
    complaint: Callable[[object], str | None]

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Say where the result is something else."""
        return self.complaint(result)


def bounded(size: int, *, ratio: float = 0.0) -> Bounded:
    """Check that a result is not larger than the code behind expects: bombs, expanded entities, repeated pages.

    Args:
        size: characters, bytes and elements, all that would be written out; what is shared counts each time
            ("billion laughs").
        ratio: times the size of the input that are allowed where that is more.

    Raises:
        UserError: nothing could keep these.
    """
    if size < 1 or ratio < 0:
        raise UserError(f"bounded({size!r}, ratio={ratio!r}): size is at least 1, ratio at least 0")
    return Bounded(f"bounded({size})", size, ratio)


def matches(model: Any) -> Matches:
    """Check that a result is what `model` describes, without any conversion.

    Args:
        model: a JSON Schema as a dict, a pydantic model, or any type that pydantic can check.

    Raises:
        UserError: it is none of these.
    """
    if isinstance(model, Mapping):
        return Matches("matches(schema)", _schema_check(model))
    name = getattr(model, "__name__", str(model))
    try:
        adapter = pydantic.TypeAdapter(model)
    except pydantic.PydanticUserError:
        raise UserError(f"matches({name}): neither a model nor a type nor a JSON Schema") from None

    def complaint(result: object) -> str | None:
        try:
            adapter.validate_python(result, strict=True)
            adapter.dump_python(result, warnings="error")  # an instance is not validated again, its fields may be wrong
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = "".join(f"[{step!r}]" for step in first["loc"])
            return f"result{place} is no {name}: {first['msg']}"
        except pydantic.PydanticUserError as error:
            return f"{short(result)} is no {name}: {error}"
        except pydantic_core.PydanticSerializationError as error:
            return f"{short(result)} is no {name}: {' '.join(str(error).split())}"
        return None

    return Matches(f"matches({name})", complaint)


def _schema_check(schema: Mapping[str, Any]) -> Callable[[object], str | None]:
    cls = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        cls.check_schema(schema)
    except exceptions.SchemaError as error:
        raise UserError(f"matches(schema): no JSON Schema: {error.message}") from None
    validator = cls(schema)

    def complaint(result: object) -> str | None:
        error = next(validator.iter_errors(result), None)
        if error is None:
            return None
        place = "".join(f"[{step!r}]" for step in error.absolute_path)
        return f"result{place} breaks {error.validator!r} of the schema: {error.message[:200]}"

    return complaint


def written_size(result: object) -> int | None:
    """Count characters, bytes and elements of a result as if it were written out; None for one that holds itself.

    What is shared is counted once and added each time, so that an exponential result costs no exponential time.
    """
    if (plain := _plain_size(result)) is not None:
        return plain
    sizes: dict[int, int] = {}
    kept: list[object] = []
    inside: set[int] = set()
    stack: list[tuple[object, bool]] = [(result, False)]
    while stack:
        value, seen_below = stack.pop()
        number = id(value)
        if not seen_below and number in inside:
            return None
        if number in sizes:
            continue
        below = children(value)
        if below is None:
            sizes[number] = _leaf_size(value)
            kept.append(value)
        elif seen_below:
            inside.discard(number)
            sizes[number] = len(below) + sum(sizes[id(child)] for _, child in below)
        else:
            inside.add(number)
            kept += [value, below]
            stack.append((value, True))
            stack.extend((child, False) for _, child in below)
    return sizes[id(result)]


PLAIN_VALUES = 1_000
"""Values of a result that is counted without a look at what is shared: a tenth of the cost for an ordinary one."""


def _plain_size(result: object) -> int | None:
    """Give the same for few values of plain types, each counted as often as it is met; None for anything else."""
    size, stack = 0, [result]
    for _ in range(PLAIN_VALUES):
        if not stack:
            return size
        value = stack.pop()
        kind = type(value)
        if kind is str or kind is bytes:
            size += len(value)  # type: ignore[arg-type]  # of this type
        elif kind is dict:
            size += 2 * len(value)  # type: ignore[arg-type]  # as above
            stack += value  # type: ignore[arg-type]  # as above
            stack += value.values()  # type: ignore[attr-defined]  # as above
        elif kind is list or kind is tuple:
            size += len(value)  # type: ignore[arg-type]  # as above
            stack += value  # type: ignore[arg-type]  # as above
        elif value is None or kind is int or kind is float or kind is bool:
            size += _leaf_size(value)
        else:
            return None
    return None


def _leaf_size(value: object) -> int:
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if isinstance(value, int):
        return max(1, value.bit_length() // 8)
    return 1
