"""What the provider process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`PROVIDER_…` variables."""

    model_config = SettingsConfigDict(env_prefix="PROVIDER_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "payment-provider"

    port: int = Field(8090, ge=0, le=65535, description="port to listen on")
    instance: str = Field("payment-provider-1", description="name of this replica")
    database_url: str = Field(
        description="`sqlite+aiosqlite:////abs/provider.db` or `postgresql+psycopg://user:<password>@host/provider`"
    )
    latency_median_ms: float = Field(20.0, ge=0, description="median time an operation takes, milliseconds; 0: none")
    latency_sigma: float = Field(
        0.4, ge=0, description="spread of the log-normal latency; 0.4: one in 100 takes 2.5 times the median"
    )
