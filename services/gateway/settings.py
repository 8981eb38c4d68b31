"""What a gateway process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings

REQUEST_TIMEOUT_S = 5.0


class Settings(ServiceSettings):
    """`GATEWAY_…` variables."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "api-gateway"

    port: int = Field(8082, ge=0, le=65535, description="port to listen on")
    instance: str = Field("api-gateway-1", description="name of this replica")
    request_timeout_s: float = Field(
        REQUEST_TIMEOUT_S, gt=0, description="time a request may take, all hops included; its caller may ask for less"
    )
    requests_per_s: float = Field(
        1000.0, ge=1, description="requests a second that this replica is made for; what is more is refused at once"
    )
    products_timeout_s: float = Field(
        1.5, gt=0, description="time product pages wait for inventory before they show what was last heard"
    )
    products_interval_s: float = Field(10.0, gt=0, description="seconds between two refreshes of what was last heard")
    order_url: str = Field(description="the order service")
    inventory_url: str = Field(description="the inventory service")
    billing_url: str = Field(description="the billing service")
    # One attempt at an order may use the whole time: a second one beside it would only be told that the first is
    # under way. What fails fast (a refused or broken connection, a 503) is tried again under the same key.
    order: PeerLimits = PeerLimits(timeout_s=REQUEST_TIMEOUT_S, attempts=3, slots=64)
    inventory: PeerLimits = PeerLimits(timeout_s=0.7, attempts=2, slots=32, breaker_failures=5)
    billing: PeerLimits = PeerLimits(timeout_s=2.0, attempts=2, slots=16)
