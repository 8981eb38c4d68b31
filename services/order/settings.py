"""What the order process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings


class Settings(ServiceSettings):
    """`ORDER_…` variables.

    A checkout has five seconds at the gateway: both neighbours may use up their attempts within that.
    """

    model_config = SettingsConfigDict(env_prefix="ORDER_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "order-service"

    port: int = Field(8084, ge=0, le=65535, description="port to listen on")
    instance: str = Field("order-service-1", description="name of this replica")
    database_url: str = Field(
        description="`sqlite+aiosqlite:////abs/order.db` or `postgresql+psycopg://user:<password>@host/order`"
    )
    replica_url: str = Field(
        "", description="a streaming replica of it, `postgresql+psycopg://user:<password>@host/order`; empty: none"
    )
    pool_size: int = Field(5, ge=1, description="database connections")
    workers: int = Field(128, ge=1, description="requests served at once; others wait for one to come free")
    broker_url: str = Field(description="`sqlite+aiosqlite:////abs/broker.db` or `amqp://user:<password>@host:5672/`")
    inventory_url: str = Field(description="where stock is reserved")
    inventory: PeerLimits = PeerLimits(timeout_s=0.8, attempts=2)
    payment_url: str = Field(description="where payment is authorised")
    payment: PeerLimits = PeerLimits(timeout_s=1.2, attempts=2)
    claim_s: float = Field(6.0, gt=0, description="time that one attempt at a checkout has for itself, seconds")
    join_s: float = Field(2.0, ge=0, description="longest wait for another attempt at the same checkout, seconds")
    abandon_after_s: float = Field(
        24.0, ge=0, description="seconds after its last attempt's time at which an unfinished checkout is given up"
    )
    recovery_interval_s: float = Field(5.0, gt=0, description="seconds between two looks for unfinished checkouts")
    prices_interval_s: float = Field(30.0, gt=0, description="seconds between two refreshes of the known prices")
