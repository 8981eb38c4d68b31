"""A card network some of whose banks do not answer."""

import asyncio

from services.provider.faults.brownout import prompt_banks
from tests.support.card_network import CardNetwork
from tests.support.faults import switched_on

A_MOMENT_S = 0.3
PROMPT = 23
"""So many of the forty below are not among the thirty of a hundred."""


async def test_a_payment_hangs_no_longer_than_its_bank_is_slow(network: CardNetwork) -> None:
    """It is decided afterwards, as ever."""
    with switched_on(prompt_banks, share=100, stall_s=60):
        asking = asyncio.create_task(network.authorise(1000, key="k"))
        await asyncio.wait({asking}, timeout=A_MOMENT_S)
        assert not asking.done()
    answer = await asking
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert await network.trail() == [("authorisation", 1000)]


async def test_a_share_of_payments_hangs_and_always_the_same(network: CardNetwork) -> None:
    """Asking again does not help, and asking for others is of no harm to them."""
    payments = [CardNetwork(network.client, f"order-{number}") for number in range(40)]

    async def hanging() -> set[str]:
        asking = {asyncio.create_task(one.authorise(1000), name=one.reference) for one in payments}
        done: set[object] = set()
        with switched_on(prompt_banks, share=30, stall_s=60):
            while len(done) < PROMPT:
                done = {*(await asyncio.wait(asking, timeout=A_MOMENT_S))[0]}
        await asyncio.wait(asking)
        return {one.get_name() for one in asking if one not in done}

    seen = await hanging()
    assert len(seen) == len(payments) - PROMPT
    assert await hanging() == seen


async def test_who_asks_again_is_told_what_the_bank_has_decided(network: CardNetwork) -> None:
    """Once it has; who asked first waits on."""
    with switched_on(prompt_banks, share=100, stall_s=60, decided_after_s=A_MOMENT_S):
        first = asyncio.create_task(network.authorise(1000, key="k"))
        await asyncio.wait({first}, timeout=2 * A_MOMENT_S)
        again = await network.authorise(1000, key="k")
        assert (again.json()["status"], first.done()) == ("approved", False)
    assert (await first).json() == again.json()
    assert await network.trail() == [("authorisation", 1000)]
