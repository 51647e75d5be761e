"""A card vendor's catalogue, checked by the JSON Schema that the vendor publishes, on the jsonschema library.

The schema says what a document looks like; what a schema cannot say (a range that is empty, a product listed twice) the
parser checks after it. The rest of the shop sees frozen dataclasses, never the document.
"""

import json
from dataclasses import dataclass
from typing import Any

import jsonschema

from fuzzlab import formats, oracles, target
from targets import strict_json


class CatalogueError(ValueError):
    """The document is no catalogue."""


MAX_MINOR = 10_000_000
"""In cents: no card is worth more than 100,000 of anything."""

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["vendor", "products"],
    "properties": {
        "vendor": {"type": "string", "minLength": 1, "maxLength": 64},
        # The limits keep the largest page below half a second of CPU: jsonschema checks about 50,000 numbers a second.
        # No uniqueItems: jsonschema compares objects pairwise, which takes seconds for a few thousand of them.
        "products": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/$defs/product"}},
    },
    "$defs": {
        "minor": {"type": "integer", "minimum": 1, "maximum": MAX_MINOR},
        "product": {
            "type": "object",
            "required": ["sku", "name", "currency", "prices"],
            "properties": {
                # `$` also matches before a final line break in Python, `$(?!\n)` does not, in any dialect.
                "sku": {"type": "string", "maxLength": 40, "pattern": "^[A-Z0-9][A-Z0-9-]*$(?!\\n)"},
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "currency": {"type": "string", "maxLength": 3, "pattern": "^[A-Z]{3}$"},
                "prices": {
                    "oneOf": [
                        {"type": "array", "minItems": 1, "maxItems": 20, "items": {"$ref": "#/$defs/minor"}},
                        {
                            "type": "object",
                            "required": ["min", "max"],
                            "properties": {"min": {"$ref": "#/$defs/minor"}, "max": {"$ref": "#/$defs/minor"}},
                        },
                    ]
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Any whole number of cents from `minimum` to `maximum`, both included."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Product:
    """One card that can be ordered. `prices` are in cents of `currency`: the only ones, ascending, or a range."""

    sku: str
    name: str
    currency: str
    prices: tuple[int, ...] | PriceRange


def render_catalogue(products: tuple[Product, ...]) -> bytes:
    """Write a catalogue as the vendor would."""
    listed = [
        {
            "sku": product.sku,
            "name": product.name,
            "currency": product.currency,
            "prices": {"min": product.prices.minimum, "max": product.prices.maximum}
            if isinstance(product.prices, PriceRange)
            else list(product.prices),
        }
        for product in products
    ]
    return json.dumps({"vendor": "rendered", "products": listed}).encode()


@target(
    format=formats.json(SCHEMA),
    allow=CatalogueError,
    oracles=[oracles.round_trip(render_catalogue), oracles.storable("utf-8", "json")],
)
def vendor_catalogue(data: bytes) -> tuple[Product, ...]:
    """Read one catalogue."""
    return parse_catalogue(data)


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def parse_catalogue(data: bytes) -> tuple[Product, ...]:
    """Read a vendor's catalogue.

    Args:
        data: a JSON document that SCHEMA describes.

    Returns:
        Its products in their order.

    Raises:
        CatalogueError: no JSON, not of that shape, an empty range, a name that cannot be shown, a product listed twice.
    """
    try:
        # The depth is bounded here, before jsonschema: its messages hold the repr() of what is wrong, which recurses.
        document: Any = strict_json.loads(data, max_depth=16)
    except strict_json.StrictJSONError as error:
        raise CatalogueError(str(error)) from error
    # The first error only: best_match() would collect and weigh every one of a document that is wrong all over.
    fault = next(VALIDATOR.iter_errors(document), None)
    if fault is not None:
        place = "/".join(map(str, fault.absolute_path)) or "the document"
        raise CatalogueError(f"{place} breaks the schema's {fault.validator!r}")
    products: dict[str, Product] = {}
    for item in document["products"]:
        product = _product(item)
        if products.setdefault(product.sku, product) is not product:
            raise CatalogueError(f"the product {product.sku} is listed twice")
    return tuple(products.values())


def _product(item: dict[str, Any]) -> Product:
    """Build one product from an item that fits the schema.

    Raises:
        CatalogueError: what the schema cannot say.
    """
    name = item["name"].strip()
    if not name or not name.isprintable():
        raise CatalogueError(f"the name of {item['sku']} cannot be shown")
    prices = item["prices"]
    if isinstance(prices, dict):
        if prices["min"] > prices["max"]:
            raise CatalogueError(f"the prices of {item['sku']} are an empty range")
        return Product(item["sku"], name, item["currency"], PriceRange(prices["min"], prices["max"]))
    return Product(item["sku"], name, item["currency"], tuple(sorted(set(prices))))
