"""pygeoif.from_wkt: WKTParserError, an AttributeError, for a text that is no geometry.

ValueError and InvalidGeometryError for one whose coordinates are none.
"""

from __future__ import annotations

import pygeoif
from pygeoif.exceptions import InvalidGeometryError, WKTParserError

REQUIREMENT = "pygeoif==1.6.0"
MODULES = ("pygeoif",)
FORMAT = "text"
ALLOWED = (ValueError, InvalidGeometryError, WKTParserError)
SEEDS = (
    b"POINT (30 10)",
    b"SRID=4326;POLYGON ((35 10, 45 45, 15 40, 35 10), (20 30, 35 35, 30 20, 20 30))",
    b"GEOMETRYCOLLECTION(POINT(4 6),LINESTRING(4 6,7 10))",
    b"MULTIPOINT ((10 40), (40 30))",
)


def run(data: bytes) -> None:
    """Read a geometry and look at it."""
    geometry = pygeoif.from_wkt(data.decode("utf-8", "replace"))
    if geometry is not None:
        _ = geometry.wkt, geometry.bounds, geometry.is_empty, geometry.__geo_interface__
