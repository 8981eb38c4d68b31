"""What can be made to go wrong in this service."""

from typing import Any

from services.chassis.fault import Fault
from services.worker.faults import requeues_forever

FAULTS: tuple[Fault[Any], ...] = (requeues_forever.each_on_its_own,)
