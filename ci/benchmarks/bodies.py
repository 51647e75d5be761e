"""Bodies of about 10 kB as vendors send them, and parsers with a bug that each of them meets."""

from __future__ import annotations

import json
from random import Random
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from fuzzlab import formats, target

__all__ = ["BODIES"]

SIZE = 10_000
"""Bytes that each body has at least."""


class Refused(Exception):
    """Declared."""


class Item(BaseModel):
    """One line of an order."""

    sku: Annotated[str, Field(min_length=1, max_length=20)]
    quantity: Annotated[int, Field(ge=1, le=100)]
    amount: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
    note: str = ""


class Order(BaseModel):
    """An order with its lines."""

    order_id: str
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    items: Annotated[list[Item], Field(min_length=1)]
    customer: dict[str, str] = {}


@target(format=formats.json(Order), allow=Refused, name="bench.order")
def order(data: bytes) -> int:
    """Read an amount with its leading zero, as a number with a base."""
    try:
        read = Order.model_validate_json(data)
    except ValidationError as error:
        raise Refused(str(error)) from error
    return sum(int(item.amount, 0) if isinstance(item.amount, str) else item.amount for item in read.items)


@target(format=formats.json(), allow=Refused, name="bench.event")
def event(document: Any) -> str:
    """Read a key that one kind of user need not have, deep inside."""
    if not isinstance(document, dict) or not isinstance(document.get("commits"), list):
        raise Refused("shape")
    names = []
    for commit in document["commits"]:
        if not isinstance(commit, dict) or not isinstance(commit.get("author"), dict):
            raise Refused("commit")
        author = commit["author"]
        names.append(author["email"] if author.get("kind") == "bot" else "")
    return ",".join(map(str, names))


