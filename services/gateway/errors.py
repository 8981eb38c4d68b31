"""The refusals that pass through the gateway, for its documentation: they are made by the services behind it.

ServiceError
├── PaymentDeclined          402 payment-declined
├── UnknownSku               404 unknown-sku
├── UnknownOrder             404 not-found
├── OutOfStock               409 out-of-stock
├── OrderInProgress          409 order-in-progress
└── KeyReused                422 idempotency-key-reused
"""

from services.chassis.errors import Conflict, Invalid, NotFound, ServiceError


class PaymentDeclined(ServiceError):
    """The card was declined; nothing was ordered."""

    status, code, title = 402, "payment-declined", "Payment declined"


class UnknownSku(NotFound):
    """There is no such product."""

    code, title = "unknown-sku", "Unknown SKU"


class UnknownOrder(NotFound):
    """There is no such order."""


class OutOfStock(Conflict):
    """Too few units; nothing was ordered. `shortages` lists the lines."""

    code, title = "out-of-stock", "Out of stock"


class OrderInProgress(Conflict):
    """An order under this key is being placed now; ask again after `Retry-After`."""

    code, title, retry_after_s = "order-in-progress", "Order in progress", 1


class OrderAbandoned(Conflict):
    """The order was given up before it was complete; nothing is charged. Order again under a new key."""

    code, title = "order-abandoned", "Order abandoned"


class NotCancellable(Conflict):
    """The order has ended in a way that leaves nothing to cancel."""

    code, title = "order-not-cancellable", "Order not cancellable"


class KeyReused(Invalid):
    """The `Idempotency-Key` was used with another body."""

    code, title = "idempotency-key-reused", "Idempotency key reused"
