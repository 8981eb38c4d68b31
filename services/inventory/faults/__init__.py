"""What can be made to go wrong in this service."""

from typing import Any

from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = ()
