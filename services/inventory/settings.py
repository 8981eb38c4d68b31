"""What the inventory process is told by its environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings


class Settings(ServiceSettings):
    """`INVENTORY_…` variables."""

    model_config = SettingsConfigDict(env_prefix="INVENTORY_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "inventory-service"

    port: int = Field(8085, ge=0, le=65535, description="port to listen on")
    instance: str = Field("inventory-service-1", description="name of this replica")
    database_url: str = Field(
        description="`sqlite+aiosqlite:////abs/inventory.db` or `postgresql+psycopg://user:<password>@host/inventory`"
    )
    pool_size: int = Field(5, ge=1, description="database connections")
    workers: int = Field(128, ge=1, description="requests served at once; others wait for one to come free")
    products_file: Path = Field(
        Path(__file__).with_name("products.json"), description="what an empty database is filled with"
    )
    cache_ttl_s: float = Field(2.0, ge=0, description="longest time for which a stock figure that was read is shown")
    lead_times_ttl_s: float = Field(
        60.0, gt=0, description="longest time for which the supplier's lead times are shown without asking it again"
    )
    supplier_url: str = Field(description="where more is ordered, and what says how soon it comes")
    supplier: PeerLimits = PeerLimits(timeout_s=2.0, attempts=3, slots=4, breaker_failures=5, breaker_reset_s=5.0)
    payment_url: str = Field("http://127.0.0.1:8086", description="where payments of orders are known")
    payment: PeerLimits = PeerLimits(timeout_s=1.0, attempts=1, slots=32)
    restock_below: int = Field(1_000, ge=0, description="units left at which more is ordered")
    restock_units: int = Field(5_000, ge=1, description="units ordered at once")
    restock_interval_s: float = Field(5.0, gt=0, description="seconds between two looks at the stock")
    count_interval_s: float = Field(5.0, gt=0, description="seconds between two counts of the stock")
