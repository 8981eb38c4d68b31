"""What can be made to go wrong in this service."""

from typing import Any

from services.chassis.fault import Fault
from services.edge.faults import health_check_misconfigured

FAULTS: tuple[Fault[Any], ...] = (health_check_misconfigured.each_its_own,)
