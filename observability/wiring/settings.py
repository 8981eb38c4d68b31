"""What the environment says about telemetry: the standard `OTEL_*` variables and `LOG_LEVEL`."""

from typing import Literal
from urllib.parse import unquote

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Exporter = Literal["otlp", "console", "none"]
DEFAULT_ENDPOINT = "http://localhost:4318"


class TelemetrySettings(BaseSettings):
    """Read once per service, inside `wire`. Times in milliseconds, as the OpenTelemetry specification has them."""

    model_config = SettingsConfigDict(env_prefix="OTEL_", env_ignore_empty=True, frozen=True, extra="ignore")

    sdk_disabled: bool = False
    service_name: str | None = None
    resource_attributes: str = ""
    traces_exporter: Exporter | None = None
    traces_sampler: str = "parentbased_always_on"
    traces_sampler_arg: float = 1.0
    exporter_otlp_endpoint: str | None = None
    exporter_otlp_traces_endpoint: str | None = None
    exporter_otlp_protocol: Literal["http/protobuf"] = "http/protobuf"
    exporter_otlp_traces_protocol: Literal["http/protobuf"] | None = None
    exporter_otlp_headers: str = ""
    exporter_otlp_traces_headers: str | None = None
    exporter_otlp_timeout: int = 10_000
    exporter_otlp_traces_timeout: int | None = None
    exporter_otlp_compression: Literal["none", "gzip"] = "none"
    exporter_otlp_traces_compression: Literal["none", "gzip"] | None = None
    exporter_otlp_certificate: str | None = None
    exporter_otlp_traces_certificate: str | None = None
    bsp_schedule_delay: int = Field(default=1_000, gt=0)
    bsp_max_queue_size: int = Field(default=16_384, gt=0)
    bsp_max_export_batch_size: int = Field(default=1_024, gt=0)
    bsp_export_timeout: int = Field(default=30_000, gt=0)
    log_level: str = Field(default="info", validation_alias="LOG_LEVEL")

    @property
    def exporter(self) -> Exporter:
        """Where spans go. Unset means: to the endpoint if one is named, else nowhere."""
        if self.traces_exporter is not None:
            return self.traces_exporter
        return "otlp" if self.exporter_otlp_traces_endpoint or self.exporter_otlp_endpoint else "none"

    @property
    def endpoint(self) -> str:
        """The URL that spans are posted to."""
        if self.exporter_otlp_traces_endpoint:
            return self.exporter_otlp_traces_endpoint
        return (self.exporter_otlp_endpoint or DEFAULT_ENDPOINT).rstrip("/") + "/v1/traces"

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every export."""
        named = self.exporter_otlp_traces_headers
        return _pairs(self.exporter_otlp_headers if named is None else named)

    @property
    def timeout_s(self) -> float:
        """The longest one export may take, in seconds."""
        return (self.exporter_otlp_traces_timeout or self.exporter_otlp_timeout) / 1000

    @property
    def compression(self) -> str:
        """`none` or `gzip`."""
        return self.exporter_otlp_traces_compression or self.exporter_otlp_compression

    @property
    def certificate(self) -> str | None:
        """A file of authorities to trust for https, or None for the system's."""
        return self.exporter_otlp_traces_certificate or self.exporter_otlp_certificate

    def resource(self) -> dict[str, str]:
        """Extra resource attributes."""
        return _pairs(self.resource_attributes)


def _pairs(text: str) -> dict[str, str]:
    """Read `key=value,key=value`, percent-decoded; parts without a key are left out."""
    halves = (part.partition("=") for part in text.split(","))
    return {key.strip(): unquote(value.strip()) for key, equals, value in halves if equals and key.strip()}
