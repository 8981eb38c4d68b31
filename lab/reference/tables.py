"""Tables as Markdown has them."""

from collections.abc import Iterable, Sequence


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells may hold Markdown, and a bar in them is a bar."""
    lines = [_line(titles), _line(["---"] * len(titles)), *map(_line, rows)]
    return "\n".join(lines)


def code(text: str) -> str:
    """Return `text` as code, or nothing for nothing."""
    return f"`{text}`" if text else ""


def _line(cells: Sequence[str]) -> str:
    told = " | ".join(cell.replace("|", "\\|") for cell in cells)
    return f"| {told} |"
