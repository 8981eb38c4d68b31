"""A feed of which only the spans count."""

from collections.abc import Iterable
from typing import Any

from observability.evidence.model import Exemplar, Labels, LogRecord, Span
from observability.evidence.store.buffer import Buffer
from tests.support.evidence_contract.feeding import add_spans


class SpansOnly:
    """Puts spans into a buffer, and forgets all else."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    def expose(self, metric: str, labels: Labels, points: Iterable[tuple[float, Any]]) -> None:
        """Forget it."""

    def measure(self, *exemplars: Exemplar) -> None:
        """Forget them."""

    def record(self, *spans: Span) -> None:
        """Take spans."""
        add_spans(self._buffer, spans)

    def log(self, *records: LogRecord) -> None:
        """Forget them."""

    async def settled(self) -> None:
        """It is at once."""
