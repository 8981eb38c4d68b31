"""The books are compared with the card network's: what was taken beyond an order's one charge is told."""

from pathlib import Path

import pytest

from tests.support.payment import House, house
from tests.support.polling import poll_until_async
from tests.support.unreliable import Fate, Unreliable

pytestmark = pytest.mark.usefixtures("back_end")


async def told(services: House, cents: int) -> None:
    """Wait until so much is said to be taken in excess."""

    async def says() -> bool:
        return await services.exposed("charges_excess_cents") == cents

    await poll_until_async(says, f"an excess of {cents} cents")


async def test_a_second_charge_is_told_until_it_is_given_back(tmp_path: Path) -> None:
    """Part captures of one charge are no excess, two charges are; a refund ends it."""
    async with house(tmp_path, Unreliable, reconciliation_interval_s=0.05) as (services, _):
        await services.payment("paid", 700).capture()
        network = services.ledger("twice")
        captured = [await network.captured(await network.authorised(500), 500) for _ in range(2)]
        await told(services, 500)
        assert (await network.refund(captured[1], 500)).is_success
        await told(services, 0)


async def test_without_the_card_network_it_waits(tmp_path: Path) -> None:
    """What was told stays; payments are not refused on its account, and it goes on when the network is back."""
    async with house(tmp_path, Unreliable, reconciliation_interval_s=0.05) as (services, network):
        ledger = services.ledger("twice")
        for _ in range(2):
            await ledger.captured(await ledger.authorised(500), 500)
        await told(services, 500)
        network.fates = [Fate.NOT_SENT] * 1000
        calls = network.calls
        await poll_until_async(lambda: _later(network, calls), "a look in vain")
        assert await services.exposed("charges_excess_cents") == 500
        network.fates.clear()
        await ledger.captured(await ledger.authorised(500), 500)
        await told(services, 1000)


async def _later(network: Unreliable, calls: int) -> bool:
    return network.calls > calls + 10
