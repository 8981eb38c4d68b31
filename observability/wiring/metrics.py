"""The metrics of one service, in a registry of their own."""

from typing import cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase

from observability.wiring import vocabulary as names
from observability.wiring.own_process import OwnProcess
from observability.wiring.spans import Span
from observability.wiring.vocabulary import Metric


def observe(duration: Histogram, seconds: float, span: Span) -> None:
    """Record how long `span` took, with its ids as the exemplar if anybody can look it up."""
    if span.sampled:
        duration.observe(seconds, {names.EXEMPLAR_TRACE: span.trace_id.hex(), names.EXEMPLAR_SPAN: span.span_id.hex()})
    else:
        duration.observe(seconds)


class Metrics:
    """Makes each metric of the vocabulary once, when it is first asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, MetricWrapperBase] = {}
        OwnProcess(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def counter(self, metric: Metric) -> Counter:
        """The counter; keep its `.labels(…)` children on hot paths."""
        return cast(Counter, self._made.get(metric.name) or self._make(Counter, metric))

    def gauge(self, metric: Metric) -> Gauge:
        """The gauge."""
        return cast(Gauge, self._made.get(metric.name) or self._make(Gauge, metric))

    def histogram(self, metric: Metric) -> Histogram:
        """The histogram, with the vocabulary's buckets."""
        return cast(Histogram, self._made.get(metric.name) or self._make(Histogram, metric))

    def exposition(self, accept_header: str = "") -> tuple[bytes, str]:
        """Everything as text, and its type: OpenMetrics, with exemplars, where accepted; else the classic format."""
        encode, content_type = choose_encoder(accept_header)
        return encode(self.registry), content_type

    def _make(self, kind: type[MetricWrapperBase], metric: Metric) -> MetricWrapperBase:
        if kind.__name__.lower() != metric.kind:
            raise TypeError(f"{metric.name} is a {metric.kind}, not a {kind.__name__.lower()}")
        if metric.kind == "histogram":
            made: MetricWrapperBase = Histogram(
                metric.name, metric.help, metric.labels, buckets=metric.buckets, registry=self.registry
            )
        else:
            made = kind(metric.name, metric.help, metric.labels, registry=self.registry)
        self._made[metric.name] = made
        return made
