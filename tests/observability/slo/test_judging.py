"""What fires, and when: on series that are written down, judged every two seconds."""

import math
from itertools import accumulate

import pytest

from observability.slo.rules import Ruleset
from tests.support.judging import Firing, judged
from tests.support.recorded_series import RecordedSeries, series
from tests.support.shop_series import SERVED, STEP_S, Amount, Shop, between, healthy

FAULT_S = 60.0
BILLING = {"service": "billing-service", "instance": "billing-service-1"}
INVENTORY = {"service": "inventory-service", "instance": "inventory-service-1"}
ORDER = {"service": "order-service", "instance": "order-service-1"}


def first(firing: Firing, name: str, severity: str = "page") -> float:
    """Return when an alert fired first; infinity when it never did."""
    return next(
        (at for at, alerts in firing.items() if any((a.name, a.severity) == (name, severity) for a in alerts)), math.inf
    )


@pytest.mark.parametrize("seed", range(3))
async def test_ten_minutes_of_a_healthy_shop_raise_no_alert(drill: Ruleset, seed: int) -> None:
    """Declined cards and all; read as lazily as the evaluator does."""
    shop = healthy(600, seed)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 600, lazy=True)
    assert {alert.name for alerts in firing.values() for alert in alerts} == set()


@pytest.mark.parametrize("share", [0.5, 1.0])
async def test_failing_checkouts_page_within_fifteen_seconds(drill: Ruleset, share: float) -> None:
    """At three checkouts a second, seen through a scrape every two seconds; what is left of 15 s is for the rest."""
    shop = healthy(90)
    shop.serves("api-gateway", "POST", "/orders", 3, failing=between(FAULT_S, 90, share))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 90, lazy=True)
    assert first(firing, "OrderProcessingAvailability") <= FAULT_S + 10


async def test_slow_pages_page_within_fifteen_seconds(drill: Ruleset) -> None:
    """Nearly all looks at one order take longer than they may."""
    shop = healthy(90)
    shop.serves("api-gateway", "GET", "/orders/{order_id}", 3.8, slow=between(FAULT_S, 90, 0.9))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 90, lazy=True)
    assert first(firing, "OrderHistoryLatency") <= FAULT_S + 12


async def test_a_ledger_that_drifts_pages_at_once(drill: Ruleset) -> None:
    """One cent is enough, and the alert stays while the money is wrong."""
    shop = healthy(90)
    shop.gauge("ledger_drift_cents", between(FAULT_S, 90, 1), **BILLING)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 90)
    assert first(firing, "LedgerDrift") == FAULT_S
    (alert,) = firing[90.0]
    assert alert.summary == "Running totals and entries of the ledger are 1 cents apart"
    assert (alert.owner, alert.subject, alert.severity) == ("billing-team", "billing-service", "page")


def reserving(length_s: float, per_order: Amount) -> Shop:
    """Return a shop in which, by a moment, so many reservations were made for each order that was asked for."""
    shop = healthy(length_s)
    asked = shop.values[series(f"{SERVED}_count", **ORDER, method="POST", route="/orders", status="200")]
    held = [float(int((orders or 0) * per_order(step * STEP_S))) for step, orders in enumerate(asked)]
    rising: list[float | None] = [*accumulate(held, max)]
    shop.values[series("stock_reservations_total", **INVENTORY, outcome="held")] = rising
    return shop


async def test_more_reservations_than_orders_page_within_a_minute(drill: Ruleset) -> None:
    """Every fourth order reserves twice."""
    shop = reserving(180, lambda at_s: 1 + 0.25 * max(0.0, at_s - FAULT_S) / max(at_s, 1))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 180, lazy=True)
    assert FAULT_S < first(firing, "ReservationsInExcess") <= FAULT_S + 45
    (alert,) = firing[180.0]
    assert alert.summary.endswith("more reservations were made lately than orders were asked for")


async def test_reservations_that_are_made_late_are_none_too_many(drill: Ruleset) -> None:
    """For a minute nobody could reserve; when somebody can, all is made up for within a moment."""
    shop = reserving(300, lambda at_s: FAULT_S / at_s if FAULT_S < at_s < 2 * FAULT_S else 1)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 300, lazy=True)
    assert first(firing, "ReservationsInExcess") == math.inf


async def test_a_machine_that_holds_its_breath_calls_nobody(drill: Ruleset) -> None:
    """Everything is slow for four seconds, in a shop that has just opened."""
    shop = healthy(200)
    for method, route, per_s in (("POST", "/orders", 3.0), ("GET", "/products", 4.0), ("GET", "/products/{sku}", 7.0)):
        shop.serves("api-gateway", method, route, per_s, slow=between(40, 44, 1))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 200)
    assert {alert.name for alerts in firing.values() for alert in alerts} == set()


async def test_three_requests_say_nothing(drill: Ruleset) -> None:
    """All of them fail, and nobody is called."""
    shop = Shop(120)
    shop.serves("api-gateway", "POST", "/orders", 0.05, failing=between(0, 90, 1))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 120)
    assert {alert.name for alerts in firing.values() for alert in alerts} == set()


async def test_one_failure_among_many_says_nothing(drill: Ruleset) -> None:
    """Although one in sixty is more than an objective of 99.9 % allows."""
    shop = healthy(200)
    shop.serves("api-gateway", "POST", "/orders", 3, failing=lambda at_s: 0.18 if at_s in (60, 120) else 0.0)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 200)
    assert first(firing, "OrderProcessingAvailability") == math.inf


async def test_a_slow_burn_is_a_ticket_and_no_page(drill: Ruleset) -> None:
    """One checkout in two hundred fails: five times too fast, and nothing to get up for."""
    shop = healthy(700)
    shop.serves("api-gateway", "POST", "/orders", 3, failing=between(60, 700, 0.0058))
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 700, lazy=True)
    assert first(firing, "OrderProcessingAvailability", "ticket") < math.inf
    assert first(firing, "OrderProcessingAvailability", "page") == math.inf


async def test_an_alert_outlives_its_condition_a_little(drill: Ruleset) -> None:
    """A condition that flaps is one alert; one that stays away for six seconds is over."""
    shop = healthy(120)
    shop.gauge("ledger_drift_cents", lambda t: 5.0 if 40 <= t < 60 and t % 4 == 0 else 0.0, **BILLING)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 120)
    on = [at for at, alerts in firing.items() if alerts]
    assert on == [float(at) for at in range(40, 64, 2)]


async def test_a_condition_that_does_not_last_is_only_pending(drill: Ruleset) -> None:
    """Full pools for four seconds are no matter; for six they are."""
    for length, fires in ((4, False), (8, True)):
        shop = healthy(120)
        shop.gauge("db_client_connections_in_use", between(60, 60 + length, 5), pool="order", **ORDER)
        shop.gauge("db_client_connections_max", lambda _: 5, pool="order", **ORDER)
        firing = await judged(drill, RecordedSeries(shop.values, STEP_S), 120)
        assert (first(firing, "PoolSaturated") < math.inf) == fires


async def test_a_round_asks_few_questions(drill: Ruleset) -> None:
    """More than a hundred rules cost some thirty questions, however many replicas there are."""
    source = RecordedSeries(healthy(60).values, STEP_S)
    await judged(drill, source, 60, lazy=True)
    assert source.questions / 31 <= 40
