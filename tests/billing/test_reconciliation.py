"""Reconciliation finds running totals that are not the sum of entries, and says whose they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.billing.faults.float_drift import exact_booking
from services.billing.storage.tables import metadata, totals
from services.chassis.database import Database
from tests.support.back_ends import database_url
from tests.support.billing import Billing, Event, billing_app, cancelled, placed
from tests.support.faults import switched_on
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


def odd_orders(count: int) -> list[Event]:
    """Return orders whose amounts have no binary representation."""
    return [placed((1 + i % 4, 1999 + i * 10, 19), (1, 1250 + i, 7)) for i in range(count)]


def drifts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the warnings logged since the last look."""
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [event for event in events if event["event"] == "ledger.drift"]


async def traces_of(billing: Billing, events: list[Event]) -> list[str]:
    """Post events, each in a trace of its own; return the trace ids."""
    traces = [f"{i + 1:032x}" for i in range(len(events))]
    for event, trace in zip(events, traces, strict=True):
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        assert (await billing.client.post("/events", json=event, headers=headers)).status_code == 200
    return traces


async def test_sound_books_are_balanced_and_raise_no_warning(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    """Orders, replays and cancellations leave running totals and entries equal."""
    events = odd_orders(20)
    await billing.post_all([*events, *events, *(cancelled(event) for event in events[::3])])

    state = await billing.reconcile()

    assert (state["drift_cents"], state["balanced"]) == (0, True)
    assert all(account["running_cents"] == account["entries_cents"] for account in state["accounts"])
    assert await billing.metric("ledger_drift_cents") == 0
    assert drifts(capsys) == []


async def test_drift_grows_with_volume_and_is_traced_to_its_requests(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    """With totals kept in floats the gap grows within a few dozen orders; the warning names requests and orders."""
    await billing.post_all(odd_orders(3))
    grown = []
    with switched_on(exact_booking):
        for batch in range(3):
            events = odd_orders(12)
            traces = await traces_of(billing, events)
            state = await billing.reconcile()
            grown.append(state["drift_cents"])
            assert await billing.metric("ledger_drift_cents") == state["drift_cents"]
            (warning,) = drifts(capsys)
            assert warning["order_ids"], batch
            assert set(warning["order_ids"]) <= {event["order_id"] for event in events}
            assert set(warning["trace_ids"]) <= set(traces)
    assert 0 < grown[0] < grown[1] < grown[2]


async def test_a_replay_that_moves_totals_is_traced_to_the_replay(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    """The warning names the request that moved the totals without entering anything, not the one that was sound."""
    event = placed((1, 10_000, 0))
    await billing.post(event)
    with switched_on(exact_booking):
        traces = await traces_of(billing, [event, event])

    state = await billing.reconcile()

    assert state["drift_cents"] == 2 * 20_000
    (warning,) = drifts(capsys)
    assert warning["order_ids"] == [event["order_id"]]
    assert set(warning["trace_ids"]) >= set(traces)


async def test_old_drift_stays_and_no_new_drift_comes_with_sound_booking(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was damaged is still reported; orders, replays and cancellations afterwards add nothing to it."""
    damaged = odd_orders(10)
    with switched_on(exact_booking):
        await billing.post_all(damaged)
    before = (await billing.reconcile())["drift_cents"]
    events = odd_orders(10)

    await billing.post_all([*events, *damaged, *(cancelled(event) for event in damaged)])

    assert before > 0
    assert (await billing.reconcile())["drift_cents"] == before
    assert {warning["drift_cents"] for warning in drifts(capsys)} == {before}


async def test_the_job_reads_only_what_is_new_and_warns_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The periodic job finds drift by itself, and stays quiet while it does not change."""
    async with served(billing_app(tmp_path, interval_s=0.02)) as client:
        billing = Billing(client)
        with switched_on(exact_booking):
            await billing.post_all(odd_orders(8))

        async def runs() -> float:
            return await billing.metric('ledger_reconciliations_total{outcome="drift"}')

        async def three_more() -> bool:
            return await runs() >= seen + 3

        await poll_until_async(lambda: billing.metric("ledger_drift_cents"), "the job to see the drift")
        await billing.reconcile()
        # A round that was under way meanwhile may still tell what it had seen before.
        seen = await runs()
        await poll_until_async(three_more, "the rounds under way to be over")
        drifts(capsys)
        seen = await runs()
        await poll_until_async(three_more, "three more rounds of the job")
        assert drifts(capsys) == []


async def test_a_total_that_was_changed_by_hand_is_seen_after_a_restart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Totals that changed without a request are drift too; no request is blamed."""
    async with served(billing_app(tmp_path)) as client:
        await Billing(client).post(placed((1, 1999, 19)))
    async with (
        Database(database_url(tmp_path, "billing"), metadata, None, name="billing") as database,
        database.begin() as connection,
    ):
        await connection.execute(totals.update().values(running_cents=totals.c.running_cents + 1))
    async with served(billing_app(tmp_path)) as client:
        billing = Billing(client)
        await poll_until_async(lambda: billing.metric("ledger_drift_cents"), "the first round of the job")

    (warning,) = drifts(capsys)
    assert (warning["drift_cents"], warning["order_ids"], warning["trace_ids"]) == (4, [], [])
