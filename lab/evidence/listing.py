"""Tables: drawn on a terminal, and one line per record in a pipe."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Column:
    """How one column is set."""

    title: str
    right: bool = False
    gives_way: bool = False
    """Whether it is cut where the terminal is too narrow; the others are not."""
    only_drawn: bool = False
    """Whether a pipe does without it."""


@dataclass(frozen=True)
class Cell:
    """Text with a style that rich knows; a pipe gets the text."""

    text: str
    style: str = ""
    short: str = ""
    """What a terminal gets instead, where there is something shorter that will do."""


Row = Sequence[str | Cell]


def listed(columns: Sequence[Column], rows: Sequence[Row]) -> "RenderableType":
    """Return a table for where the output goes."""
    return drawn(columns, rows) if sys.stdout.isatty() else lines(columns, rows)


def lines(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return one line for the titles and one for each row, columns aligned; blanks within a cell are single."""
    told = [place for place, column in enumerate(columns) if not column.only_drawn]
    table = [[columns[place].title for place in told], *([_text(row[place]) for place in told] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    sides = [">" if columns[place].right else "<" for place in told]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in table
    )


def drawn(columns: Sequence[Column], rows: Sequence[Row]) -> "RenderableType":
    """Return a table that fits a terminal."""
    from rich.table import Table  # noqa: PLC0415 -- not needed in a pipe
    from rich.text import Text  # noqa: PLC0415 -- as above

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black", pad_edge=False)
    cells = [[_styled(cell) for cell in row] for row in rows]
    for place, column in enumerate(columns):
        needs = max(len(column.title), *(len(row[place][0]) for row in cells)) if cells else len(column.title)
        least = None if column.gives_way else needs
        justify: Literal["right", "left"] = "right" if column.right else "left"
        # Rich takes room from columns that may wrap; their texts do not.
        table.add_column(column.title, justify=justify, no_wrap=not column.gives_way, min_width=least)
    for row in cells:
        table.add_row(*(Text(text, style, no_wrap=True, overflow="ellipsis") for text, style in row))
    return table


def _styled(cell: str | Cell) -> tuple[str, str]:
    return (cell.short or cell.text, cell.style) if isinstance(cell, Cell) else (cell, "")


def _text(cell: str | Cell) -> str:
    return (cell.text if isinstance(cell, Cell) else cell).replace("\n", "\\n")
