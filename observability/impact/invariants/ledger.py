"""Billing's own sums: postings, running totals, invoices."""

from collections import defaultdict
from collections.abc import Iterator

from observability.impact.case import Case
from observability.impact.model import Damage
from observability.impact.money import euros

BALANCED = "every posting balances"
RUNNING = "running totals are the sum of the entries"
SUMMED = "an invoice is the sum of its lines"


def balanced(case: Case) -> Iterator[Damage]:
    """Debits and credits of a posting sum to zero."""
    for (order_id, kind), cents in case.snapshot.unbalanced.items():
        says = f"the {kind} of order {order_id} is {euros(abs(cents))} out of balance"
        yield case.damage(BALANCED, "money", order_id, says, cents=cents)


def running(case: Case) -> Iterator[Damage]:
    """Every change of a running total was entered, to the cent; whatever else parts them belongs to no order."""
    shot = case.snapshot
    explained: defaultdict[str, int] = defaultdict(int)
    by_order: defaultdict[str, int] = defaultdict(int)
    moved_at_s: dict[str, float] = {}
    for gap in shot.gaps:
        explained[gap.account] += gap.cents
        by_order[gap.order_id] += abs(gap.cents)
        if gap.moved_at_s is not None:
            moved_at_s[gap.order_id] = max(gap.moved_at_s, moved_at_s.get(gap.order_id, 0.0))
    for order_id, cents in by_order.items():
        says = f"order {order_id} moved the totals otherwise than it was entered, by {euros(cents)} over all accounts"
        customer_id, since_s = case.customer_of(order_id), moved_at_s.get(order_id)
        yield Damage(RUNNING, "money", order_id, says, order_id, customer_id, cents, since_s)
    for account in sorted(shot.running_cents.keys() | shot.entered_cents.keys()):
        total, entered = shot.running_cents.get(account, 0), shot.entered_cents.get(account, 0)
        if rest := total - entered - explained[account]:
            says = f"account {account} runs at {euros(total)} and its entries sum to {euros(entered)}"
            yield Damage(RUNNING, "money", account, says, cents=abs(rest))


def summed(case: Case) -> Iterator[Damage]:
    """Net and tax of every line are what is left of its price, and the lines sum to what was entered."""
    shot = case.snapshot
    for invoice in shot.invoices.values():
        entered = shot.cash_cents.get(invoice.order_id, 0)
        cents = max(abs(invoice.lines_cents - entered), invoice.crooked_cents)
        if cents:
            says = (
                f"the invoice of order {invoice.order_id} was entered with {euros(entered)}, its lines sum to "
                f"{euros(invoice.lines_cents)} and are {euros(invoice.crooked_cents)} off their prices"
            )
            customer_id, since_s = invoice.customer_id, invoice.issued_at_s
            yield Damage(SUMMED, "money", invoice.order_id, says, invoice.order_id, customer_id, cents, since_s)
