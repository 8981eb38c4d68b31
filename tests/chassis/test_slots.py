"""Slots whose number changes while they are in use."""

import asyncio

from services.chassis.slots import Slots


async def _waiting(slots: Slots, number: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(slots.acquire()) for _ in range(number)]
    await asyncio.sleep(0)
    return tasks


async def test_more_slots_let_those_in_who_wait() -> None:
    """At once, in the order in which they came."""
    slots = Slots(1)
    await slots.acquire()
    first, second, third = await _waiting(slots, 3)
    slots.resize(3)
    await asyncio.gather(first, second)
    assert not third.done()
    slots.release()
    await third


async def test_fewer_slots_take_effect_as_they_come_free() -> None:
    """Nobody is thrown out."""
    slots = Slots(3)
    for _ in range(3):
        await slots.acquire()
    slots.resize(1)
    (waiting,) = await _waiting(slots, 1)
    for _ in range(2):
        slots.release()
        await asyncio.sleep(0)
        assert not waiting.done()
    slots.release()
    await waiting
    assert slots.locked()


async def test_whoever_gives_up_takes_no_slot() -> None:
    """Neither while waiting, nor when the slot comes at that very moment."""
    slots = Slots(1)
    await slots.acquire()
    gone, late, next_one = await _waiting(slots, 3)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    slots.release()
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    await next_one
    slots.release()
    assert not slots.locked()
