"""What every implementation of `Evidence` answers, whatever stands behind it.

A test module subclasses `EvidenceContract` and gives the fixture `told`: the evidence, fed with `story.tell`. The cases
may share one.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from observability.evidence.errors import BadQuery, NotFound
from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, LogRecord, Matcher, Page, Selector, TraceQuery, TraceSummary, Window
from tests.support.evidence_contract.story import DURATION, EVERY_S, LOOKS, Story

ORDERS = Selector("orders_total", (Matcher("outcome", "=", "confirmed"),))
DEPTH = Selector("messaging_queue_depth")
SAMPLED_S = EVERY_S * (LOOKS - 1)


class Told(NamedTuple):
    """Evidence that knows a story; `ring` tells it one more thing."""

    evidence: Evidence
    story: Story
    ring: Callable[[], Awaitable[None]]


async def traces_of(told: Told, wanted: TraceQuery, window: Window | None = None) -> list[int]:
    """Return the numbers of the orders whose traces fit."""
    page = await told.evidence.traces(wanted, window or told.story.window)
    return [int(trace.trace_id[:2], 16) - 0xA0 for trace in page.items]


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
        (edge,) = await told.evidence.red(told.story.window, "edge")
        assert (edge.caller, edge.service, edge.errors) == ("order-service", "payment-service", 0)


class TracesContract:
    """Traces."""

    @pytest.mark.parametrize(
        ("wanted", "orders"),
        [
            (TraceQuery(), [5, 4, 3, 2, 1, 0]),
            (TraceQuery(service="worker"), [4, 3, 1, 0]),
            (TraceQuery(service="nobody"), []),
            (TraceQuery(name="INSERT orders"), [5, 4, 3, 2, 1, 0]),
            (TraceQuery(error=True), [5, 2]),
            (TraceQuery(service="payment-service", error=True), []),
            (TraceQuery(service="worker", min_duration_s=0.2), [4, 3, 1, 0]),
            (TraceQuery(service="worker", min_duration_s=0.4), []),
            (TraceQuery(name="POST /orders", max_duration_s=0.1), []),
            (TraceQuery(attributes={"order": "3"}), [3]),
            (TraceQuery(attributes={"customer": "ada-4"}), [4]),
            (TraceQuery(attributes={"customer": "ada"}), []),
            (TraceQuery(attributes={"gift": "true"}), [1]),
            (TraceQuery(attributes={"weight": "0.5"}), [0]),
            (TraceQuery(service="order-service", attributes={"peer.service": "payment-service", "order": "2"}), [2]),
            (TraceQuery(service="api-gateway", attributes={"peer.service": "payment-service"}), []),
        ],
    )
    async def test_one_span_meets_all_conditions(self, told: Told, wanted: TraceQuery, orders: list[int]) -> None:
        """The latest traces come first."""
        assert await traces_of(told, wanted) == orders

    async def test_a_span_has_to_begin_in_the_window(self, told: Told) -> None:
        """That of the orders after 25 seconds and before 45."""
        start_s = told.story.start_s
        assert await traces_of(told, TraceQuery(), Window(start_s + 25, start_s + 45)) == [4, 3]

    @pytest.mark.parametrize("wanted", [TraceQuery(), TraceQuery(attributes={"gift": "false"})])
    async def test_pages_bring_every_trace_once(self, told: Told, wanted: TraceQuery) -> None:
        """And the last one has no cursor."""
        everything = (await told.evidence.traces(wanted, told.story.window)).items
        pages: list[Page[TraceSummary]] = []
        while not pages or pages[-1].cursor is not None:
            cursor = pages[-1].cursor if pages else None
            pages.append(await told.evidence.traces(wanted, told.story.window, 2, cursor))
        assert [trace for page in pages for trace in page.items] == list(everything)

    async def test_a_foreign_cursor_is_refused(self, told: Told) -> None:
        """Whatever it is."""
        with pytest.raises(BadQuery):
            await told.evidence.traces(TraceQuery(), told.story.window, cursor="the next, please")

    async def test_a_trace_in_a_list(self, told: Told) -> None:
        """Is named for its root, and reaches from the first start to the last end."""
        *_, first = (await told.evidence.traces(TraceQuery(), told.story.window)).items
        assert (first.trace_id, first.service, first.name) == (told.story.trace_id(0), "api-gateway", "POST /orders")
        assert (first.spans, first.errors) == (10, 0)
        assert first.duration_s == pytest.approx(1.3)
        assert first.services == ("api-gateway", "order-service", "payment-service", "worker")

    async def test_one_trace_with_all_that_was_sent(self, told: Told) -> None:
        """Its id may be cut."""
        trace = await told.evidence.trace(told.story.trace_id(2)[:4])
        assert trace.trace_id == told.story.trace_id(2)
        assert [span.kind for span in trace.spans] == ["server", "client", "server", "client", "client"]
        root, *_, last = trace.spans
        assert root.parent_id == ""
        assert root.start_s == pytest.approx(told.story.start_s + 20)
        assert (last.instance, last.error, last.status_message) == ("order-service-1", True, "NeighbourTimedOut")
        assert dict(last.attributes) == {
            "order": 2, "customer": "ada-2", "gift": False, "weight": 2.5, "peer.service": "payment-service",
        }  # fmt: skip
        assert last.resource["service.namespace"] == "nightshift"
        assert [(event.name, dict(event.attributes)) for event in last.events] == [
            ("exception", {"exception.type": "NeighbourTimedOut"})
        ]

    async def test_a_trace_that_is_not_there(self, told: Told) -> None:
        """Is not found."""
        with pytest.raises(NotFound):
            await told.evidence.trace("b" * 32)


class LogsContract:
    """Logs."""

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            (LogQuery(), 12),
            (LogQuery(level="warning"), 2),
            (LogQuery(level="error"), 0),
            (LogQuery(event="request.served"), 6),
            (LogQuery(text="ADA-3"), 2),
            (LogQuery(text="ada-3", event="order.placed"), 1),
            (LogQuery(service="order-service"), 12),
            (LogQuery(service="order-service-1"), 12),
            (LogQuery(service="order-service-2"), 0),
            (LogQuery(trace_id=f"{0xA3:02x}{3:030x}"), 2),
        ],
    )
    async def test_all_conditions_hold(self, told: Told, wanted: LogQuery, count: int) -> None:
        """The latest come first."""
        records = (await told.evidence.logs(wanted, told.story.window)).items
        assert len(records) == count
        assert [record.time_s for record in records] == sorted((one.time_s for one in records), reverse=True)

    async def test_a_level_that_does_not_exist_is_refused(self, told: Told) -> None:
        """With a sentence."""
        with pytest.raises(BadQuery):
            await told.evidence.logs(LogQuery(level="loud"), told.story.window)

    async def test_pages_bring_every_record_once(self, told: Told) -> None:
        """And the last one has no cursor."""
        seen: list[LogRecord] = []
        cursor = None
        while True:
            page = await told.evidence.logs(LogQuery(), told.story.window, 5, cursor)
            seen += page.items
            if (cursor := page.cursor) is None:
                break
        assert seen == list((await told.evidence.logs(LogQuery(), told.story.window)).items)

    async def test_a_record_keeps_its_fields(self, told: Told) -> None:
        """Apart from those that have a place of their own."""
        (record,) = (await told.evidence.logs(LogQuery(event="order.placed", text="Ada-0"), told.story.window)).items
        assert (record.service, record.instance, record.level) == ("order-service", "order-service-1", "info")
        assert (record.trace_id, record.span_id) == (told.story.trace_id(0), f"{0:08x}{3:08x}")
        assert dict(record.fields) == {"customer_id": "Ada-0", "attempt": 0}


class GraphContract:
    """The graph, and the way from a metric to logs."""

    async def test_calls_are_counted_by_edge(self, told: Told) -> None:
        """Those without an answer as well; a message is a call over a queue."""
        graph = await told.evidence.graph(told.story.window)
        assert {(edge.caller, edge.callee, edge.via): (edge.calls, edge.errors) for edge in graph.edges} == {
            ("api-gateway", "order-service", "http"): (6, 2),
            ("order-service", "payment-service", "http"): (6, 2),
            ("order-service", "worker", "queue"): (4, 0),
            ("worker", "order-service", "http"): (4, 0),
        }
        assert graph.services == ("api-gateway", "order-service", "payment-service", "worker")
        (edge,) = [edge for edge in graph.edges if edge.caller == "api-gateway"]
        assert edge.p50_s == pytest.approx(0.48, rel=0.1)
        assert edge.error_ratio == pytest.approx(1 / 3)

    async def test_a_way_over_a_queue_is_no_cycle(self, told: Told) -> None:
        """The worker calls back the service whose message it handles, and nobody waits for that."""
        graph = await told.evidence.graph(told.story.window)
        assert (graph.cycles, graph.trace_cycles) == ((), ())

    async def test_ways_round_are_found_in_the_graph_and_in_traces(self, told: Told) -> None:
        """With the traces that went round, and one of them."""
        await told.ring()
        graph = await told.evidence.graph(told.story.before)
        assert graph.cycles == (("billing-service", "order-service", "payment-service", "billing-service"),)
        (found,) = graph.trace_cycles
        assert found.services == ("order-service", "payment-service", "billing-service", "order-service")
        assert found.traces == 2
        assert found.example_trace_id in {told.story.trace_id(20), told.story.trace_id(21)}

    async def test_from_a_metric_to_traces_and_logs(self, told: Told) -> None:
        """The largest value first; a trace that is not stored is named."""
        found = await told.evidence.correlate(Selector(f"{DURATION}_bucket"), told.story.window)
        assert [exemplar.value for exemplar in found.exemplars] == [0.75, 0.05]
        assert [trace.trace_id for trace in found.traces] == [told.story.trace_id(3)]
        assert found.missing_trace_ids == ("ff" * 16,)
        assert {record.trace_id for record in found.logs} == {told.story.trace_id(3)}
        assert len(found.logs) == 2


class EvidenceContract(MetricsContract, TracesContract, LogsContract, GraphContract):
    """All of it."""
