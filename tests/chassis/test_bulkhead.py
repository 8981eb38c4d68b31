"""A bulkhead bounds how much is under way, and for how long others wait."""

import asyncio

import pytest

from observability.wiring import vocabulary
from services.chassis import deadline
from services.chassis.bulkhead import Bulkhead
from services.chassis.errors import Busy
from tests.support.telemetry import telemetry, value


async def test_no_more_than_its_slots_are_taken_at_once() -> None:
    """Of a hundred pieces of work five run at a time, and all of them run."""
    bulkhead, running, most, done = Bulkhead("b", 5, 3600.0, telemetry()), 0, 0, 0

    async def work() -> None:
        nonlocal running, most, done
        async with bulkhead.slot():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            done += 1

    await asyncio.gather(*(work() for _ in range(100)))
    assert (most, done) == (5, 100)


async def test_who_waits_too_long_is_told_so() -> None:
    """`Busy` after the waiting time, counted, and the slot is not lost."""
    seen = telemetry()
    bulkhead = Bulkhead("b", 1, 0.05, seen)
    async with bulkhead.slot():
        with pytest.raises(Busy):
            async with bulkhead.slot():
                pass
        assert value(seen, vocabulary.BULKHEAD_IN_USE, "b") == 1
    assert value(seen, vocabulary.BULKHEAD_REJECTIONS, "b") == 1
    assert value(seen, vocabulary.BULKHEAD_IN_USE, "b") == 0
    assert value(seen, vocabulary.BULKHEAD_SIZE, "b") == 1
    async with bulkhead.slot():
        pass


async def test_nobody_waits_past_the_deadline() -> None:
    """A caller with 50 ms left does not wait an hour for a slot."""
    bulkhead = Bulkhead("b", 1, 3600.0, telemetry())
    async with bulkhead.slot():
        with deadline.within(0.05), pytest.raises(Busy):
            async with bulkhead.slot():
                pass


async def test_who_came_first_is_served_first() -> None:
    """A newcomer does not overtake those who wait."""
    bulkhead, served = Bulkhead("b", 1, 3600.0, telemetry()), []

    async def work(number: int) -> None:
        async with bulkhead.slot():
            served.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(number) for number in range(20)))
    assert served == list(range(20))


@pytest.mark.parametrize("moment", range(6))
async def test_cancelled_waiters_and_holders_give_their_slots_back(moment: int) -> None:
    """Whenever the cancellation strikes, all slots are free afterwards."""
    seen = telemetry()
    bulkhead = Bulkhead("b", 2, 10.0, seen)

    async def work() -> None:
        async with bulkhead.slot():
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work()) for _ in range(6)]
    for _ in range(moment):
        await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    async with bulkhead.slot(), bulkhead.slot():
        assert value(seen, vocabulary.BULKHEAD_IN_USE, "b") == 2
