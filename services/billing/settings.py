"""What the billing process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`BILLING_…` variables."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "billing-service"

    port: int = Field(8087, ge=0, le=65535, description="port to listen on")
    instance: str = Field("billing-service-1", description="name of this replica")
    database_url: str = Field(
        description="`sqlite+aiosqlite:////abs/billing.db` or `postgresql+psycopg://user:<password>@host/billing`"
    )
    pool_size: int = Field(5, ge=1, description="database connections")
    reconciliation_interval_s: float = Field(2.0, gt=0, description="seconds between two reconciliations")
