"""The worker's side of a trial: a function that nobody knows is called under all that guards a target.

Everything that it raises counts as news and nothing as refused; what its results could be asked is tried at once, in
the same call, under the same limits.
"""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any, cast

from fuzzlab import formats
from fuzzlab.contract import Contract
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.finder import resolve
from fuzzlab.oracles import Call, same
from fuzzlab.target import Target
from fuzzlab.trial import IDEMPOTENT, METHODS, Shape

__all__ = ["Claims", "function_of", "trial_target"]


@dataclass(slots=True)
class Claims:
    """An oracle that condemns nothing: it notes which claims hold for a result."""

    renderers: Mapping[str, Callable[[Any], object]]
    shape: Shape
    name: str = "claims"
    type: str = ""
    held: dict[str, bool] = field(default_factory=dict)

    def check(self, call: Call, value: object, result: object) -> None:  # noqa: ARG002 - the Oracle protocol
        """Try each claim on one result."""
        self.type, self.held = type(result).__qualname__, {}
        if isinstance(result, str | bytes) and self.shape.value == type(result).__name__:
            self.held[IDEMPOTENT] = self._comes_back(call, result, result)
        for name, render in self.renderers.items():
            self.held[name] = self._comes_back(call, self._rendered(render, result), result)
        if result is None or isinstance(result, str | bytes | bool):
            return
        if type(result).__str__ is not object.__str__:
            self.held["str"] = self._comes_back(call, self._rendered(str, result), result)
        for method in METHODS:
            if callable(getattr(type(result), method, None)):
                self.held[f".{method}"] = self._comes_back(call, self._rendered(methodcaller(method), result), result)

    def to_json(self) -> dict[str, object]:
        """Give what was noted of the last result."""
        return {"type": self.type, "held": self.held}

    @staticmethod
    def _rendered(render: Callable[[Any], object], result: object) -> object:
        try:
            return render(result)
        except Exception:  # noqa: BLE001 - then it is no renderer of this result
            return None

    @staticmethod
    def _comes_back(call: Call, rendered: object, result: object) -> bool:
        data = rendered.encode("utf-8", "surrogatepass") if isinstance(rendered, str) else rendered
        if not isinstance(data, bytes):
            return False
        try:
            return same(call(data), result)
        except Exception:  # noqa: BLE001 - refused is not come back
            return False


def function_of(spec: str) -> Callable[[Any], object]:
    """Give what `module:function` names, of a pydantic model its `model_validate_json`.

    Raises:
        UserError: it is not there, or nothing that can be called.
    """
    found = resolve(spec, "function")
    if isinstance(found, type) and hasattr(found, "model_validate_json") and hasattr(found, "model_json_schema"):
        found = found.model_validate_json
    if not callable(found):
        raise UserError(f"{spec}: not callable, but {type(found).__name__}; name a function")
    return found  # type: ignore[no-any-return]


def trial_target(name: str, order: Mapping[str, Any]) -> tuple[Target, Claims]:
    """Make the target of a trial: it takes bytes, and hands them on in the shape that is tried.

    Raises:
        UserError: there is no such function.
    """
    function, shape = function_of(order["spec"]), Shape(order["shape"])
    renderers = {twin: function_of(twin) for twin in order["twins"]}
    convert = _CONVERSIONS[shape]

    def call(data: bytes) -> object:
        return function(convert(data))

    async def awaited(data: bytes) -> object:
        return await coroutine(convert(data))

    def listed(data: bytes) -> object:
        return list(iterator(convert(data)))

    coroutine, iterator = cast("Any", function), cast("Any", function)
    taken = (
        awaited if inspect.iscoroutinefunction(function) else listed if inspect.isgeneratorfunction(function) else call
    )
    claims = Claims(renderers, shape)
    contract = Contract(allow=(), oracles=(claims,))
    home = str(order["spec"]).partition(":")[0]
    return Target(name=name, function=taken, format=formats.raw(), contract=contract, shape="bytes", home=home), claims


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _document(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Undecodable("no JSON") from None


_CONVERSIONS: dict[Shape, Callable[[bytes], object]] = {
    Shape.STR: _text,
    Shape.BYTES: bytes,
    Shape.DOCUMENT: _document,
    Shape.TEXT_FILE: lambda data: io.StringIO(_text(data)),
    Shape.BINARY_FILE: io.BytesIO,
}
