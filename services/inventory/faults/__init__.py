"""What can go wrong in the inventory."""

from typing import Any

from services.chassis.fault import Fault
from services.inventory.faults import lost_update

FAULTS: tuple[Fault[Any], ...] = (lost_update.promised_once,)
