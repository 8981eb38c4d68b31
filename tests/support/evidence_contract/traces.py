"""What every implementation of `Evidence` answers about traces: searching, paging, one of them."""

import pytest

from observability.evidence.errors import BadQuery, NotFound
from observability.evidence.model import Page, TraceQuery, TraceSummary, Window
from tests.support.evidence_contract.told import Told, traces_of


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
