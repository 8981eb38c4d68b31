"""What can go wrong in the storefront."""

from typing import Any

from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = ()
