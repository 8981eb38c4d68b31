"""How the payment service can fail."""

from typing import Any

from services.chassis.fault import Fault
from services.payment.faults import charge_not_idempotent

FAULTS: tuple[Fault[Any], ...] = (charge_not_idempotent.one_key_per_step,)
