"""packaging.requirements.Requirement (packaging.pypa.io, "Requirements").

- Errors: "Raises InvalidRequirement on a badly-formed requirement string".
- `idempotent`: what str() gives is the same requirement again, an invariant whose breaches its maintainers mend
  (pypa/packaging, pull request 1213).
"""

from packaging.requirements import InvalidRequirement, Requirement

from fuzzlab import formats, oracles, target


@target(format=formats.text(max_size=512), allow=InvalidRequirement, oracles=[oracles.idempotent()])
def packaging_requirement(text: str) -> str:
    """Read a requirement."""
    return str(Requirement(text))
