"""What every implementation of `Evidence` answers about calls between services, and on the way from metrics to logs."""

import pytest

from observability.evidence.model import Selector
from tests.support.evidence_contract.story import DURATION
from tests.support.evidence_contract.told import Told


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
