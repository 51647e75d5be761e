"""A run as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from fuzzlab.reports.junit import junit
from tests.reports.runs import golden, hostile_run, run


def test_golden(*, rewrite: bool) -> None:
    """An item for each target and engine, and for each finding: failed, accepted (skipped), fixed (passed)."""
    golden("junit.xml", junit(run()), rewrite=rewrite)


def test_counts() -> None:
    """What the elements say of their sums is what they hold."""
    root = ET.fromstring(junit(run()))  # noqa: S314 - our own
    for element in (root, *root.iter("testsuite")):
        items = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(items) > 0
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(name, "")) == sum(item.find(tag) is not None for item in items)
    assert [item.get("name", "").split()[0] for item in root.iter("testcase")] == ["coverage"] * 7


def test_hostile_texts_are_inert() -> None:
    """A parser of XML takes it: no control, no surrogate, no element and no CDATA of anybody else's."""
    text = junit(hostile_run())
    root = ET.fromstring(text)  # noqa: S314 - our own
    known = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "system-err"}
    assert {element.tag for element in root.iter()} == known
    for element in root.iter():
        for part in (element.text or "", element.tail or "", *element.attrib.values()):
            assert all(line.isprintable() for line in part.splitlines()), ascii(part)
            assert "::" not in part
            assert "##[" not in part
    assert "<script" not in text
    assert "<![CDATA[" not in text
    assert "]]>" not in text
