"""What is counted and logged of orders."""

import structlog

from observability.wiring import Telemetry, vocabulary
from services.order.domain import Order, Status

log = structlog.get_logger()

EVENTS = {
    Status.CONFIRMED: "order.placed",
    Status.PAYMENT_PENDING: "order.placed",
    Status.DECLINED: "order.declined",
    Status.REJECTED: "order.rejected",
    Status.ABANDONED: "order.abandoned",
    Status.FULFILLED: "order.fulfilled",
    Status.CANCELLED: "order.cancelled",
}


class Measures:
    """Counts orders by outcome, the revenue of those that are paid or sure to be, and prices that may be old."""

    def __init__(self, telemetry: Telemetry) -> None:
        orders = telemetry.metrics.counter(vocabulary.ORDERS)
        self._orders = {status: orders.labels(status.value) for status in EVENTS}
        self._revenue = telemetry.metrics.counter(vocabulary.REVENUE)
        self._stale_prices = telemetry.metrics.counter(vocabulary.STALE_ANSWERS).labels("prices")

    def placed(self, order: Order) -> None:
        """A checkout has ended."""
        self._count(order)
        if order.status is Status.CONFIRMED:
            self._revenue.inc(order.totals.total_cents)

    def moved(self, order: Order, source: Status) -> None:
        """An order has left `source`; `order` is what it is now."""
        self._count(order)
        if order.status is Status.FULFILLED and source is Status.PAYMENT_PENDING:
            self._revenue.inc(order.totals.total_cents)

    def priced_from_memory(self) -> None:
        """An order was taken at the prices that were last known."""
        self._stale_prices.inc()

    def _count(self, order: Order) -> None:
        self._orders[order.status].inc()
        log.info(
            EVENTS[order.status],
            order_id=order.order_id,
            customer_id=order.customer_id,
            status=order.status.value,
            total_cents=order.totals.total_cents,
            needs_review=order.needs_review,
        )
