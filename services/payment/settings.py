"""What the payment process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings


class Settings(ServiceSettings):
    """`PAYMENT_…` variables."""

    model_config = SettingsConfigDict(env_prefix="PAYMENT_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "payment-service"

    port: int = Field(8086, ge=0, le=65535, description="port to listen on")
    instance: str = Field("payment-service-1", description="name of this replica")
    database_url: str = Field(
        description="`sqlite+aiosqlite:////abs/payment.db` or `postgresql+psycopg://user:<password>@host/payment`"
    )
    pool_size: int = Field(5, ge=1, description="database connections")
    workers: int = Field(128, ge=1, description="requests served at once; others wait for one to come free")
    card_network_url: str = Field(description="where cards are charged")
    card_network: PeerLimits = PeerLimits(timeout_s=0.5, attempts=3, slots=32, breaker_failures=8, breaker_reset_s=2.0)
    order_url: str = Field("http://127.0.0.1:8084", description="where orders are known")
    order: PeerLimits = PeerLimits(timeout_s=1.0, attempts=1, slots=32)
    reconciliation_interval_s: float = Field(
        10.0, gt=0, description="seconds between two looks into the card network's ledger"
    )
    recovery_interval_s: float = Field(2.0, gt=0, description="seconds between two looks for payments left half done")
    recovery_after_s: float = Field(
        10.0, ge=0, description="seconds after which a payment half done is taken to be left by whoever began it"
    )
