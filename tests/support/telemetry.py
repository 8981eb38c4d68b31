"""Telemetry for what is tested without a whole service around it."""

from dataclasses import dataclass

from observability.wiring import Telemetry, wire
from observability.wiring.vocabulary import Metric


@dataclass(frozen=True)
class Tested:
    """Names that a service would have."""

    service: str = "tested-service"
    instance: str = "tested-service-1"


def telemetry() -> Telemetry:
    """Return telemetry of its own: metrics that nobody else has counted in, spans that go nowhere."""
    return wire(Tested())


def value(of: Telemetry, metric: Metric, *labels: str) -> float:
    """Return what a counter or gauge says now; 0 when nothing was counted."""
    found = of.metrics.registry.get_sample_value(metric.name, dict(zip(metric.labels, labels, strict=True)))
    return found or 0.0
