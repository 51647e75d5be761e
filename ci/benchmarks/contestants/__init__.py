"""The contestants of `ci/bench bugs`: each a process that fuzzes one entry and writes what it found, and when."""
