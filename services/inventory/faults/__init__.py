"""What can go wrong in the inventory."""

from typing import Any

from services.chassis.fault import Fault
from services.inventory.faults import blocking_supplier_call, cache_never_expires, lost_update

FAULTS: tuple[Fault[Any], ...] = (
    blocking_supplier_call.all_at_once,
    cache_never_expires.fresh_offers,
    lost_update.promised_once,
)
