"""Parsers that everybody uses, as a project of its own; `docs/findings.md` argues what was found."""
