"""Killing any process at any moment loses no order and charges nobody twice."""

import asyncio
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.customers import Customers, Record
from tests.support.judge import Books, findings
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live

SEED = 20260
CUSTOMERS = 24
IN_FLIGHT = 20
VICTIMS = (
    "load-balancer-1",
    "web-frontend-1",
    "api-gateway-1",
    "api-gateway-2",
    "order-service-1",
    "inventory-service-1",
    "payment-service-1",
    "billing-service-1",
    "fulfilment-worker-1",
    "payment-provider-1",
)


async def kill_in_turn(lab: RunningLab, rounds: int, record: Record) -> int:
    """Kill every victim `rounds` times, in random order at random moments; return the number of kills."""
    chance, kills = random.Random(SEED), 0  # noqa: S311 -- the same moments in every run
    for _ in range(rounds):
        for victim in chance.sample(VICTIMS, len(VICTIMS)):
            await asyncio.sleep(chance.uniform(0.05, 0.5))  # the random moment
            await _until(lambda: record.in_flight >= IN_FLIGHT, f"{IN_FLIGHT} checkouts in flight")
            killed = lab.kill(victim)
            kills += 1
            await _until(partial(_is_back, lab, victim, killed), f"{victim} to be back")
    return kills


async def _until(check: Callable[[], bool], waiting_for: str) -> None:
    # In a thread: the customers go on shopping meanwhile.
    await asyncio.to_thread(poll_until, check, waiting_for, within_s=60)


def _is_back(lab: RunningLab, victim: str, killed: int) -> bool:
    replica = lab.status()[victim]
    return replica["pid"] not in {None, killed} and replica["state"] == "ready"


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(2, marks=pytest.mark.timeout(600)),
        pytest.param(20, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_killing_each_process_loses_no_order_and_charges_nobody_twice(tmp_path: Path, rounds: int) -> None:
    """Judged from the customers' record, the databases and the provider's card ledger."""
    with running_lab(tmp_path, "--no-load") as lab:
        record = Record()
        customers = Customers(lab.url("edge"), CUSTOMERS, record)
        shopping = asyncio.create_task(customers.shop())
        try:
            kills = await kill_in_turn(lab, rounds, record)
        finally:
            customers.stop()
            await shopping
        assert kills == rounds * len(VICTIMS)
        assert record.refused == []
        assert record.unanswered == 0
        assert len(record.accepted) >= kills

        books = Books(lab.home.data)
        # An unfinished checkout that nobody repeats is given up half a minute after its last attempt; and customers who
        # never pause to think have left a backlog.
        drained_s = 90 + 20 * rounds
        await asyncio.to_thread(poll_until, lambda: not books.unsettled(), "all to be dealt with", within_s=drained_s)
        assert findings(books, record.accepted) == []
        restarts = {name: replica["restarts"] for name, replica in lab.status().items()}
        assert all(restarts[victim] >= rounds for victim in VICTIMS), restarts
