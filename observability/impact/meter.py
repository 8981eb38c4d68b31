"""The meter: looks at evidence and databases, and presents the bill."""

import asyncio

from observability.evidence.errors import EvidenceError
from observability.evidence.evidence import Evidence
from observability.evidence.model import Window
from observability.impact.books import Books
from observability.impact.case import Case
from observability.impact.invariants import INVARIANTS
from observability.impact.judging import agreed, can_be_judged, damages, needs_confirmation
from observability.impact.model import Impact, Patience, Signals
from observability.impact.signals import signals
from observability.impact.snapshot import Snapshot
from observability.impact.tally import impact

BETWEEN_LOOKS_S = 1.0


class Meter:
    """Measures what it costs. Without `evidence` the databases still tell of orders, money and stock."""

    def __init__(
        self,
        books: Books,
        evidence: Evidence | None = None,
        patience: Patience | None = None,
        between_looks_s: float = BETWEEN_LOOKS_S,
    ) -> None:
        self._books = books
        self._evidence = evidence
        self._patience = patience or Patience()
        self._between_looks_s = between_looks_s

    async def measure(self, since_s: float | None = None, evidence_since_s: float = 0.0) -> Impact:
        """Return the bill since a moment, or of all that the databases hold; what cannot be seen is missing.

        Evidence from before `evidence_since_s` is about orders that the databases do not know any more.
        """
        told = await self._signals(max(since_s or 0.0, evidence_since_s))
        seen = told if isinstance(told, Signals) else None
        # After the evidence: whatever it tells of is in the databases by now.
        case = await self._look(seen)
        found = damages(case)
        if needs_confirmation(found):
            await asyncio.sleep(self._between_looks_s)
            found = agreed(found, damages(await self._look(seen)))
        window = Window(_start(since_s, evidence_since_s, case.snapshot), case.snapshot.taken_at_s)
        missing = [] if isinstance(told, Signals) else [told]
        return impact(case, found, window, seen, (*missing, *_unseen(case)))

    async def _look(self, seen: Signals | None) -> Case:
        snapshot = await asyncio.to_thread(self._books.look)
        return Case(snapshot, self._patience, seen.accepted if seen else {})

    async def _signals(self, since_s: float) -> Signals | str:
        """Return what the store tells, or why it does not."""
        without = "without it nobody counts the requests that failed"
        if self._evidence is None:
            return f"There is no evidence store: {without}."
        try:
            return await signals(self._evidence, Window(since_s, await self._evidence.now()))
        except EvidenceError as error:
            return f"{error} Until it does, nobody counts the requests that failed."


def _start(since_s: float | None, evidence_since_s: float, snapshot: Snapshot) -> float:
    if since_s is not None:
        return since_s
    earliest = [order.placed_at_s for order in snapshot.orders.values()]
    return min(earliest + ([evidence_since_s] if evidence_since_s else []), default=snapshot.taken_at_s)


def _unseen(case: Case) -> list[str]:
    """Return what could not be read, and what is therefore not known."""
    reasons = [f"{why[0].upper()}{why[1:]}." for why in case.snapshot.missing.values()]
    unknown = [f"“{each.says}”" for each in INVARIANTS if not can_be_judged(each, case)]
    return [*reasons, f"It is not known whether {', '.join(unknown)}."] if unknown else reasons
