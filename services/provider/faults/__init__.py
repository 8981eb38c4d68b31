"""How the outside can fail."""

from typing import Any

from services.chassis.fault import Fault

FAULTS: tuple[Fault[Any], ...] = ()
