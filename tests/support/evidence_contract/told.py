"""Evidence that has been told a story, as the contract's cases get it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from observability.evidence.evidence import Evidence
from observability.evidence.model import TraceQuery, Window
from tests.support.evidence_contract.story import Story


class Told(NamedTuple):
    """Evidence that knows a story; `ring` tells it one more thing."""

    evidence: Evidence
    story: Story
    ring: Callable[[], Awaitable[None]]


async def traces_of(told: Told, wanted: TraceQuery, window: Window | None = None) -> list[int]:
    """Return the numbers of the orders whose traces fit."""
    page = await told.evidence.traces(wanted, window or told.story.window)
    return [int(trace.trace_id[:2], 16) - 0xA0 for trace in page.items]
