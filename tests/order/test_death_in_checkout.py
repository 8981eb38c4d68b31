"""The order service may die at any step of a checkout: nothing is lost, doubled, or left lying about.

Each test walks through the steps – changes, commits, requests, answers – and lets it die before the first, before the
second, and so on until it lives to the end.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import pytest

from tests.support.lives import Life
from tests.support.platform import CLAIM_S, ORDER, Platform

pytestmark = pytest.mark.usefixtures("back_end")

MORE_STEPS_THAN_THERE_ARE = 80


async def lives(platform: Platform) -> AsyncIterator[tuple[int, Life]]:
    """Start the order service again and again, each time to live one step longer, until it outlives the block."""
    for number in count(1):
        await platform.stop(ORDER)
        # It dies while it serves, not while it starts.
        life = Life()
        await platform.start_order(life)
        life.dies_at = life.steps + number
        yield number, life
        if not life.is_over:
            break
        assert number < MORE_STEPS_THAN_THERE_ARE
    assert number > 3


async def dies(platform: Platform, life: Life, key: str, **checkout: Any) -> None:
    """Check out, and get an answer or none."""
    with suppress(httpx.TransportError):
        await platform.place(key, **checkout)
    life.dies_at = None
    if life.is_over:
        await platform.kill(ORDER)
        await platform.start_order()


async def test_a_customer_who_asks_again_gets_one_order(platform: Platform) -> None:
    """At once after the restart; it resumes what was begun. It is charged once and its stock is taken once."""
    await platform.start_worker()
    async for number, life in lives(platform):
        await dies(platform, life, f"key-{number}")
        answer = await platform.place(f"key-{number}")
        assert answer.status_code == 201, answer.text
        assert (await platform.place(f"key-{number}")).json() == answer.json()
    orders = platform.books().rows("order", "SELECT status FROM orders")
    assert len(orders) == number
    await platform.settled()
    assert await platform.findings() == []
    assert {await platform.status(order_id, "fulfilled") for order_id in platform.accepted} == {"fulfilled"}


async def test_a_customer_who_never_asks_again_is_not_charged(platform: Platform) -> None:
    """Unless the order was complete: then it is carried out. Everything else is given up and undone."""
    await platform.start_worker()
    async for number, life in lives(platform):
        await dies(platform, life, f"key-{number}")
    await platform.settled()
    assert await platform.findings() == []
    statuses = [row["status"] for row in platform.books().rows("order", "SELECT status FROM orders")]
    assert set(statuses) == {"fulfilled", "abandoned"}


@pytest.mark.parametrize(
    ("checkout", "status"),
    [({"card": "tok-0002"}, 402), ({"lines": {"RARE": 50}}, 409), ({"lines": {"NO-SUCH": 1}}, 404)],
)
async def test_an_order_that_is_refused_leaves_nothing_behind(
    platform: Platform, checkout: dict[str, Any], status: int
) -> None:
    """Whether the customer hears of the refusal, asks again, or is told that the order was given up."""
    await platform.start_worker()
    async for number, life in lives(platform):
        await dies(platform, life, f"key-{number}", **checkout)
        if number % 2:
            platform.clock.advance(CLAIM_S + 0.1)
            answer = await platform.place(f"key-{number}", **checkout)
            assert answer.status_code in {status, 409}
    await platform.settled()
    assert await platform.findings() == []
    assert platform.available("RARE") == 2
    assert platform.available("MUG") == 5000


async def test_an_order_taken_without_the_inventory_is_made_up_for(platform: Platform) -> None:
    """It dies while the inventory is away and the request is repeated when it is back, or the other way round."""
    await platform.start_worker()
    line = platform.weather[ORDER, "inventory-service"]
    async for number, life in lives(platform):
        line.cut = number % 2 == 0
        await dies(platform, life, f"key-{number}")
        line.cut = not line.cut
        platform.clock.advance(CLAIM_S + 0.1)
        answer = await platform.place(f"key-{number}")
        assert answer.status_code == 201, answer.text
    line.cut = False
    await platform.settled()
    assert await platform.findings() == []
