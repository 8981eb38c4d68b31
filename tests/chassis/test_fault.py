"""The seam between a faulty and a fixed behaviour."""

import sys
from time import monotonic
from types import ModuleType

import pytest

from services.chassis.channel_frames import Armed, State
from services.chassis.declaration import number
from services.chassis.fault import Fault
from services.chassis.switches import BOARD
from tests.support.faults import switched_on
from tests.support.polling import poll_until

FAULT = Fault("services.billing.faults.tested_here", "faulty", "fixed")


def _apply(*, lease_ms: int, ttl_ms: int) -> None:
    faults = {FAULT.name: Armed(params={}, ttl_ms=ttl_ms, armed_rev=BOARD.rev + 1, scope=None, seed=None)}
    heard_us = int(monotonic() * 1e6)
    epoch, rev = max(1, BOARD.epoch), BOARD.rev + 1
    BOARD.apply(State(session="t", epoch=epoch, rev=rev, heard_us=heard_us, lease_ms=lease_ms, faults=faults))


def test_its_name_is_the_service_and_what_goes_wrong() -> None:
    """The public name comes from where the module lies."""
    assert Fault("services.order.faults.lost_update", 1, 2).name == "order.lost_update"


@pytest.mark.parametrize(
    "module", ["billing.float_drift", "services.billing.domain", "services.a.b.faults.c", "__main__"]
)
def test_a_fault_elsewhere_is_refused(module: str) -> None:
    """A fault that lies outside a service's faults folder cannot be made."""
    with pytest.raises(ValueError, match="lives in services"):
        Fault(module, 1, 2)


def test_its_summary_is_the_first_line_of_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instructor's listing shows the first line of the docstring, and nothing when there is none."""
    assert FAULT.summary == ""
    name = "services.demo.faults.lost_update"
    monkeypatch.setitem(sys.modules, name, ModuleType(name, "Updates get lost.\n\nCause: no lock."))
    assert Fault(name, 1, 2).summary == "Updates get lost."


def test_it_is_fixed_unless_switched_on() -> None:
    """Without a controller, in a fresh process, every fault is off."""
    assert FAULT.behaviour == "fixed"


def test_it_is_faulty_while_switched_on() -> None:
    """The switch chooses the behaviour, for its own fault only."""
    other = Fault("services.billing.faults.another", "faulty", "fixed")
    with switched_on(FAULT):
        assert (FAULT.behaviour, other.behaviour) == ("faulty", "fixed")
    assert FAULT.behaviour == "fixed"


GRADUAL = Fault(
    "services.billing.faults.gradual",
    "faulty",
    "fixed",
    params=[number("share", "", "how much of it", minimum=0, maximum=1, default=0.5)],
)


def test_its_parameters_can_be_read() -> None:
    """What was said counts while it is on, and the default where nothing was said, or is any more."""
    assert GRADUAL.values == {"share": 0.5}
    with switched_on(GRADUAL):
        assert GRADUAL.values == {"share": 0.5}
    with switched_on(GRADUAL, share=0.25):
        assert GRADUAL.values == {"share": 0.25}
    assert GRADUAL.values == {"share": 0.5}


def test_a_parameter_without_a_default_is_refused() -> None:
    """A behaviour that is under way when the switch goes off still has something to go by."""
    with pytest.raises(ValueError, match=r"every parameter of billing\.gradual needs a default"):
        Fault("services.billing.faults.gradual", 1, 2, params=[number("share", "", "", minimum=0, maximum=1)])


@pytest.mark.parametrize(("lease_ms", "ttl_ms"), [(100, 60_000), (10_000, 100)])
def test_it_goes_off_by_itself(lease_ms: int, ttl_ms: int) -> None:
    """When the lease ends, or its own time, the next read finds it off: nobody has to do anything."""
    _apply(lease_ms=lease_ms, ttl_ms=ttl_ms)
    assert poll_until(lambda: FAULT.behaviour == "fixed", "the switch to lapse")
    assert FAULT.name in BOARD.switches
    BOARD.clear()


def test_reading_it_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is off nobody even looks at the clock. `benchmarks/switch_read.py` has the nanoseconds."""

    def too_dear() -> float:
        raise AssertionError("the clock was read")

    monkeypatch.setattr("services.chassis.fault.monotonic", too_dear)
    assert FAULT.behaviour == "fixed"
