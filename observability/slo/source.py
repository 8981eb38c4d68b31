"""What judging rules needs of the evidence; `Evidence` has it, and so has less in a test."""

from typing import Protocol

from observability.evidence.model import Range, Sample, Selector, Window


class Source(Protocol):
    """The methods mean what they mean in `Evidence`."""

    async def now(self) -> float:
        """Return the time of the store."""

    async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:
        """Return the latest value of every series."""

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return what `instant` would say, every `step_s` of a window."""

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return by how much counters rose, per series or group."""
