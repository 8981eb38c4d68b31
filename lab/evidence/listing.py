"""Tables: drawn on a terminal, and one line per record in a pipe."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Column:
    """How one column is set."""

    title: str
    right: bool = False
    gives_way: bool = False
    """Whether it is cut where the terminal is too narrow; the others are not."""


@dataclass(frozen=True)
class Cell:
    """Text with a style that rich knows; a pipe gets the text."""

    text: str
    style: str = ""


Row = Sequence[str | Cell]


def listed(columns: Sequence[Column], rows: Sequence[Row]) -> "RenderableType":
    """Return a table for where the output goes."""
    return drawn(columns, rows) if sys.stdout.isatty() else lines(columns, rows)


def lines(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return one line for the titles and one for each row, columns aligned; blanks within a cell are single."""
    table = [[column.title for column in columns], *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(row, widths, columns, strict=True)
        ).rstrip()
        for row in table
    )


def drawn(columns: Sequence[Column], rows: Sequence[Row]) -> "RenderableType":
    """Return a table that fits a terminal."""
    from rich.table import Table  # noqa: PLC0415 -- not needed in a pipe
    from rich.text import Text  # noqa: PLC0415 -- as above

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black", pad_edge=False)
    for column in columns:
        shrinks = {"overflow": "ellipsis"} if column.gives_way else {}
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=True,
            min_width=None if column.gives_way else _width(column, columns, rows),
            **shrinks,  # type: ignore[arg-type]
        )
    for row in rows:
        table.add_row(*(Text(cell.text, cell.style) if isinstance(cell, Cell) else Text(cell) for cell in row))
    return table


def _width(column: Column, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    place = list(columns).index(column)
    return max(len(column.title), *(len(_text(row[place])) for row in rows)) if rows else len(column.title)


def _text(cell: str | Cell) -> str:
    return (cell.text if isinstance(cell, Cell) else cell).replace("\n", "\\n")
