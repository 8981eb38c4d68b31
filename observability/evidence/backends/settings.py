"""Where the real back ends are."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BackendSettings(BaseSettings):
    """Settings of evidence on real back ends, `EVIDENCE_…`; all three addresses are set, or none."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", frozen=True)

    prometheus_url: str = Field("", description="address of Prometheus, 2.42 or later")
    jaeger_url: str = Field("", description="address of Jaeger's query API, version 2")
    loki_url: str = Field("", description="address of Loki, version 3")
    loki_service_label: str = Field("service", description="label of a stream that names the service")
    loki_instance_label: str = Field("instance", description="label of a stream that names the replica")
    patience_s: float = Field(8.0, gt=0, description="longest wait for one answer of a back end, seconds")
    look_back_s: float = Field(7200.0, gt=0, description="how far back a cut trace id is looked for, seconds")

    @property
    def any_set(self) -> bool:
        """Whether evidence comes from back ends. Raises ValueError when some of the addresses are missing."""
        urls = (self.prometheus_url, self.jaeger_url, self.loki_url)
        if any(urls) and not all(urls):
            raise ValueError("Set EVIDENCE_PROMETHEUS_URL, EVIDENCE_JAEGER_URL and EVIDENCE_LOKI_URL, or none of them.")
        return all(urls)
