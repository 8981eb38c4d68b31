"""What every implementation of `Evidence` answers about metrics: values, increases, quantiles, exemplars, RED."""

import pytest

from observability.evidence.errors import BadQuery
from observability.evidence.model import Matcher, Selector, Window
from tests.support.evidence_contract.story import DURATION, EVERY_S, LOOKS
from tests.support.evidence_contract.told import Told

ORDERS = Selector("orders_total", (Matcher("outcome", "=", "confirmed"),))
DEPTH = Selector("messaging_queue_depth")
SAMPLED_S = EVERY_S * (LOOKS - 1)


class MetricsContract:
    """Metrics."""

    async def test_names_of_metrics_are_known(self, told: Told) -> None:
        """In the order of the alphabet."""
        names = await told.evidence.metrics()
        assert names == sorted(names)
        assert {"orders_total", "messaging_queue_depth", f"{DURATION}_bucket", "up"} <= set(names)

    async def test_latest_value_of_each_series(self, told: Told) -> None:
        """At a moment in between, the value is that of the look before."""
        at_s = told.story.looks()[13] + 1.5
        (depth,) = await told.evidence.instant(DEPTH, at_s)
        assert (depth.value, depth.labels["queue"], depth.labels["instance"]) == (3.0, "order-queue", "order-service-1")
        assert {sample.labels["instance"]: sample.value for sample in await told.evidence.instant(ORDERS, at_s)} == {
            "order-service-1": 78.0,
            "order-service-2": 36.0,
        }

    async def test_a_series_that_is_shown_no_more_has_ended(self, told: Told) -> None:
        """At the first look that misses it, not five minutes later."""
        assert await told.evidence.instant(DEPTH, told.story.looks()[20] - 0.1) != []
        assert await told.evidence.instant(DEPTH, told.story.looks()[20] + 0.1) == []

    @pytest.mark.parametrize(
        ("matcher", "count"),
        [
            (Matcher("outcome", "=", "declined"), 1),
            (Matcher("outcome", "!=", "declined"), 2),
            (Matcher("outcome", "=~", "conf.*|decl.*"), 3),
            (Matcher("outcome", "=~", "conf"), 0),
            (Matcher("instance", "!~", ".*-1"), 1),
            (Matcher("reason", "=", ""), 3),
            (Matcher("reason", "!=", ""), 0),
        ],
    )
    async def test_labels_are_matched_as_in_prometheus(self, told: Told, matcher: Matcher, count: int) -> None:
        """A regular expression has to fit as a whole, and a label that is missing is empty."""
        at_s = told.story.window.end_s - 1
        assert len(await told.evidence.instant(Selector("orders_total", (matcher,)), at_s)) == count

    async def test_a_bad_expression_is_refused(self, told: Told) -> None:
        """With a sentence."""
        with pytest.raises(BadQuery):
            await told.evidence.instant(Selector("orders_total", (Matcher("outcome", "=~", "("),)))

    async def test_values_over_time(self, told: Told) -> None:
        """One point per step at which there is a value."""
        window = Window(told.story.looks()[17] + 0.1, told.story.looks()[22])
        (depth,) = await told.evidence.range(DEPTH, window, EVERY_S)
        assert [point.value for point in depth.points] == [2.0, 3.0, 4.0]

    async def test_increase_is_extrapolated_and_restarts_are_no_fall(self, told: Told) -> None:
        """As Prometheus does it: to the edge of the window, but not to before a counter began."""
        risen = await told.evidence.increase(ORDERS, told.story.window)
        values = {sample.labels["instance"]: sample.value for sample in risen}
        assert values["order-service-1"] == pytest.approx(168 * (SAMPLED_S + 0.5) / SAMPLED_S)
        assert values["order-service-2"] == pytest.approx(58 * (SAMPLED_S + 1) / SAMPLED_S)

    async def test_increase_far_from_the_edge_reaches_half_a_step(self, told: Told) -> None:
        """When samples begin late in the window."""
        start_s = told.story.start_s
        (risen,) = await told.evidence.increase(
            Selector("orders_total", (Matcher("instance", "=", "order-service-2"),)), Window(start_s - 30, start_s + 9)
        )
        assert risen.value == pytest.approx(8 * (8 + EVERY_S / 2 + 1) / 8)

    async def test_rates_of_groups_are_added_up(self, told: Told) -> None:
        """Per second, by the labels that are named; none of them: everything together."""
        window = told.story.window
        apart = await told.evidence.rate(ORDERS, window)
        (together,) = await told.evidence.rate(ORDERS, window, ())
        (by_service,) = await told.evidence.rate(ORDERS, window, ("service",))
        assert together.value == by_service.value == pytest.approx(sum(sample.value for sample in apart))
        assert (dict(together.labels), dict(by_service.labels)) == ({}, {"service": "order-service"})

    async def test_rates_over_time(self, told: Told) -> None:
        """Each over the seconds before its step."""
        looks = told.story.looks()
        window = Window(looks[20] + 1, looks[24] + 1)
        (rates,) = await told.evidence.rates(ORDERS, window, EVERY_S, 10.0, ("service",))
        assert [point.value for point in rates.points] == pytest.approx([4.0] * 4)

    async def test_one_sample_is_no_increase(self, told: Told) -> None:
        """Nothing can be said of a counter that was seen once."""
        at_s = told.story.looks()[10]
        assert await told.evidence.increase(ORDERS, Window(at_s - 0.5, at_s + 0.5)) == []

    @pytest.mark.parametrize(("quantile", "value"), [(0.5, 0.4), (0.1, 0.05), (0.9, 1.0), (0.99, 1.0)])
    async def test_quantiles_are_interpolated(self, told: Told, quantile: float, value: float) -> None:
        """Within a bucket evenly; beyond the last bound there is only that bound."""
        (found,) = await told.evidence.quantile(Selector(DURATION), quantile, told.story.window, ("service",))
        assert dict(found.labels) == {"service": "order-service"}
        assert found.value == pytest.approx(value)

    async def test_quantile_beyond_one_is_refused(self, told: Told) -> None:
        """95 is not meant."""
        with pytest.raises(BadQuery):
            await told.evidence.quantile(Selector(DURATION), 95, told.story.window)

    async def test_exemplars_come_latest_first(self, told: Told) -> None:
        """With the labels of their series and the ids of their trace."""
        wanted = Selector(f"{DURATION}_bucket")
        late, early = await told.evidence.exemplars(wanted, told.story.window)
        assert (late.trace_id, late.span_id, late.value) == ("ff" * 16, "ee" * 8, 0.05)
        assert (early.trace_id, early.labels["le"]) == (told.story.trace_id(3), "1.0")
        assert await told.evidence.exemplars(wanted, told.story.window, 1) == [late]

    async def test_red_of_services_routes_and_edges(self, told: Told) -> None:
        """Requests as a counter rose, errors among them, and quantiles."""
        reach = (SAMPLED_S + 0.5) / SAMPLED_S * (LOOKS - 1)
        (service,) = await told.evidence.red(told.story.window)
        assert (service.service, service.route, service.caller) == ("order-service", None, None)
        assert service.requests == pytest.approx(10 * reach)
        assert service.errors == pytest.approx(reach)
        assert service.error_ratio == pytest.approx(0.1)
        assert service.p50_s == pytest.approx(0.4)
        (route,) = await told.evidence.red(told.story.window, "route")
        assert (route.service, route.route, route.requests) == ("order-service", "POST /orders", service.requests)
        edges = await told.evidence.red(told.story.window, "edge")
        assert [(edge.caller, edge.service, round(edge.requests), round(edge.errors)) for edge in edges] == [
            ("api-gateway", "order-service", 6, 2),
            ("worker", "order-service", 4, 0),
            ("order-service", "payment-service", 6, 2),
        ]
