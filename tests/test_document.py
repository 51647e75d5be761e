"""The JSON document of a run."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.document import RunDocument, finding_document, run_document
from fuzzlab.events import TargetResult
from fuzzlab.verdict import Finding, Outcome, Verdict

TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.binary(max_size=20))
def test_any_finding_can_be_written(exception: str, message: str, place: str, path: str, data: bytes) -> None:
    """Lone surrogates and controls survive as JSON text that every parser reads; an unsaved input is there whole."""
    finding = Finding("pin", Verdict(Outcome.CRASH, exception, message, "", place), data, path=path)
    text = run_document([TargetResult(name="pin", findings=(finding,))], exit_code=1, seconds=0.5).model_dump_json()
    text.encode("utf-8")
    document = RunDocument.model_validate(json.loads(text))
    (written,) = document.targets[0].findings
    assert written.input_size == len(data)
    assert (base64.b64decode(written.input_base64) == data) if written.input_base64 is not None else path


def test_the_shape() -> None:
    """The fields are those of the design, in its order, and behind them those that came later."""
    result = TargetResult(name="pin", executions=10, seconds=2.0, accepted=1, rejected=9, coverage=3, corpus_size=4)
    document = run_document([result], exit_code=0, seconds=1.234).model_dump()
    assert list(document) == ["version", "exit_code", "seconds", "targets"]
    assert list(document["targets"][0]) == [
        "name", "executions", "executions_per_second", "accepted", "rejected", "coverage", "corpus_size",
        "worker_restarts", "findings", "fixed", "outdated", "steepest",
    ]  # fmt: skip
    assert document["targets"][0]["executions_per_second"] == 5.0
    finding = finding_document(Finding("pin", Verdict(Outcome.CRASH), b"x", path="p")).model_dump()
    assert {"id", "outcome", "signature", "exception", "message", "location", "status", "input_file", "input_size",
            "found_after_seconds", "found_after_executions"} <= set(finding)  # fmt: skip
