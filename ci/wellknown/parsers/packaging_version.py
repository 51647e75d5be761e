"""packaging.version.Version (packaging.pypa.io, "Version Handling").

- Errors: InvalidVersion, "Raised when a version string is not a valid version".
- `idempotent`: str() gives "A string representation of the version that can be round-tripped" (Version.__str__).
- `storable`: the normal form is ASCII letters, digits and `.!+` (PEP 440, "Normalization").
"""

from packaging.version import InvalidVersion, Version

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=128),
    allow=InvalidVersion,
    oracles=[
        oracles.idempotent(),
        oracles.storable("utf-8", "json", "postgresql", "log", "csv", "html", "html-attribute", "url", "http-header"),
    ],
)
def packaging_version(text: str) -> str:
    """Read a version."""
    return str(Version(text))
