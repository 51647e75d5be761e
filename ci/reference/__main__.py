"""Write the pages: python -m ci.reference FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from ci.reference import commands, configuration, documents, events, interface

PAGES = {
    "cli": commands.page,
    "configuration": configuration.page,
    "events": events.page,
    "json": documents.page,
    "interface": interface.page,
}


def write(folder: Path) -> None:
    """Write each page, where its text has changed: an unchanged file is not built again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        path, text = folder / f"{name}.md", page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
