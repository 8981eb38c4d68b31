"""How the payment service can fail."""

from typing import Any

from services.chassis.fault import Fault
from services.payment.faults import charge_not_idempotent, fixed_pool_no_timeout, retries_without_budget

FAULTS: tuple[Fault[Any], ...] = (
    charge_not_idempotent.one_key_per_step,
    fixed_pool_no_timeout.roomy_connections,
    retries_without_budget.few_retries,
)
