"""geojson.loads: ValueError for what is no geometry; its validation returns errors, it does not raise."""

from __future__ import annotations

import json

import geojson

REQUIREMENT = "geojson==3.3.0"
MODULES = ("geojson",)
FORMAT = "json"
ALLOWED = (ValueError,)
SEEDS = (
    b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1.5, 2]}, "properties": {"a": null}}',
    b'{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}',
    b'{"type": "GeometryCollection", "geometries": [{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}]}',
)


def run(data: bytes) -> None:
    """Read an object, look for errors, and list its coordinates."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return
    value = geojson.loads(data.decode("utf-8", "replace"))
    if isinstance(value, geojson.GeoJSON):
        value.errors()
        list(geojson.utils.coords(value))
