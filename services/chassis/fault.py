"""A real bug and its repair behind one switch.

A fault module holds a `Protocol` for the behaviour, `faulty`, `fixed`, and one seam

    exact_sums = Fault[Sums](__name__, faulty, fixed)

The operation reads `exact_sums.behaviour` once and calls what it gets. That is `fixed` unless the switch is on. Reading
costs a dictionary look-up while nothing is on, so a seam may sit on a hot path.
"""

import sys
from time import monotonic
from typing import Generic, TypeVar

from services.chassis.switches import BOARD

B = TypeVar("B")


class Fault(Generic[B]):
    """The seam between a faulty and a fixed behaviour.

    `module_name` is the `__name__` of the fault's module, `services.<service>.faults.<what_goes_wrong>`; the public
    name `<service>.<what_goes_wrong>` comes from it. Raises `ValueError` for a module that lives elsewhere.
    """

    __slots__ = ("_faulty", "_fixed", "_module_name", "name")

    def __init__(self, module_name: str, faulty: B, fixed: B) -> None:
        match module_name.split("."):
            case ["services", service, "faults", what_goes_wrong]:
                self.name = f"{service}.{what_goes_wrong}"
            case _:
                raise ValueError(f"a fault lives in services.<service>.faults.<what_goes_wrong>, not in {module_name}")
        self._module_name = module_name
        self._faulty = faulty
        self._fixed = fixed

    @property
    def summary(self) -> str:
        """First line of the module's docstring; for the instructor's listing only."""
        module = sys.modules.get(self._module_name)
        return ((module and module.__doc__) or "").strip().partition("\n")[0]

    @property
    def behaviour(self) -> B:
        """What to do now: `fixed`, or `faulty` while the switch is on."""
        switch = BOARD.switches.get(self.name)
        if switch is None or monotonic() >= switch.until:
            return self._fixed
        return self._faulty
