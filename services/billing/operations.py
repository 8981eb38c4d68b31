"""What billing can be asked to do."""

import structlog

from observability.wiring import Telemetry, vocabulary
from services.billing.domain import IssuedInvoice, Order, Status
from services.billing.errors import EventReused, NoInvoice
from services.billing.faults.float_drift import exact_booking
from services.billing.storage.book import CANCELLED, PLACED
from services.billing.storage.ledger import Ledger
from services.billing.storage.sums import Checkpoint, State
from services.chassis.clock import Clock

log = structlog.get_logger()


class Billing:
    """Invoices orders and takes invoices back, once each, however often and in whatever order the events arrive."""

    def __init__(self, ledger: Ledger, clock: Clock, telemetry: Telemetry) -> None:
        self._ledger = ledger
        self._clock = clock
        self._telemetry = telemetry
        invoices = telemetry.metrics.counter(vocabulary.INVOICES)
        self._outcomes = {outcome: invoices.labels(outcome) for outcome in (*Status, "repeated")}

    async def invoice_order(self, event_id: str, order: Order) -> IssuedInvoice | None:
        """Return the invoice of an order that was placed; None when the order was cancelled before it came here.

        Raises `EventReused`.
        """
        trace_id = self._telemetry.current_ids().trace_id
        async with self._ledger.book(event_id, trace_id, self._clock.now()) as book:
            issued = await exact_booking.behaviour(book, order)
        if issued is None:
            return await self._repeated(event_id, PLACED, order.order_id)
        self._outcomes[Status.ISSUED].inc()
        log.info(
            "invoice.issued",
            order_id=order.order_id,
            invoice_number=issued.invoice_number,
            total_cents=issued.invoice.total_cents,
        )
        return issued

    async def credit_order(self, event_id: str, order_id: str) -> IssuedInvoice | None:
        """Take back the invoice of an order that was cancelled and return it; None when it never had one.

        Raises `EventReused`.
        """
        trace_id = self._telemetry.current_ids().trace_id
        async with self._ledger.book(event_id, trace_id, self._clock.now()) as book:
            is_new = await book.is_new_cancellation(order_id)
            is_void = is_new and await book.makes_void(order_id)
            if is_new and not is_void:
                credit_note = (await book.entered(order_id)).reversed()
                await book.move_totals(credit_note)
                await book.enter(credit_note)
                await book.mark_credited(order_id)
        if not is_new:
            return await self._repeated(event_id, CANCELLED, order_id)
        status = Status.REFUSED if is_void else Status.CREDITED
        self._outcomes[status].inc()
        log.info("invoice.refused" if is_void else "invoice.credited", order_id=order_id)
        return await self._ledger.invoice_of(order_id)

    async def _repeated(self, event_id: str, kind: str, order_id: str) -> IssuedInvoice | None:
        meaning = await self._ledger.meaning_of(event_id)
        if meaning not in (None, (order_id, kind)):
            raise EventReused(
                f"Event {event_id} was about another order or of another type; give each event its own id."
            )
        self._outcomes["repeated"].inc()
        log.info("event.repeated", event_id=event_id, type=kind, order_id=order_id)
        return await self._ledger.invoice_of(order_id)

    async def invoice_of(self, order_id: str) -> IssuedInvoice:
        """Return the invoice of an order. Raises `NoInvoice`."""
        issued = await self._ledger.invoice_of(order_id)
        if issued is None:
            raise NoInvoice(f"Order {order_id} has no invoice (yet): it is issued when the order has been paid.")
        return issued

    async def invoices_of(self, customer_id: str, limit: int) -> list[IssuedInvoice]:
        """Return the latest `limit` invoices of a customer, newest first."""
        return await self._ledger.invoices_of(customer_id, limit)


class Reconciliation:
    """Compares the running totals with the sum of entries and names what made them part."""

    def __init__(self, ledger: Ledger, telemetry: Telemetry) -> None:
        self._ledger = ledger
        self._checkpoint = Checkpoint()
        self._drift_cents = 0
        self._gauge = telemetry.metrics.gauge(vocabulary.LEDGER_DRIFT)
        self._runs = telemetry.metrics.counter(vocabulary.RECONCILIATIONS)

    async def look(self) -> State:
        """Return the state of the ledger."""
        return await self._ledger.state_since(self._checkpoint)

    async def go_on(self) -> None:
        """Reconcile, summing up only what was entered since the last time."""
        await self._reconcile(self._checkpoint)

    async def start_over(self) -> State:
        """Reconcile the whole ledger."""
        return await self._reconcile(Checkpoint())

    async def _reconcile(self, since: Checkpoint) -> State:
        state = await self._ledger.state_since(since)
        previous, self._drift_cents = self._drift_cents, state.drift_cents
        self._checkpoint = state.checkpoint
        self._gauge.set(state.drift_cents)
        self._runs.labels("drift" if state.drift_cents else "balanced").inc()
        suspects = await self._ledger.suspects_between(since, state.checkpoint)
        if suspects or state.drift_cents != previous:
            log.warning(
                "ledger.drift",
                drift_cents=state.drift_cents,
                change_cents=state.drift_cents - previous,
                order_ids=list(dict.fromkeys(suspect.order_id for suspect in suspects)),
                trace_ids=list(dict.fromkeys(suspect.trace_id for suspect in suspects)),
            )
        return state
