"""What can be made to go wrong in this service."""

from typing import Any

from services.chassis.fault import Fault
from services.order.faults import lock_contention, n_plus_one, reserves_again, retries_without_budget, session_leak

FAULTS: tuple[Fault[Any], ...] = (
    lock_contention.short_rounds,
    n_plus_one.read_together,
    reserves_again.same_key,
    retries_without_budget.few_retries,
    session_leak.stored_and_closed,
)
