"""Probes, judged by evidence that a test sets."""

from dataclasses import dataclass, field
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chaos.probes.evidence import NoData, Page, Sample, Selector
from chaos.probes.judging import judge
from chaos.probes.quantiles import quantile_of
from chaos.probes.result import ProbeResult
from chaos.probes.spec import Probe
from chaos.probes.tolerance import Tolerance

MUG = {"sku": "MUG", "available": 7, "listed": True}
PROBES: TypeAdapter[Probe] = TypeAdapter(Probe)


@dataclass
class Told:
    """Evidence as a table: metric → values of its series, now and before, or how they have risen."""

    now: dict[str, list[float]] = field(default_factory=dict)
    before: dict[str, list[float]] = field(default_factory=dict)
    risen: dict[str, list[float]] = field(default_factory=dict)
    buckets: dict[float, float] = field(default_factory=dict)
    set: dict[str, list[float]] = field(default_factory=dict)
    answer: Page = field(default_factory=lambda: Page(200, 0.02, {"products": [MUG]}))

    async def values(self, wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        """Return the series of the table."""
        return _samples((self.before if ago_s else self.now)[wanted.metric])

    async def increases(self, wanted: Selector, window_s: float) -> list[Sample]:
        """Return the increases of the table."""
        assert window_s == 10
        if wanted.metric.endswith("_bucket"):
            return [Sample("a-1", {"le": str(bound)}, count) for bound, count in self.buckets.items()]
        return _samples(self.risen[wanted.metric])

    async def settings(self, name: str, of: str) -> list[Sample]:
        """Return the values of the table."""
        if name not in self.set:
            raise NoData(f"{of} has no setting {name} that is a number")
        return _samples(self.set[name])

    async def page(self, path: str) -> Page:
        """Return the answer."""
        if path == "/gone":
            raise NoData("GET /gone got no answer")
        return self.answer


def _samples(values: list[float]) -> list[Sample]:
    return [Sample(f"a-{number}", {}, value) for number, value in enumerate(values, start=1)]


async def judged(evidence: Told, **keys: Any) -> ProbeResult:
    """Return what comes of the probe with these keys."""
    return await judge("It is so", PROBES.validate_python(keys), evidence)


VALUE = {"kind": "value", "metric": "ledger_drift_cents"}
RATE = {"kind": "rate", "metric": "orders_total", "window": "10s"}
RATIO = {
    "kind": "ratio",
    "part": {"metric": "http_client_request_failures_total"},
    "whole": {"metric": "http_client_request_duration_seconds_count"},
    "window": "10s",
}
QUANTILE = {"kind": "quantile", "metric": "http_client_request_duration_seconds", "quantile": 0.5, "window": "10s"}
HTTP = {"kind": "http", "path": "/products"}
SETTING = {"kind": "setting", "of": "payment-service", "setting": "card_network.timeout_s"}
REQUESTS, FAILURES = "http_client_request_duration_seconds_count", "http_client_request_failures_total"


@pytest.mark.parametrize(
    ("keys", "evidence", "value", "unit"),
    [
        ({**VALUE, "at_most": 5}, Told(now={"ledger_drift_cents": [2, 3]}), 5.0, "ct"),
        ({**VALUE, "aggregate": "max", "at_most": 3}, Told(now={"ledger_drift_cents": [2, 3]}), 3.0, "ct"),
        ({**VALUE, "aggregate": "min", "equals": 2}, Told(now={"ledger_drift_cents": [2, 3]}), 2.0, "ct"),
        ({**RATE, "between": [2, 4]}, Told(risen={"orders_total": [10, 20]}), 3.0, "/s"),
        ({**RATIO, "at_most": 0.05}, Told(risen={REQUESTS: [60, 40], FAILURES: [5]}), 0.05, ""),
        ({**QUANTILE, "at_most": 0.25}, Told(buckets={0.1: 0, 0.2: 10, 0.4: 20, inf: 20}), 0.2, "s"),
        ({**HTTP, "equals": 200}, Told(), 200.0, ""),
        ({**SETTING, "equals": 2}, Told(set={"card_network.timeout_s": [0.5, 2]}), 2.0, "s"),
        ({**SETTING, "aggregate": "min", "equals": 0.5}, Told(set={"card_network.timeout_s": [0.5, 2]}), 0.5, "s"),
        ({**SETTING, "setting": "pool_size", "at_most": 8}, Told(set={"pool_size": [8]}), 8.0, ""),
        ({**HTTP, "measure": "latency", "at_most": 0.1}, Told(), 0.02, "s"),
        ({**HTTP, "measure": "field", "field": "products.0.available", "at_least": 1}, Told(), 7.0, ""),
        ({**HTTP, "measure": "field", "field": "products.0.sku", "equals": "MUG"}, Told(), "MUG", ""),
        ({**HTTP, "measure": "field", "field": "products.0.listed", "equals": "true"}, Told(), "true", ""),
    ],
)
async def test_each_kind_measures_what_it_says(
    keys: dict[str, Any], evidence: Told, value: float | str, unit: str
) -> None:
    """Value and unit, and the verdict at the very bound."""
    result = await judged(evidence, **keys)
    assert (result.verdict, result.unit) == ("held", unit)
    assert result.value == (value if isinstance(value, str) else pytest.approx(value))


@pytest.mark.parametrize(
    ("keys", "evidence", "sentence"),
    [
        ({**VALUE, "at_most": 4}, Told(now={"ledger_drift_cents": [2, 3]}), "5 ct; to be at most 4"),
        ({**RATE, "at_least": 4}, Told(risen={"orders_total": [10, 20]}), "3/s; to be at least 4"),
        ({**HTTP, "equals": 503}, Told(), "200; to be equal to 503"),
        ({**HTTP, "measure": "field", "field": "products.0.sku", "at_most": 5}, Told(), "'MUG'; to be at most 5"),
    ],
)
async def test_what_is_missed_says_by_what(keys: dict[str, Any], evidence: Told, sentence: str) -> None:
    """The other verdict, with value, unit and tolerance."""
    result = await judged(evidence, **keys)
    assert (result.verdict, result.held, result.sentence) == ("missed", False, sentence)


@pytest.mark.parametrize(
    ("keys", "evidence", "why"),
    [
        ({**VALUE, "at_most": 4}, Told(now={"ledger_drift_cents": []}), "no series fits ledger_drift_cents"),
        ({**RATE, "at_most": 4}, Told(risen={"orders_total": []}), "no series fits orders_total"),
        ({**RATIO, "at_most": 1}, Told(risen={REQUESTS: [9], FAILURES: []}), "9 events of"),
        ({**RATIO, "at_most": 1}, Told(risen={REQUESTS: [], FAILURES: []}), "no series fits"),
        ({**QUANTILE, "at_most": 9}, Told(buckets={0.1: 9, inf: 9}), "9 observations of"),
        ({**QUANTILE, "at_most": 9}, Told(), "0 observations of"),
        ({**HTTP, "path": "/gone", "equals": 200}, Told(), "got no answer"),
        ({**HTTP, "measure": "field", "field": "products.1.sku", "equals": "x"}, Told(), "has no products.1.sku"),
        ({**HTTP, "measure": "field", "field": "a", "equals": "x"}, Told(answer=Page(200, 0, None)), "has no a"),
        ({**SETTING, "at_most": 99}, Told(), "payment-service has no setting card_network.timeout_s"),
    ],
)
async def test_without_data_a_probe_fails_and_says_so(keys: dict[str, Any], evidence: Told, why: str) -> None:
    """Also when nothing at all would have been fine."""
    result = await judged(evidence, **keys)
    assert (result.verdict, result.held, result.value) == ("no-data", False, None)
    assert result.sentence.startswith("no data: ")
    assert why in result.sentence


async def test_a_counter_that_nobody_has_raised_is_zero_where_the_file_says_so() -> None:
    """Of failures there is no series before the first one."""
    zero = {"absent": "zero", "at_most": 0}
    assert (await judged(Told(risen={"orders_total": []}), **RATE, **zero)).held
    assert (await judged(Told(now={"orders_total": []}), kind="value", metric="orders_total", **zero)).held
    assert (await judged(Told(risen={REQUESTS: [20], FAILURES: []}), **RATIO, at_most=0)).held


@pytest.mark.parametrize(("before", "now", "verdict"), [(5, 5, "held"), (5, 4, "held"), (5, 6, "missed")])
async def test_growth_is_seen_against_what_it_was(before: float, now: float, verdict: str) -> None:
    """Old damage is fine, new damage is not."""
    evidence = Told(now={"ledger_drift_cents": [now]}, before={"ledger_drift_cents": [before]})
    result = await judged(evidence, **VALUE, does_not_grow="10s")
    assert result.verdict == verdict
    assert f"{before} ct before; to be not growing for 10s" in result.sentence


@given(st.lists(st.floats(0.001, 9.0), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_a_quantile_lies_in_the_bucket_that_holds_it(observed: list[float], quantile: float) -> None:
    """For any observations: the share that lies at or below the bucket's bound is at least the quantile."""
    bounds = (0.5, 1.0, 2.0, 5.0, 10.0, inf)
    samples = [Sample("a-1", {"le": str(b)}, float(sum(v <= b for v in observed))) for b in bounds]
    found = quantile_of(samples, quantile, 1, "x")
    bound = next(b for b in bounds if found <= b)
    lower = max((b for b in bounds if b < bound), default=0.0)
    assert sum(value <= bound for value in observed) >= quantile * len(observed) - 1e-9
    assert sum(value <= lower for value in observed) <= quantile * len(observed) + 1e-9 or found == lower


def test_what_lies_beyond_the_last_bound_counts_as_the_last_bound() -> None:
    """As Prometheus has it."""
    samples = [Sample("a-1", {"le": bound}, count) for bound, count in (("0.1", 1.0), ("1.0", 1.0), ("+Inf", 20.0))]
    assert quantile_of(samples, 0.99, 10, "x") == 1.0


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_comparisons_agree_with_one_another(value: float, bound: float, more: float) -> None:
    """`between` is `at_least` and `at_most` at once."""
    low, high = Tolerance(at_least=bound), Tolerance(at_most=bound + more)
    both = Tolerance(between=(bound, bound + more))
    assert both.holds(value) == (low.holds(value) and high.holds(value))
    assert Tolerance(equals=value).holds(value)
