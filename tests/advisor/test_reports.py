"""Claims about reports for programs."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from advisor.lint.formats import data, junit
from tests.support.calm_documents import changed, report


def _wrong(document: Any) -> None:
    document["nodes"][1]["metadata"]["runbook"] = "go\x00ne <&>.md"
    document["relationships"][1]["protocol"] = "SMTP"


def test_data_holds_every_finding_with_its_place(tmp_path: Path) -> None:
    """And the verdict, to the strict and to others."""
    found = data(report(tmp_path, changed(_wrong)), strict=False)
    assert (found["ok"], found["errors"], found["warnings"]) == (False, 1, 1)
    assert {"file", "line", "column", "pointer", "severity", "rule", "message", "mend"} == set(found["findings"][0])
    assert data(report(tmp_path, changed(lambda _: None)), strict=True)["ok"]


def test_junit_is_xml_with_a_case_for_each_rule(tmp_path: Path) -> None:
    """A warning fails its case for the strict alone; whatever is in a document, the XML is well-formed."""
    found = report(tmp_path, changed(_wrong))
    for strict, failures in ((False, {"json-schema"}), (True, {"json-schema", "link-there"})):
        suite = ElementTree.fromstring(junit(found, strict=strict))  # noqa: S314 -- ours
        assert suite.attrib["tests"] == str(len(found.rules))
        assert suite.attrib["failures"] == str(len(failures))
        assert {case.attrib["name"] for case in suite if case.find("failure") is not None} == failures
    told = junit(found, strict=False)
    assert "<system-out>" in told
    assert "\x00" not in told
