"""A parser that uses every shape of control flow and of comparison that a probe can stand in."""

# A parser's tokens are no passwords, and here its shapes are many on purpose.
# ruff: noqa: C901, PLR0912, S105

from __future__ import annotations

import contextlib
from collections.abc import Iterator

KEYWORDS = {"platform": 1, "region": 2, "lang": 3}
CODES = frozenset({17, 1234, 99999})


class Word(str):
    """Compares without regard to case, and answers with a word instead of a bool."""

    __slots__ = ()

    def __eq__(self, other: object) -> object:  # type: ignore[override]
        return Word("yes") if isinstance(other, str) and self.lower() == other.lower() else Word("")

    def __hash__(self) -> int:
        return hash(self.lower())


def tokens(text: str) -> Iterator[str]:
    """Yield words, numbers and single characters."""
    word = ""
    for character in text:
        if character.isalnum():
            word += character
            continue
        if word:
            yield word
            word = ""
        if character != " ":
            yield character
    if word != "":
        yield word


def classify(token: str) -> str | int | None:
    """Tell by comparisons with constants of all kinds."""
    match token:
        case "true" | "false":
            return token == "true"
        case "none":
            return None
        case "Straße" | "\ud800":
            return "odd"
    if token in KEYWORDS:
        return KEYWORDS[token]
    if token.isdigit() and (number := int(token)) not in CODES:
        if number < 10:
            return number
        if 10 <= number < 1000 and number != 500:
            return -number
        while number > 3:
            number //= 3
            if number == 7:
                break
        else:
            return "small"
        return number if number >= 7 else None
    if token in ("a", "bc", "def") or "xyz" in token:
        return token.upper()
    if Word(token) == "KEY":
        return "key"
    if (token.encode("utf-8", "surrogatepass") == b"\xc3\xa9") is not (token == "e"):
        return "accent"
    return token if token > "m" else None


@contextlib.contextmanager
def counting(counts: dict[str, int]) -> Iterator[None]:
    """Count entries, and what was raised inside."""
    counts["in"] = counts.get("in", 0) + 1
    try:
        yield
    except ValueError:
        counts["bad"] = counts.get("bad", 0) + 1
        raise
    finally:
        counts["out"] = counts.get("out", 0) + 1


def parse(text: str) -> list[object]:
    """Classify all tokens; brackets nest."""
    counts: dict[str, int] = {}
    stack: list[list[object]] = [[]]
    for place, token in enumerate(tokens(text)):
        try:
            with counting(counts):
                if token == "[":
                    stack.append([])
                elif token == "]":
                    if len(stack) == 1:
                        raise ValueError(f"nothing to close at {place}")
                    inner = stack.pop()
                    stack[-1].append(inner)
                elif token == "!":
                    stack[-1].append(place < token)  # type: ignore[operator]
                else:
                    stack[-1].append(classify(token))
        except TypeError as error:
            stack[-1].append(str(error))
        finally:
            if counts["in"] != counts["out"]:
                raise AssertionError(counts)
    if len(stack) != 1 and counts.get("bad", 0) == 0:
        raise ValueError("not closed")
    flat = [each for each in stack[0] if each != None]  # noqa: E711 - a comparison is wanted
    return flat if not all(each == flat[0] for each in flat) else flat[:1]
