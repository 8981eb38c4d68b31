"""What can go wrong in the load balancer."""

from typing import Any

from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = ()
