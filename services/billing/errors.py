"""What billing refuses.

Conflict
└── EventReused   409 event-id-reused
NotFound
└── NoInvoice     404 no-invoice
"""

from services.chassis.errors import Conflict, NotFound


class EventReused(Conflict):
    """One event id cannot mean two things."""

    code, title = "event-id-reused", "Event id reused"


class NoInvoice(NotFound):
    """There is no invoice for this order."""

    code, title = "no-invoice", "No invoice"
