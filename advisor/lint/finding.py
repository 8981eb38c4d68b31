"""What a rule has found."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where, and how it is mended. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    pointer: str
    severity: Severity
    rule: str
    message: str
    mend: str


@dataclass(frozen=True)
class Accepted:
    """A finding that the document itself says it lives with, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Report:
    """All that was found in a file and what belongs to it, by place."""

    file: str
    rules: tuple[str, ...]
    """Names of the rules that were asked."""
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings there are of one severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def fails(self, *, strict: bool) -> bool:
        """Say whether it is not good enough; to the strict a warning is too much."""
        return bool(self.count("error") or (strict and self.findings))
