"""What has to hold between the books of a platform, one function for each invariant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from observability.impact.case import Case
from observability.impact.invariants import charges, invoices, ledger, orders, stock
from observability.impact.model import Damage
from observability.impact.snapshot import BILLING, BROKER, INVENTORY, ORDER, PAYMENT, PROVIDER, SEED


@dataclass(frozen=True)
class Invariant:
    """One sentence that has to be true, and what it takes to know whether it is."""

    says: str
    check: Callable[[Case], Iterable[Damage]]
    reads: frozenset[str]
    """Databases. What one database says was read as of one moment; between several there are moments."""

    @property
    def is_of_one_moment(self) -> bool:
        """Whether one look is enough."""
        return len(self.reads - {SEED}) == 1


def _invariant(says: str, check: Callable[[Case], Iterable[Damage]], *reads: str) -> Invariant:
    return Invariant(says, check, frozenset(reads))


INVARIANTS = (
    _invariant(orders.KEPT, orders.kept, ORDER, BROKER, PAYMENT, PROVIDER, INVENTORY, BILLING),
    _invariant(orders.PROMISED, orders.promised, ORDER),
    _invariant(orders.CHARGED, orders.charged, ORDER, BROKER, PAYMENT, PROVIDER),
    _invariant(orders.CARRIED_OUT, orders.carried_out, ORDER),
    _invariant(orders.DELIVERED, orders.delivered, BROKER),
    _invariant(charges.ONCE, charges.once, PROVIDER),
    _invariant(charges.OWED, charges.owed, ORDER, BROKER, PAYMENT, PROVIDER),
    _invariant(charges.AGREED, charges.agreed, PAYMENT, PROVIDER),
    _invariant(invoices.INVOICED, invoices.invoiced, ORDER, BROKER, BILLING),
    _invariant(invoices.PRICED, invoices.priced, ORDER),
    _invariant(invoices.DATED, invoices.dated, ORDER, BILLING),
    _invariant(ledger.SUMMED, ledger.summed, BILLING),
    _invariant(ledger.BALANCED, ledger.balanced, BILLING),
    _invariant(ledger.RUNNING, ledger.running, BILLING),
    _invariant(stock.POSITIVE, stock.positive, INVENTORY),
    _invariant(stock.RESERVED, stock.reserved, ORDER, BROKER, INVENTORY),
    _invariant(stock.ACCOUNTED, stock.accounted, INVENTORY, SEED),
)
