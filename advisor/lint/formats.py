"""Reports for programs: JSON, and JUnit XML for those who show test results."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from typing import Any

from advisor.lint.finding import Finding, Report

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def data(report: Report, *, strict: bool) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "file": report.file,
        "ok": not report.fails(strict=strict),
        "strict": strict,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "findings": [asdict(finding) for finding in report.findings],
        "accepted": [{"reason": one.reason, **asdict(one.finding)} for one in report.accepted],
    }


def junit(report: Report, *, strict: bool) -> str:
    """Return a report as JUnit XML: one test case per rule. A warning fails its case only for the strict."""
    cases = [(rule, [one for one in report.findings if one.rule == rule]) for rule in report.rules]
    failed = sum(any(_fails(one, strict=strict) for one in found) for _, found in cases)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuite name={_quoted(report.file)} tests="{len(cases)}" failures="{failed}" errors="0">')
    for rule, found in cases:
        lines += _case(report.file, rule, found, strict=strict)
    return "\n".join([*lines, "</testsuite>"])


def _case(file: str, rule: str, found: list[Finding], *, strict: bool) -> Iterator[str]:
    failing = [one for one in found if _fails(one, strict=strict)]
    others = [one for one in found if one not in failing]
    yield f"  <testcase classname={_quoted(file)} name={_quoted(rule)}>"
    if failing:
        text = "\n".join(map(line, failing))
        yield f"    <failure type={_quoted(failing[0].severity)} message={_quoted(failing[0].message)}>"
        yield f"{_clean(text)}</failure>"
    if others:
        yield f"    <system-out>{_clean(chr(10).join(map(line, others)))}</system-out>"
    yield "  </testcase>"


def line(finding: Finding) -> str:
    """Return a finding in one line."""
    where = f"{finding.file}:{finding.line}:{finding.column} {finding.pointer or '/'}"
    return f"{where} {finding.severity} {finding.rule}: {finding.message} {finding.mend}"


def _fails(finding: Finding, *, strict: bool) -> bool:
    return strict or finding.severity == "error"


def _quoted(text: str) -> str:
    return f'"{_clean(text)}"'


def _clean(text: str) -> str:
    return escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))
