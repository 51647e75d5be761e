"""Real parsers in pinned releases, with violations known; `ci/benchmarks/entry.py` says what an entry holds."""
