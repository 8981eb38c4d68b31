"""Every sequence of reserve, release and commit, in any order and repetition, does what a few lines of model say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inventory import STOCK, Inventory, new_order, verdict

pytestmark = pytest.mark.usefixtures("back_end")

Lines = Mapping[str, int]
Step = tuple[str, int, Lines]
"""What is asked, for which of the orders, and (for reserve) for which lines."""

baskets = st.dictionaries(st.sampled_from(sorted(STOCK)), st.integers(1, 6), min_size=1)
steps = st.tuples(st.sampled_from(["reserve", "reserve", "release", "commit"]), st.integers(0, 3), baskets)


@dataclass
class Model:
    """What inventory promises: per order a state and lines, and the units that are left."""

    left: dict[str, int]
    orders: dict[int, tuple[str, Lines]] = field(default_factory=dict)

    def reserve(self, order: int, lines: Lines) -> tuple[int, str]:
        """Return the answer to be expected."""
        if order not in self.orders:
            if any(self.left[sku] < quantity for sku, quantity in lines.items()):
                return 409, "out-of-stock"
            self._move(lines, -1)
            self.orders[order] = "held", lines
        state, reserved = self.orders[order]
        if state == "released":
            return 409, "reservation-released"
        return (200, state) if reserved == lines else (409, "reservation-conflict")

    def release(self, order: int, _: Lines) -> tuple[int, str]:
        """Return the answer to be expected."""
        state, reserved = self.orders.get(order, ("released", {}))
        if state != "released":
            self._move(reserved, +1)
        self.orders[order] = "released", reserved
        return 200, "released"

    def commit(self, order: int, _: Lines) -> tuple[int, str]:
        """Return the answer to be expected."""
        if order not in self.orders:
            return 404, "not-found"
        state, reserved = self.orders[order]
        if state == "released":
            return 409, "reservation-released"
        self.orders[order] = "committed", reserved
        return 200, "committed"

    def _move(self, lines: Lines, sign: int) -> None:
        for sku, quantity in lines.items():
            self.left[sku] += sign * quantity


@given(script=st.lists(steps, max_size=25))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_stock_and_promises_always_add_up(inventory: Inventory, script: list[Step]) -> None:
    """Each answer is the model's, each product page shows the model's stock, and releasing all restores everything."""
    names = [new_order() for _ in range(4)]
    model = Model(await inventory.available())
    for verb, order, lines in script:
        assert verdict(await _ask(inventory, verb, names[order], lines)) == getattr(model, verb)(order, lines)
        assert await inventory.available() == model.left
    for name in names:
        await inventory.release(name)
    assert await inventory.available() == STOCK


async def _ask(inventory: Inventory, verb: str, name: str, lines: Lines) -> httpx.Response:
    match verb:
        case "reserve":
            return await inventory.reserve(name, lines)
        case "release":
            return await inventory.release(name)
        case _:
            return await inventory.commit(name)
