"""What can go wrong in billing."""

from typing import Any

from services.billing.faults import float_drift
from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = (float_drift.exact_booking,)
