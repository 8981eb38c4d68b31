"""What the load balancer's process is told by its environment."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class BackendSettings(BaseModel):
    """One backend and how its health is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^http://[^/?#]+$", description="`http://host:port`, without a path")
    health_path: str = Field("/ready", pattern="^/", description="a GET is answered with a 2xx while it can serve")
    interval_s: float = Field(1.0, gt=0, description="seconds between two checks")
    timeout_s: float = Field(1.0, gt=0, description="longest wait for the answer to a check, seconds")
    rise: int = Field(2, ge=1, description="passed checks in a row that bring it back")
    fall: int = Field(2, ge=1, description="failed checks in a row that take it out")


class CheckChange(BaseModel):
    """What is different about the health check of one backend; nothing unless it is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    health_path: str | None = Field(None, pattern="^/", description="a GET is answered with a 2xx while it can serve")
    interval_s: float | None = Field(None, gt=0, description="seconds between two checks")
    timeout_s: float | None = Field(None, gt=0, description="longest wait for the answer to a check, seconds")
    rise: int | None = Field(None, ge=1, description="passed checks in a row that bring it back")
    fall: int | None = Field(None, ge=1, description="failed checks in a row that take it out")


class Settings(ServiceSettings):
    """`EDGE_…` variables."""

    model_config = SettingsConfigDict(env_prefix="EDGE_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "load-balancer"

    port: int = Field(8080, ge=0, le=65535, description="port to listen on")
    instance: str = Field("load-balancer-1", description="name of this replica")
    backends: tuple[BackendSettings, ...] = Field(min_length=1, description="JSON list, in the order of the round")
    checks: dict[int, CheckChange] = Field({}, description="changes to the check of a backend, by its place from 1")
    backend_name: str = Field("api-gateway", description="what the backends are called in telemetry")
    connect_timeout_s: float = Field(1.0, gt=0, description="longest wait for a connection, seconds")
    answer_timeout_s: float = Field(15.0, gt=0, description="longest silence of a backend, seconds")
