"""What the storefront's process is told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings

PAGE_TIMEOUT_S = 8.0


class Settings(ServiceSettings):
    """`STOREFRONT_…` variables."""

    model_config = SettingsConfigDict(env_prefix="STOREFRONT_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "web-frontend"

    port: int = Field(8081, ge=0, le=65535, description="port to listen on")
    instance: str = Field("web-frontend-1", description="name of this replica")
    platform_url: str = Field(description="the load balancer in front of the public API")
    page_timeout_s: float = Field(PAGE_TIMEOUT_S, gt=0, description="longest time a page may take, seconds")
    platform: PeerLimits = PeerLimits(timeout_s=6.0, attempts=2, slots=64)
