"""How the payment service can fail."""

from typing import Any

from services.chassis.fault import Fault
from services.payment.faults import (
    breaker_ignores_timeouts,
    calls_back_order,
    charge_not_idempotent,
    fixed_pool_no_timeout,
    no_fallback,
    retries_without_budget,
    waits_forever,
)

FAULTS: tuple[Fault[Any], ...] = (
    breaker_ignores_timeouts.silence_that_counts,
    calls_back_order.by_own_books,
    charge_not_idempotent.one_key_per_step,
    fixed_pool_no_timeout.roomy_connections,
    no_fallback.answer_whatever_comes,
    retries_without_budget.few_retries,
    waits_forever.bounded_wait,
)
