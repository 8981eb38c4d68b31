"""What can be made to go wrong in this service."""

from typing import Any

from services.chassis.fault import Fault
from services.order.faults import lock_contention, session_leak

FAULTS: tuple[Fault[Any], ...] = (session_leak.stored_and_closed, lock_contention.short_rounds)
