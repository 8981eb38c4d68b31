"""Without the card network customers wait, and nothing is lost or done twice."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest

from services.chassis.settings import PeerLimits
from tests.support.card_network import code_of
from tests.support.payment import house, status_of
from tests.support.polling import poll_until_async
from tests.support.scripted import never
from tests.support.unreliable import Fate, Unreliable

pytestmark = pytest.mark.usefixtures("back_end")

DOWN = [Fate.NOT_SENT] * 1000


class Silent(Unreliable):
    """A card network that takes calls and never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep the caller waiting."""
        self.calls += 1
        return await never(request)


async def test_an_outage_makes_orders_wait_and_ends_with_them_paid(tmp_path: Path) -> None:
    """Authorise and capture answer `pending`, never an error; when the network is back a capture completes both."""
    async with house(tmp_path, lambda inner: Unreliable(inner, *DOWN)) as (services, network):
        payment = services.payment("o1")
        waiting = await payment.authorise()
        assert (status_of(waiting), waiting.json()["settled"]) == ("pending", False)
        assert status_of(await payment.capture()) == "pending"
        assert await payment.status() == "pending"
        assert await services.metric("authorise", "pending") == 2

        network.fates.clear()
        assert status_of(await payment.capture()) == "captured"
        assert await services.ledger("o1").trail() == [("authorisation", 1000), ("capture", 1000)]


async def test_a_network_that_never_answers_does_not_keep_the_customer(tmp_path: Path) -> None:
    """The answer `pending` comes while the caller is still there to hear it, not an hour later."""
    patient = PeerLimits(timeout_s=3600, attempts=3)
    async with house(tmp_path, Silent, patient) as (services, _):
        answer = await services.payment("o1").authorise(**{"X-Request-Timeout-Ms": "1500"})
        assert status_of(answer) == "pending"


async def test_many_failures_open_the_breaker_and_orders_wait_without_delay(tmp_path: Path) -> None:
    """Once it is open nothing is sent, and the answer is still `pending`."""
    limits = PeerLimits(timeout_s=0.05, attempts=1, breaker_failures=3, breaker_reset_s=60)
    async with house(tmp_path, Silent, limits) as (services, network):
        for number in range(3):
            await services.payment(f"o{number}").authorise()
        assert network.calls == 3
        assert [status_of(await services.payment(f"o{n}").authorise()) for n in range(3, 9)] == ["pending"] * 6
        assert network.calls == 3


@pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.DONE_LATE, Fate.DONE_TWICE, Fate.REFUSED_BUSY, Fate.NOT_SENT])
async def test_one_bad_call_is_mended_before_the_customer_notices(tmp_path: Path, fate: Fate) -> None:
    """A second attempt under the same key finds or does the work, and it is booked once."""
    limits = PeerLimits(timeout_s=20, attempts=3)
    script = [fate, Fate.DONE, fate, Fate.DONE, fate]
    async with house(tmp_path, lambda inner: Unreliable(inner, *script), limits) as (services, network):
        payment = services.payment("o1")
        assert status_of(await payment.capture()) == "captured"
        assert status_of(await payment.cancel()) == "refunded"
        await network.deliver_late()
        trail = await services.ledger("o1").trail()
    assert trail == [("authorisation", 1000), ("capture", 1000), ("refund", 1000)]


async def test_a_cancellation_that_cannot_be_done_yet_says_so_and_is_seen_through(tmp_path: Path) -> None:
    """503 while the network is down; nobody asks again, and the money is given back all the same."""
    async with house(tmp_path, Unreliable) as (services, network):
        payment = services.payment("o1")
        await payment.capture()
        network.fates = list(DOWN)

        refused = await payment.cancel()
        assert code_of(refused) == (503, "neighbour-unavailable")
        assert refused.headers["retry-after"]
        assert (await payment.status(), status_of(await payment.capture())) == ("refunded", "refunded")

        await services.recover()
        assert ("refund", 1000) not in await services.ledger("o1").trail()
        network.fates.clear()
        await services.recover()
        assert await services.ledger("o1").trail() == [("authorisation", 1000), ("capture", 1000), ("refund", 1000)]


async def test_the_recovery_needs_nobody_to_start_it(tmp_path: Path) -> None:
    """It comes round by itself, and takes up what has been left for long enough."""
    async with house(tmp_path, Unreliable, recovery_interval_s=0.05, recovery_after_s=0.1) as (services, network):
        await services.payment("o1").authorise()
        network.fates = [Fate.NOT_SENT] * 2
        assert (await services.payment("o1").cancel()).status_code == 503

        async def voided() -> bool:
            return ("void", 1000) in await services.ledger("o1").trail()

        await poll_until_async(voided, "the void in the ledger")


async def test_a_payment_of_which_nothing_was_ever_asked_is_cancelled_without_the_network(tmp_path: Path) -> None:
    """There is nothing to undo, so an outage is no reason to refuse."""
    async with house(tmp_path, lambda inner: Unreliable(inner, *DOWN)) as (services, network):
        assert status_of(await services.payment("o1").cancel()) == "cancelled"
        assert network.calls == 0


async def test_what_was_left_half_done_by_a_dead_process_is_finished_by_the_next(tmp_path: Path) -> None:
    """The intent is on disk before the network is asked."""
    async with house(tmp_path, Unreliable) as (services, network):
        await services.payment("o1").authorise()
        network.fates = [Fate.ANSWER_LOST]
        assert status_of(await services.payment("o1").capture()) == "pending"
    async with house(tmp_path, Unreliable) as (services, _):
        await services.recover()
        assert await services.payment("o1").status() == "captured"
        assert await services.ledger("o1").trail() == [("authorisation", 1000), ("capture", 1000)]


@pytest.mark.parametrize("seed", range(4))
async def test_a_storm_of_everything_at_once_leaves_the_ledger_in_agreement(tmp_path: Path, seed: int) -> None:
    """Sixty operations on six orders at once over a bad network: one capture each at most, and all books agree."""
    rng = random.Random(seed)  # noqa: S311 -- a repeatable storm
    fates = rng.choices([Fate.DONE, *Fate], weights=[6, *(1 for _ in Fate)], k=500)
    async with house(tmp_path, lambda inner: Unreliable(inner, *fates)) as (services, network):
        payments = [services.payment(f"o{number}") for number in range(6)]
        asked = [(payment, rng.choice(["authorise", "capture", "capture", "cancel"])) for payment in payments * 10]
        rng.shuffle(asked)
        answers = await asyncio.gather(*(getattr(payment, operation)() for payment, operation in asked))
        network.fates.clear()
        await network.deliver_late()
        await services.recover()

        assert {answer.status_code for answer in answers} <= {200, 503, 504}
        for payment in payments:
            wanted = {operation for asked_payment, operation in asked if asked_payment is payment}
            if "cancel" not in wanted:
                await payment.capture()
            booked = Counter(kind for kind, _ in await services.ledger(payment.order_id).trail())
            assert max(booked.values(), default=0) <= 1
            assert await payment.status() == (
                "captured" if "cancel" not in wanted else "refunded" if booked["refund"] else "cancelled"
            )
            assert booked["capture"] - booked["refund"] == ("cancel" not in wanted)
            assert booked["authorisation"] == booked["capture"] + booked["void"]
