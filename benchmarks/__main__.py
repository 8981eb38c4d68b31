"""All benchmarks in turn, and their figures in one table: `python -m benchmarks [NAME …]`, `make bench`."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import figures
from benchmarks.figures import Figure

WIDTH = 110
BENCHMARKS = (
    "start",
    "memory",
    "checkout",
    "telemetry_chain",
    "telemetry_micro",
    "inject_latency",
    "lab_latency",
    "caretaker",
    "switch_read",
    "actions_off",
    "sqlite_statement",
    "proxy",
    "evidence_cost",
    "evidence_ingest",
    "evidence_queries",
    "evidence_tenfold",
)
"""Modules of this package, each run in a process of its own."""


def run(name: str, folder: Path) -> list[Figure]:
    """Run one benchmark, which reports for itself; return its figures, none when it failed."""
    file = folder / f"{name}.json"
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--figures", str(file)], check=False)
    return figures.read(file) if done.returncode == 0 else []


def main() -> None:
    """Measure and print. The exit code is 1 when a benchmark failed; a goal that is missed is a figure like another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    console, table, failed = Console(width=WIDTH), Table(box=None, header_style="bold"), []
    for title in ("what", "measured", "goal", ""):
        table.add_column(title, no_wrap=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            console.rule(name, align="left")
            if not (found := run(name, Path(folder))):
                failed.append(name)
            for figure in found:
                table.add_row(*figure.row(), style=None if figure.met else "red")
    console.rule("all", align="left")
    console.print(table)
    if failed:
        console.print(f"failed: {', '.join(failed)}", style="red")
        sys.exit(1)


if __name__ == "__main__":
    main()
