"""What this service can answer instead of an order.

ServiceError
├── Invalid               422
│   └── KeyReused         422 idempotency-key-reused   the key belongs to another request
├── NotFound              404
│   └── UnknownSku        404 unknown-sku
├── PaymentDeclined       402 payment-declined
└── Conflict              409
    ├── OutOfStock        409 out-of-stock             `shortages`: [{sku, requested, available}]
    ├── InProgress        409 order-in-progress        ask again soon
    ├── Abandoned         409 order-abandoned          given up for good, nothing charged; use a new key
    └── NotCancellable    409 order-not-cancellable
"""

from services.chassis.errors import Conflict, Invalid, NotFound, ServiceError


class KeyReused(Invalid):
    """The idempotency key came with another request before."""

    code, title = "idempotency-key-reused", "Idempotency key reused"


class UnknownSku(NotFound):
    """A line names a product that does not exist."""

    code, title = "unknown-sku", "Unknown SKU"


class PaymentDeclined(ServiceError):
    """The card was declined; nothing is reserved or charged."""

    status, code, title = 402, "payment-declined", "Payment declined"


class OutOfStock(Conflict):
    """There is not enough of what was ordered; nothing is reserved or charged."""

    code, title = "out-of-stock", "Out of stock"


class InProgress(Conflict):
    """The order is still being placed."""

    code, title, retry_after_s = "order-in-progress", "Order in progress", 1


class Abandoned(Conflict):
    """The order was given up before it was complete; nothing stays reserved or charged."""

    code, title = "order-abandoned", "Order abandoned"


class NotCancellable(Conflict):
    """The order has ended in a way that leaves nothing to cancel."""

    code, title = "order-not-cancellable", "Order not cancellable"
