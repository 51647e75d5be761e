"""A vendor's catalogue: the schema, and what it cannot say."""

import json
import time
from typing import Any

import pytest

from targets.vendor_catalogue import CatalogueError, PriceRange, Product, render_catalogue, vendor_catalogue

PRODUCT: dict[str, Any] = {"sku": "STEAM-EU", "name": "Steam", "currency": "EUR", "prices": [2500, 500, 500]}


def _catalogue(*products: object) -> bytes:
    return json.dumps({"vendor": "Cards & Co", "products": products}).encode()


def test_accepts() -> None:
    """Prices are ascending and distinct, or a range; what is rendered is read back."""
    ranged = {
        **PRODUCT,
        "sku": "PSN",
        "name": " \u30ab\u30fc\u30c9 ",
        "prices": {"min": 1, "max": 10_000_000},
        "new": {},
    }
    products = vendor_catalogue(_catalogue(PRODUCT, ranged))
    assert products == (
        Product("STEAM-EU", "Steam", "EUR", (500, 2500)),
        Product("PSN", "\u30ab\u30fc\u30c9", "EUR", PriceRange(1, 10_000_000)),
    )
    assert vendor_catalogue(render_catalogue(products)) == products
    assert vendor_catalogue(_catalogue()) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"sku": ""},
        {"sku": "A\n"},
        {"sku": "\u0661"},
        {"sku": None},
        {"name": ""},
        {"name": "  "},
        {"name": "a\u0000"},
        {"name": "a\u202eb"},
        {"name": "\ud800"},
        {"currency": "EUR\n"},
        {"currency": "eur"},
        {"prices": []},
        {"prices": [0]},
        {"prices": [10_000_001]},
        {"prices": [1.5]},
        {"prices": [True]},
        {"prices": ["500"]},
        {"prices": [500] * 21},
        {"prices": {"min": 2, "max": 1}},
        {"prices": {"min": 1}},
        {"prices": 10**400},
    ],
)
def test_refuses_products(change: dict[str, object]) -> None:
    """One bad field refuses the catalogue: a wrong price is worse than a late one."""
    with pytest.raises(CatalogueError):
        vendor_catalogue(_catalogue({**PRODUCT, **change}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>504</html>",
        b"NaN",
        b"[" * 100_000,
        b'{"vendor":' + b"[" * 900 + b"]" * 900 + b',"products":[]}',
        b'{"vendor":"v","products":[1e400]}',
        b'{"vendor":"v","products":[],"products":[]}',
        _catalogue(PRODUCT, PRODUCT),
        _catalogue(*[PRODUCT] * 1001),
    ],
)
def test_refuses(data: bytes) -> None:
    """What is no catalogue gives the declared error."""
    with pytest.raises(CatalogueError):
        vendor_catalogue(data)


def test_the_largest_catalogue_takes_no_seconds() -> None:
    """Everything that the schema allows is read within about the default budget (0.4 s where it was measured)."""
    data = _catalogue(*[{**PRODUCT, "sku": f"S{number}", "prices": list(range(1, 21))} for number in range(1000)])
    start = time.process_time()
    assert len(vendor_catalogue(data)) == 1000
    assert time.process_time() - start < 2


def test_a_document_wrong_all_over_is_refused_at_once() -> None:
    """The time to refuse does not grow with the number of faults."""
    start = time.process_time()
    with pytest.raises(CatalogueError):
        vendor_catalogue(b'{"vendor":"v","products":[' + b"{}," * 999 + b"{}]}")
    assert time.process_time() - start < 0.5
