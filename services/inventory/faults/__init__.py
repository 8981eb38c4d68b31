"""What can go wrong in the inventory."""

from typing import Any

from services.chassis.fault import Fault
from services.inventory.faults import asks_payment, blocking_supplier_call, cache_never_expires, lost_update

FAULTS: tuple[Fault[Any], ...] = (
    asks_payment.held_for_the_asking,
    blocking_supplier_call.all_at_once,
    cache_never_expires.fresh_offers,
    lost_update.promised_once,
)
