"""Parsers whose cost is high, or grows nearly too fast: what must not be reported."""
