"""The standard variables mean what the specification says."""

import pytest

from observability.wiring.settings import TelemetrySettings


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> TelemetrySettings:
    """Settings in an environment that holds these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return TelemetrySettings()


def test_nothing_is_sent_anywhere_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without exporter and endpoint there is no export."""
    assert read(monkeypatch).exporter == "none"


def test_an_endpoint_is_enough_to_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base endpoint gets the signal's path; a signal's own endpoint is taken as it is."""
    base = read(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318/")
    assert (base.exporter, base.endpoint) == ("otlp", "http://collector:4318/v1/traces")
    own = read(monkeypatch, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="http://other/traces")
    assert own.endpoint == "http://other/traces"


def test_an_exporter_without_an_endpoint_goes_to_the_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default endpoint is the specification's."""
    assert read(monkeypatch, OTEL_TRACES_EXPORTER="otlp").endpoint == "http://localhost:4318/v1/traces"


def test_an_exporter_named_none_wins_over_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces can be off while other signals have an endpoint."""
    settings = read(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318", OTEL_TRACES_EXPORTER="none")
    assert settings.exporter == "none"


def test_what_is_said_of_traces_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signal-specific variables override general ones; times are milliseconds."""
    settings = read(
        monkeypatch,
        OTEL_EXPORTER_OTLP_HEADERS="a=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS="b=2%203, c = 4 ,nonsense",
        OTEL_EXPORTER_OTLP_TIMEOUT="5000",
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT="250",
        OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
        OTEL_EXPORTER_OTLP_TRACES_COMPRESSION="none",
    )
    assert settings.headers == {"b": "2 3", "c": "4"}
    assert settings.timeout_s == 0.25
    assert settings.compression == "none"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the specification has it."""
    settings = read(monkeypatch, OTEL_BSP_MAX_QUEUE_SIZE="", OTEL_TRACES_SAMPLER="", OTEL_SDK_DISABLED="")
    assert settings == TelemetrySettings()


def test_names_and_switches_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service name, sampler, batching, the switch and the log level come from their variables."""
    settings = read(
        monkeypatch,
        OTEL_SERVICE_NAME="orders",
        OTEL_TRACES_SAMPLER="traceidratio",
        OTEL_TRACES_SAMPLER_ARG="0.5",
        OTEL_BSP_SCHEDULE_DELAY="200",
        OTEL_SDK_DISABLED="true",
        LOG_LEVEL="debug",
    )
    assert (settings.service_name, settings.traces_sampler, settings.traces_sampler_arg) == (
        "orders",
        "traceidratio",
        0.5,
    )
    assert (settings.bsp_schedule_delay, settings.sdk_disabled, settings.log_level) == (200, True, "debug")


def test_a_protocol_we_do_not_speak_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for gRPC is an error at the start, not spans that never arrive."""
    with pytest.raises(ValueError, match="http/protobuf"):
        read(monkeypatch, OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
