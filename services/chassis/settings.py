"""What every service process is told by its environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PeerLimits(BaseModel):
    """How far a caller goes for one neighbour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_s: float = Field(1.0, gt=0, description="longest wait for one attempt, seconds")
    attempts: int = Field(3, ge=1, le=10, description="attempts of an idempotent call, the first one included")
    slots: int = Field(32, ge=1, description="calls under way at once")
    breaker_failures: int = Field(8, ge=1, description="failures in a row that open the breaker")
    breaker_reset_s: float = Field(2.0, gt=0, description="seconds before an open breaker lets one call try")


class ServiceSettings(BaseSettings):
    """Settings that all services share; a service adds its own and a prefix (`ORDER_PORT`, …)."""

    # One knob of a neighbour (`ORDER_PAYMENT__TIMEOUT_S`) must not put the others back to what any neighbour gets.
    model_config = SettingsConfigDict(frozen=True, nested_model_default_partial_update=True)

    service: ClassVar[str]
    """Telemetry name, `order-service`."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(ge=0, le=65535, description="port to listen on")
    instance: str = Field(description="name of this replica, `order-service-1`")
    channel: str = Field("", description="host:port of the agents' channel; empty: no agent")
    channel_key_file: Path | None = Field(None, description="file that holds the key of the channel")
