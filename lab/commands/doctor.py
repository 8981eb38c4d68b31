"""`lab doctor`: what is wrong with this machine, and what to do about it."""

from dataclasses import asdict, replace

import click

from lab import console
from lab.checks import Finding, all_checks
from lab.home import Home
from lab.site import DEFAULT_BASE

MARKS = {"good": ("✓", "green"), "doubtful": ("!", "yellow"), "bad": ("✗", "red")}


@click.command()
@console.home
@click.option(
    "--port-base", type=int, default=DEFAULT_BASE, show_default=True, metavar="P", help="First port to check."
)
@console.as_json
@click.pass_context
def command(context: click.Context, home: Home, port_base: int, *, as_json: bool) -> None:
    """Check what a lab needs; say what is wrong and what to do. Exit code 2 when something is."""
    findings = [_at_home(check(), home) for check in all_checks(home, port_base)]
    healthy = all(finding.verdict != "bad" for finding in findings)
    told = {"healthy": healthy, "checks": [asdict(finding) for finding in findings]}
    console.show(told, lambda: "\n".join(map(_line, findings)), as_json=as_json)
    context.exit(0 if healthy else 2)


def _at_home(finding: Finding, home: Home) -> Finding:
    return replace(finding, todo=console.pasteable(console.at_home(finding.todo, home)))


def _line(finding: Finding) -> str:
    mark, colour = MARKS[finding.verdict]
    todo = f"\n               → {finding.todo}" if finding.todo else ""
    return f"{click.style(mark, fg=colour)} {finding.check:12} {finding.what}{todo}"
