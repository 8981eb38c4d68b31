"""What a rule is, and what it is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from advisor.calm.model import Architecture
from advisor.calm.schemas import Schemas
from advisor.lint.finding import Severity


@dataclass(frozen=True)
class Said:
    """What is wrong at a JSON pointer, and how it is mended."""

    pointer: str
    message: str
    mend: str


@dataclass(frozen=True)
class Case:
    """A document, the folder that its links start from, and the schemas."""

    architecture: Architecture
    root: Path
    schemas: Schemas

    @property
    def folder(self) -> Path:
        """Where the document lies."""
        return self.architecture.source.path.parent


@dataclass(frozen=True)
class Rule:
    """One rule. `origin`: the official validator has it as well, with the same severity, or it is ours."""

    name: str
    severity: Severity
    origin: Literal["official", "ours"]
    summary: str
    check: Callable[[Case], Iterable[Said]]
