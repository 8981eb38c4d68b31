"""What is wrong with a document, for a person."""

from collections.abc import Iterator

import click

from advisor.lint.finding import Finding, Report

COLOURS = {"error": "red", "warning": "yellow"}


def text(report: Report, *, strict: bool) -> str:
    """Return the findings, what is accepted, and the verdict."""
    return "\n".join([*_findings(report), *_accepted(report), _verdict(report, strict=strict)])


def _findings(report: Report) -> Iterator[str]:
    for one in report.findings:
        severity = click.style(one.severity, fg=COLOURS[one.severity], bold=True)
        yield f"{_place(one)}  {severity}  {one.message}"
        rule = f"{one.rule} at {one.pointer or '/'}"
        yield f"    {click.style(rule, fg='bright_black')}"
        yield f"    {one.mend}"


def _accepted(report: Report) -> Iterator[str]:
    for one in report.accepted:
        yield f"{_place(one.finding)}  {click.style('accepted', fg='bright_black')}  {one.finding.message}"
        yield f"    because: {one.reason}"


def _place(one: Finding) -> str:
    return click.style(f"{one.file}:{one.line}:{one.column}", bold=True)


def _verdict(report: Report, *, strict: bool) -> str:
    counts = f"{_counted(report.count('error'), 'error')}, {_counted(report.count('warning'), 'warning')}"
    if report.accepted:
        counts += f", {len(report.accepted)} accepted"
    good = not report.fails(strict=strict)
    verdict = click.style("valid" if good else "not valid", fg="green" if good else "red", bold=True)
    return f"{report.file}: {verdict} ({counts}; {len(report.rules)} rules)"


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
