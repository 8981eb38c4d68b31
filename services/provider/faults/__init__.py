"""How the outside can fail."""

from typing import Any

from services.chassis.fault import Fault
from services.provider.faults import brownout

FAULTS: tuple[Fault[Any], ...] = (brownout.prompt_banks,)
