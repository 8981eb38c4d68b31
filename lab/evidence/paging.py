"""Results that are longer than a page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from observability.evidence.model import Page

Item = TypeVar("Item")
AT_ONCE = 1000
"""As many as the store gives in one answer."""


@dataclass(frozen=True)
class Pages(Generic[Item]):
    """Items of several pages."""

    items: tuple[Item, ...]
    cursor: str | None


async def gathered(
    page: Callable[[int, str | None], Awaitable[Page[Item]]], limit: int | None, cursor: str | None = None
) -> Pages[Item]:
    """Return `limit` items, or all; `page` is asked for so many, from a cursor on."""
    items: list[Item] = []
    while limit is None or len(items) < limit:
        most = AT_ONCE if limit is None else min(AT_ONCE, limit - len(items))
        found = await page(most, cursor)
        items += found.items
        cursor = found.cursor
        if cursor is None:
            break
    return Pages(tuple(items), cursor)
