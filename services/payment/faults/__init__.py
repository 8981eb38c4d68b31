"""How the payment service can fail."""

from typing import Any

from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = ()
