"""Reconciliation with the card network: what it has taken for an order, against the one charge that an order has."""

from dataclasses import dataclass
from typing import Any

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.client import Neighbour
from services.payment.errors import NO_ANSWER

LEDGER = "/card/ledger"
ENTRIES, PAGES = 500, 20
"""Of the ledger, per page and per round."""
REMEMBERED = 20_000
"""Orders; what comes later about an earlier one is not told."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Charge:
    captures: int = 0
    largest_cents: int = 0
    net_cents: int = 0

    @property
    def excess_cents(self) -> int:
        return max(0, self.net_cents - self.largest_cents) if self.captures > 1 else 0


class Reconciliation:
    """Reads the card network's ledger from where it was left.

    It asks beside breaker and slots: whether books can be compared must not decide on whether payments are made.
    """

    def __init__(self, provider: Neighbour, telemetry: Telemetry) -> None:
        self._provider = provider.once(guarded=False)
        self._charges: dict[str, _Charge] = {}
        self._excess: dict[str, int] = {}
        self._after = 0
        self._seen: set[str] = set()
        self._gauge = telemetry.metrics.gauge(vocabulary.CHARGES_EXCESS)

    async def go_on(self) -> None:
        """Take in what is new, and tell how many cents were taken that no order owes."""
        try:
            for _ in range(PAGES):
                if await self._read_page():
                    break
        except NO_ANSWER as error:
            log.info("reconciliation.postponed", reason=error.detail)
        self._gauge.set(sum(self._excess.values()))

    async def _read_page(self) -> bool:
        """Take in one page; return whether it was the last one, which is read again when there is more."""
        page = await self._provider.get(LEDGER, {"after": self._after, "limit": ENTRIES}, route=LEDGER)
        for entry in page["entries"]:
            if entry["entry_id"] not in self._seen:
                self._take_in(entry)
        if page["next_after"] is None:
            self._seen = {entry["entry_id"] for entry in page["entries"]}
            return True
        self._after, self._seen = page["next_after"], set()
        return False

    def _take_in(self, entry: dict[str, Any]) -> None:
        order_id, cents = entry["reference"], entry["amount_cents"]
        charge = self._charges.setdefault(order_id, _Charge())
        match entry["kind"]:
            case "capture":
                charge.captures += 1
                charge.largest_cents = max(charge.largest_cents, cents)
                charge.net_cents += cents
            case "refund":
                charge.net_cents -= cents
        if len(self._charges) > REMEMBERED:
            del self._charges[next(iter(self._charges))]
        if self._excess.get(order_id, 0) != charge.excess_cents:
            self._excess[order_id] = charge.excess_cents
            log.warning("charge.excess", order_id=order_id, captures=charge.captures, excess_cents=charge.excess_cents)
