"""A real bug and its repair behind one switch.

A fault module holds a `Protocol` for the behaviour, `faulty`, `fixed`, and one seam

    exact_sums = Fault[Sums](__name__, faulty, fixed)

The operation reads `exact_sums.behaviour` once and calls what it gets. That is `fixed` unless the switch is on. Reading
costs a dictionary look-up while nothing is on, so a seam may sit on a hot path. Where only some calls are shown the
fault, the reading decides for the call: read it once.

A fault that comes in degrees declares them, `Fault[Sums](__name__, faulty, fixed, params=[number(…, default=…)])`, and
`faulty` reads `exact_sums.values["…"]`.

One whose asynchronous `faulty` keeps something between calls says how it is given back, `gives_back=close_all`; one
that takes long over a call has it broken off, `breaks_off=True`. Either happens when the switch goes off (`fault_end`).
"""

import sys
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Generic, TypeVar, cast

from services.chassis.channel_frames import Param
from services.chassis.declaration import defaults
from services.chassis.fault_end import GiveBack, Watched
from services.chassis.switches import BOARD

B = TypeVar("B")


class Fault(Generic[B]):
    """The seam between a faulty and a fixed behaviour.

    `module_name` is the `__name__` of the fault's module, `services.<service>.faults.<what_goes_wrong>`; the public
    name `<service>.<what_goes_wrong>` comes from it. Raises `ValueError` for a module that lives elsewhere, and for a
    parameter without a default: `faulty` may be under way when the switch goes off.
    """

    __slots__ = ("_defaults", "_faulty", "_fixed", "_module_name", "name", "params", "watched")

    scoped = True

    def __init__(
        self,
        module_name: str,
        faulty: B,
        fixed: B,
        params: Sequence[Param] = (),
        *,
        gives_back: GiveBack | None = None,
        breaks_off: bool = False,
    ) -> None:
        match module_name.split("."):
            case ["services", service, "faults", what_goes_wrong]:
                self.name = f"{service}.{what_goes_wrong}"
            case _:
                raise ValueError(f"a fault lives in services.<service>.faults.<what_goes_wrong>, not in {module_name}")
        self._module_name = module_name
        self.watched = (
            Watched(self.name, cast(Any, faulty), cast(Any, fixed), gives_back, break_off=breaks_off)
            if gives_back or breaks_off
            else None
        )
        self._faulty = faulty if self.watched is None else cast(B, self.watched)
        self._fixed = fixed
        self.params = params
        self._defaults = defaults(params)
        if len(self._defaults) < len(params):
            raise ValueError(f"every parameter of {self.name} needs a default")

    @property
    def summary(self) -> str:
        """First line of the module's docstring; for the instructor's listing only."""
        module = sys.modules.get(self._module_name)
        return ((module and module.__doc__) or "").strip().partition("\n")[0]

    @property
    def behaviour(self) -> B:
        """What to do now: `fixed`, or `faulty` while the switch is on."""
        switch = BOARD.switches.get(self.name)
        if switch is None or monotonic() >= switch.until or not switch.draw.hits():
            return self._fixed
        return self._faulty

    @property
    def values(self) -> Mapping[str, Any]:
        """What its parameters are now."""
        switch = BOARD.held(self.name)
        return self._defaults if switch is None else {**self._defaults, **switch.params}
