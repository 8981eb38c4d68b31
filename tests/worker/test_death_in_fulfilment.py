"""The worker may die at any step of any message: what it was at is finished by the next one, once."""

from itertools import count

import pytest

from tests.support.lives import Life
from tests.support.platform import INVENTORY, ORDER, WORKER, Platform
from tests.support.polling import poll_until_async

pytestmark = pytest.mark.usefixtures("back_end")

MORE_STEPS_THAN_THERE_ARE = 120


async def works_to_death(platform: Platform, steps: int) -> bool:
    """Let a worker live for some steps, or until its work is done; say which. It is dead afterwards."""
    life = Life()
    await platform.start_worker(life)
    life.dies_at = life.steps + steps

    async def over() -> bool:
        return life.is_over or not await platform.unsettled()

    await poll_until_async(over, "the worker to die or be done")
    died = life.is_over
    await platform.kill(WORKER)
    return died


@pytest.mark.parametrize(
    ("kind", "every"),
    [
        ("kept", 2),
        ("unconfirmed", 3),
        ("cancelled", 3),
        *(
            pytest.param(kind, 1, marks=pytest.mark.long)
            for kind in ("kept", "unconfirmed", "cancelled", "returned", "declined")
        ),
    ],
)
async def test_an_order_is_carried_out_or_undone_once(platform: Platform, kind: str, every: int) -> None:
    """Whatever kind of order it was at, and however many died over it before: at each step, or at every second."""
    died = True
    for steps in count(1, every):
        await _prepare(platform, kind)
        died = await works_to_death(platform, steps)
        if not died:
            break
        await works_to_death(platform, max(1, steps // 2))
        await platform.start_worker()
        await platform.settled()
        await platform.stop(WORKER)
        assert await platform.findings() == []
        assert steps < MORE_STEPS_THAN_THERE_ARE
    assert steps > 8
    assert await platform.findings() == []


async def _prepare(platform: Platform, kind: str) -> None:
    platform.weather[ORDER, INVENTORY].cut = kind == "unconfirmed"
    if kind == "declined":
        platform.weather[ORDER, "payment-service"].cut = True
    order_id = (await platform.place(card="tok-0002" if kind == "declined" else "tok-visa")).json()["order_id"]
    platform.weather[ORDER, INVENTORY].cut = platform.weather[ORDER, "payment-service"].cut = False
    if kind == "returned":
        await platform.start_worker()
        await platform.status(order_id, "fulfilled")
        await platform.settled()
        await platform.stop(WORKER)
    if kind in {"returned", "cancelled"}:
        await platform.ask("POST", f"/orders/{order_id}/cancel")
    await platform.sent()
