"""Figures with goals: what a benchmark tells besides its own report, so that all of them fit into one table."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what we promise of it: at most `goal`, or at least so much."""

    what: str
    value: float
    unit: str
    """`s`, `MB`, `ms`, `ns`, `%`; empty for a ratio."""
    goal: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> tuple[str, str, str, str]:
        """Return what, value, goal and verdict as text."""
        bound = "≥" if self.at_least else "≤"
        return self.what, self._text(self.value), f"{bound} {self._text(self.goal)}", "met" if self.met else "MISSED"

    def _text(self, value: float) -> str:
        return f"{value:.3g} {self.unit}".rstrip() if abs(value) < 1000 else f"{value:.0f} {self.unit}"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the option that every benchmark has: `--figures FILE`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, metavar="FILE", help="write the figures that have goals there, as JSON")
    return parser


def write(figures: Iterable[Figure], file: Path | None) -> None:
    """Write `figures` for whoever started the benchmark."""
    if file is not None:
        file.write_text(json.dumps([asdict(figure) for figure in figures]))


def read(file: Path) -> list[Figure]:
    """Return what a benchmark has written."""
    return [Figure(**figure) for figure in json.loads(file.read_text())]
