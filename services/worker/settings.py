"""What the worker process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings

# What is down is asked for again soon: a backlog waits, and one trial call at a time harms nobody.
PATIENT = PeerLimits(timeout_s=2.0, attempts=2, slots=8, breaker_reset_s=0.5)


class Settings(ServiceSettings):
    """`WORKER_…` variables."""

    model_config = SettingsConfigDict(env_prefix="WORKER_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "fulfilment-worker"

    port: int = Field(8088, ge=0, le=65535, description="port to listen on")
    instance: str = Field("fulfilment-worker-1", description="name of this replica")
    broker_url: str = Field(description="`sqlite+aiosqlite:////abs/broker.db` or `amqp://user:<password>@host:5672/`")
    order_url: str = Field(description="where orders are settled")
    order: PeerLimits = PATIENT
    inventory_url: str = Field(description="where stock is reserved, committed and released")
    inventory: PeerLimits = PATIENT
    payment_url: str = Field(description="where payment is captured or undone")
    payment: PeerLimits = PeerLimits(timeout_s=4.0, attempts=2, slots=8, breaker_reset_s=0.5)
    billing_url: str = Field(description="where events are posted")
    billing: PeerLimits = PATIENT
    concurrency: int = Field(8, ge=1, description="messages handled at once")
    max_deliveries: int = Field(6, ge=1, description="deliveries of a message that cannot be handled")
    retry_backoff_s: float = Field(0.25, gt=0, description="wait before the second delivery; doubles with each")
    shortest_wait_s: float = Field(0.5, gt=0, description="first wait for something that is down, seconds")
    longest_wait_s: float = Field(15.0, gt=0, description="longest wait for something that is down, seconds")
