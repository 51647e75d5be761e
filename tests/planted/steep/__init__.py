"""Parsers whose cost grows too fast: only the growth of inputs shows it, for no input in a campaign is that large."""
