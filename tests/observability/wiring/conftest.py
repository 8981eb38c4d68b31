"""A receiver, and services wired to it."""

from collections.abc import Callable, Iterator

import pytest

from observability.wiring import Telemetry, wire
from observability.wiring.current import Identity
from observability.wiring.settings import TelemetrySettings
from tests.support.otlp_receiver import OtlpReceiver

WireService = Callable[..., Telemetry]


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    """A receiver that keeps what it gets."""
    with OtlpReceiver() as listening:
        yield listening


@pytest.fixture
def wired(receiver: OtlpReceiver) -> Iterator[WireService]:
    """Wires services to the receiver; `telemetry.close()` delivers what they have made so far."""
    made: list[Telemetry] = []

    def make(service: str = "order-service", **settings: object) -> Telemetry:
        chosen = {"traces_exporter": "otlp", "exporter_otlp_endpoint": receiver.endpoint, **settings}
        telemetry = wire(Identity(service, f"{service}-1"), TelemetrySettings.model_validate(chosen))
        made.append(telemetry)
        return telemetry

    yield make
    for telemetry in made:
        telemetry.close()
