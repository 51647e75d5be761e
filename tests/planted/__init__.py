"""Parsers with one bug each, which the engines must find: exactly these, and no others.

A module a bug: the target, `SEEDS` (ordinary inputs, as a team would have them) and the `SIGNATURE` of the bug.
"""