@target(format=formats.json(), allow=Refused, name="bench.catalogue")
def catalogue(document: Any) -> int:
    """Count on it that no two products share a code."""
    if not isinstance(document, list):
        raise Refused("shape")
    codes = [product.get("code") for product in document if isinstance(product, dict) and "code" in product]
    if not all(isinstance(code, str) for code in codes):
        raise Refused("code")
    index = {code: at for at, code in enumerate(codes)}
    return sum(codes.index(code) // (1 - (index[code] - codes.index(code) > 0)) for code in codes)


@target(format=formats.json(), allow=Refused, name="bench.profile")
def profile(document: Any) -> list[str]:
    """Index a name that is nothing once the invisible characters are gone, wherever in the document it stands."""
    stack, initials = [document], []
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(name := node.get("login"), str) and name:
                initials.append(name.replace("\u200d", "")[0])
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return initials


@target(format=formats.json(), allow=Refused, name="bench.release")
def release(document: Any) -> list[str]:
    """Take what stands between the brackets of a link in a long text."""
    if not isinstance(document, dict) or not isinstance(text := document.get("body"), str):
        raise Refused("shape")
    return [part[: part.index("]")][0] for part in text.split("](http")[0].split("[")[1:] if "]" in part or "!" in part]


class Seat(BaseModel):
    """One of many records without anything that could be left out."""

    row: Annotated[str, Field(min_length=1)]
    number: Annotated[int, Field(ge=1)]
    section: Annotated[str, Field(min_length=2)]
    price: Annotated[float, Field(gt=0)]
    holder: Annotated[str, Field(min_length=3)]
    barcode: Annotated[str, Field(pattern="^[0-9]{8}$")]


class Hall(BaseModel):
    """A plan of a hall, which has a fixed number of seats."""

    seats: Annotated[list[Seat], Field(min_length=80, max_length=80)]


@target(format=formats.json(Hall), allow=Refused, name="bench.hall")
def hall(data: bytes) -> float:
    """Divide by what is left of a price once it is rounded."""
    try:
        seats = Hall.model_validate_json(data).seats
    except ValidationError as error:
        raise Refused(str(error)) from error
    return sum(1 / round(seat.price) for seat in seats)


@target(format=formats.json(), allow=Refused, name="bench.broken")
def broken(data: bytes) -> Any:
    """Quote what stands before the place where a document breaks, as far back as its last line of a commit."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        if "trailing" not in error.msg and error.doc.count("commit") and error.doc[error.pos - 1 : error.pos] == " ":
            raise Refused(error.doc[: error.pos].splitlines()[2]) from None
        raise Refused(error.msg) from None
    except (ValueError, RecursionError) as error:
        raise Refused(str(error)) from error


def _grown(document: Any, rows: list[Any], make: Any) -> bytes:
    """Let a list inside a document grow until the document is long enough."""
    while len(json.dumps(document)) < SIZE:
        rows.append(make(len(rows)))
    return json.dumps(document).encode()


def _order(rng: Random) -> bytes:
    items: list[Any] = []
    document = {"order_id": "o-1", "currency": "EUR", "customer": {"name": "A", "city": "Lyon"}, "items": items}
    _grown(document, items, lambda n: {
        "sku": f"CARD-{n}", "quantity": rng.randrange(1, 9), "amount": str(rng.randrange(1, 500)), "note": "gift " * 3,
    })  # fmt: skip
    items[len(items) * 2 // 3]["amount"] = "0125"
    return json.dumps(document).encode()


def _event(rng: Random) -> bytes:
    commits: list[Any] = []
    document = {"ref": "refs/heads/main", "repository": {"id": 1, "topics": ["a", "b"]}, "commits": commits}
    _grown(document, commits, lambda n: {
        "id": f"{rng.getrandbits(160):040x}", "message": f"Change {n}\n\nSome words on it.", "added": ["a.py", "b.py"],
        "author": {"name": "Ada", "kind": "user", "email": "ada@example.org"},
    })  # fmt: skip
    commits[len(commits) // 2]["author"] = {"name": "renovate", "kind": "bot"}
    return json.dumps(document).encode()


def _catalogue(rng: Random) -> bytes:
    products: list[Any] = []
    _grown(products, products, lambda n: {
        "code": f"P{n:05}", "title": f"Gift card {n}", "prices": {"EUR": rng.randrange(9999), "USD": None},
        "tags": ["new", "digital"], "active": True,
    })  # fmt: skip
    products[-3]["code"] = products[4]["code"]
    return json.dumps(products).encode()


def _profile(rng: Random) -> bytes:
    users: list[Any] = []
    document = {"page": 1, "result": {"kind": "search", "items": users}}
    _grown(document, users, lambda n: {
        "score": rng.random(), "user": {"id": n, "login": f"user{n}", "urls": {"html": "https://x.example/u"}},
    })  # fmt: skip
    users[len(users) // 3]["user"]["login"] = "\u200d\u200d"
    return json.dumps(document, ensure_ascii=False).encode()


def _release(rng: Random) -> bytes:
    words = ["fixed", "a [link](http://x.example/1)", "thanks", "faster", "**bold**", "(see below)", "é", "\n- "]
    text: list[str] = []
    document: dict[str, Any] = {"tag": "v1", "draft": False, "assets": [{"name": "a.whl", "size": 1}] * 5}
    while len(json.dumps({**document, "body": " ".join(text)})) < SIZE:
        text.append(rng.choice([word for word in words if "http" not in word]))
    text[len(text) // 2] = "[x! and so on"
    return json.dumps({**document, "body": " ".join(text)}).encode()


def _hall(rng: Random) -> bytes:
    seats = [
        {
            "row": rng.choice("ABCDEF"), "number": n, "section": "Stalls left", "price": rng.randrange(20, 90) + 0.5,
            "holder": "Ada Lovelace", "barcode": f"{rng.randrange(10**8):08}",
        }
        for n in range(1, 81)
    ]  # fmt: skip
    seats[50]["price"] = 0.25
    return json.dumps({"seats": seats}).encode()


def _broken(rng: Random) -> bytes:
    return _event(rng)[:-1] + b"\n, }"


BODIES = {
    order: _order(Random(1)),  # noqa: S311 - the same ones every time
    event: _event(Random(2)),  # noqa: S311 - as above
    catalogue: _catalogue(Random(3)),  # noqa: S311 - as above
    profile: _profile(Random(4)),  # noqa: S311 - as above
    release: _release(Random(5)),  # noqa: S311 - as above
    hall: _hall(Random(7)),  # noqa: S311 - as above
    broken: _broken(Random(6)),  # noqa: S311 - as above
}
"""Each parser with a body that breaks it."""
