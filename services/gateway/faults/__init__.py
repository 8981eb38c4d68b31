"""What can go wrong in the gateway."""

from typing import Any

from services.chassis.fault import Fault
from services.gateway.faults import retries_without_budget

FAULTS: tuple[Fault[Any], ...] = (retries_without_budget.few_retries,)
