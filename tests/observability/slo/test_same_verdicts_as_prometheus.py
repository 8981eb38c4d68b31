"""The same series, judged here and by the real promtool: the same alerts at the same moments, in the same words."""

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from observability.slo.prometheus import FOLDER, rule_file
from observability.slo.rules import Ruleset
from tests.support.judging import Firing, judged
from tests.support.recorded_series import Key, RecordedSeries
from tests.support.shop_series import STEP_S, Shop, between, healthy

PROMTOOL = shutil.which("promtool")
LENGTH_S = 240.0

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(PROMTOOL is None, reason="no promtool on the PATH (Debian: apt-get install prometheus)"),
]


def failing_checkouts(seed: int) -> Shop:
    """A third of all checkouts fail for a while, at the gateway and at the load balancer."""
    shop = healthy(LENGTH_S, seed)
    share = between(60, 110, 0.33)
    shop.serves("api-gateway", "POST", "/orders", 3, failing=share)
    shop.serves("load-balancer", "POST", "/{path}", 3.5, failing=share)
    return shop


def slow_pages(seed: int) -> Shop:
    """Order histories become slow, then quick again, then slow."""
    shop = healthy(LENGTH_S, seed)
    shop.serves(
        "api-gateway", "GET", "/orders/{order_id}", 3.8,
        slow=lambda at_s: between(40, 70, 0.4)(at_s) + between(150, 170, 0.9)(at_s),
    )  # fmt: skip
    return shop


def unwell(seed: int) -> Shop:
    """A bit of everything: a replica comes and goes, a breaker flaps, messages wait, money drifts, a pool is full."""
    shop = healthy(LENGTH_S, seed)
    order = {"service": "order-service", "instance": "order-service-1"}
    worker = {"service": "fulfilment-worker", "instance": "fulfilment-worker-1"}
    shop.gauge("up", between(50, 62, 0, 1), **order)
    shop.gauge("process_start_time_seconds", lambda t: math.nan if 50 <= t < 62 else 1 + t // 25, **order)
    shop.gauge(
        "circuit_breaker_state", lambda t: (0, 2, 1, 2, 0, 0, 1)[int(t // 8) % 7], peer="payment-service", **order
    )
    shop.gauge("messaging_queue_oldest_message_age_seconds", lambda t: t - 80 if 80 <= t < 110 else 0.2,
               queue="order-queue", **worker)  # fmt: skip
    shop.gauge("messaging_queue_depth", between(130, 132, 1), queue="order-queue", state="dead", **worker)
    shop.gauge("ledger_drift_cents", lambda t: max(0.0, t // 10 - 10), service="billing-service",
               instance="billing-service-1")  # fmt: skip
    shop.gauge("db_client_connections_in_use", lambda _: shop.random.choice((5, 5, 5, 5, 4)), pool="order", **order)
    shop.gauge("db_client_connections_max", lambda _: 5, pool="order", **order)
    shop.counter("event_loop_lag_duration_seconds_sum", between(20, 60, 3), **order)
    shop.counter("event_loop_lag_duration_seconds_count", lambda _: 9, **order)
    shop.counter("orders_total", between(100, 130, 2), outcome="payment_pending", **order)
    return shop


def thin(seed: int) -> Shop:
    """Three requests, and all of them fail; counters that begin, restart and vanish."""
    shop = Shop(LENGTH_S, seed)
    shop.serves("api-gateway", "POST", "/orders", 0.02, failing=lambda _: 1.0)
    shop.serves("api-gateway", "GET", "/products", 6, failing=between(30, 200, 0.2))
    for values in shop.values.values():
        values[40:50] = [None] * 10
        values[50:] = [None if value is None else value - (values[50] or 0) for value in values[50:]]
    return shop


def notation(values: list[float | None]) -> str:
    """Write values as promtool reads them; where a series ends it says so."""
    words, there = [], False
    for value in values:
        words.append(("stale" if there else "_") if value is None else f"{value:.17g}")
        there = value is not None
    return " ".join(words)


def named(key: Key) -> str:
    """Write the name of a series."""
    return f"{key[0]}{{{','.join(f'{label}={json.dumps(value)}' for label, value in key[1])}}}"


def expected(firing: Firing, rules: Ruleset) -> list[dict[str, Any]]:
    """Write what fires here as what promtool has to see, of every alert at every moment."""
    tests = []
    for at_s, alerts in firing.items():
        for name in {rule.name for rule in rules.rules}:
            told = [
                {
                    "exp_labels": {label: value for label, value in alert.labels.items() if label != "alertname"},
                    "exp_annotations": {
                        "summary": alert.summary, "runbook": alert.runbook, "dashboard": alert.dashboard,
                    },
                }
                for alert in alerts
                if alert.name == name
            ]  # fmt: skip
            tests.append({"eval_time": f"{at_s:.0f}s", "alertname": name, "exp_alerts": told})
    return tests


def verdict(folder: Path, rules: Ruleset, shop: Shop, firing: Firing) -> subprocess.CompletedProcess[str]:
    """Ask promtool whether it agrees."""
    (folder / "rules.yaml").write_text(rule_file(rules))
    test = {
        "interval": f"{STEP_S:.0f}s",
        "input_series": [{"series": named(key), "values": notation(values)} for key, values in shop.values.items()],
        "alert_rule_test": expected(firing, rules),
    }
    tests = {"rule_files": ["rules.yaml"], "evaluation_interval": f"{rules.preset.every_s:.0f}s", "tests": [test]}
    (folder / "tests.yaml").write_text(json.dumps(tests))
    command = [str(PROMTOOL), "test", "rules", "tests.yaml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("of", "fires"),
    [
        (healthy, set()),
        (failing_checkouts, {"OrderProcessingAvailability", "LoadBalancerAvailability"}),
        (slow_pages, {"OrderHistoryLatency"}),
        (unwell, {"ReplicaDown", "ReplicaRestarting", "BreakerOpen", "QueueStuck", "DeadLetters", "LedgerDrift",
                  "PoolSaturated", "EventLoopLagging", "OrderProcessingPromptness"}),
        (thin, {"InventoryCheckAvailability"}),
    ],
)  # fmt: skip
async def test_both_say_the_same(tmp_path: Path, drill: Ruleset, of: Any, fires: set[str], seed: int) -> None:
    """At every evaluation of four minutes, of every alert: states, labels and sentences."""
    shop = of(LENGTH_S, seed) if of is healthy else of(seed)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), LENGTH_S)
    seen = {alert.name for alerts in firing.values() for alert in alerts}
    said = verdict(tmp_path, drill, shop, firing)
    assert said.returncode == 0, (said.stdout + said.stderr)[:4000]
    assert fires <= seen
    if of is healthy:
        assert seen == set()


async def test_a_difference_is_seen(tmp_path: Path, drill: Ruleset) -> None:
    """The comparison is not satisfied by whatever it is given."""
    shop = failing_checkouts(1)
    firing = await judged(drill, RecordedSeries(shop.values, STEP_S), LENGTH_S)
    late = next(at_s for at_s, alerts in firing.items() if alerts)
    firing[late] = []
    assert verdict(tmp_path, drill, shop, firing).returncode == 1


@pytest.mark.parametrize("preset", ["drill", "production"])
def test_promtool_accepts_the_rule_files(preset: str) -> None:
    """As they are in the repository."""
    command = [str(PROMTOOL), "check", "rules", str(FOLDER / f"{preset}.yaml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
