"""The last run as one self-contained HTML file: no script, no network, everything escaped by the template engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2

from fuzzlab.card import cause_line, frame_lines, history_lines, sentence
from fuzzlab.document import RunDocument
from fuzzlab.errors import UserError
from fuzzlab.escape import escaped, hex_dump, shown_input
from fuzzlab.files import write_atomically
from fuzzlab.verdict import Finding

__all__ = ["write_html"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("fuzzlab", "reports"), autoescape=True, undefined=jinja2.StrictUndefined
)


def write_html(path: Path, run: RunDocument, findings: Sequence[Finding]) -> None:
    """Write the report.

    Raises:
        UserError: the file cannot be written.
    """
    cards = [
        {
            "finding": finding,
            "sentence": sentence(finding.verdict),
            "input": shown_input(finding.data),
            "hex": "\n".join(hex_dump(finding.data)),
            "frames": [*frame_lines(finding.verdict), *map(cause_line, finding.verdict.causes)],
            "history": list(history_lines(finding)),
        }
        for finding in findings
    ]
    text = _TEMPLATES.get_template("report.html").render(run=run, cards=cards, shown=escaped)
    try:
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
