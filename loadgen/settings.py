"""What the load generator is told by its environment."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loadgen.shape import MOST_USERS, read_shape


def _known_shape(name: str) -> str:
    read_shape(name)
    return name


class Settings(BaseSettings):
    """Where to shop, how many shoppers, and where the page is. Prefix `LOADGEN_`."""

    model_config = SettingsConfigDict(env_prefix="LOADGEN_", frozen=True)

    target: str = Field("http://127.0.0.1:8080", description="base URL of the platform's public API")
    storefront: str = Field("http://127.0.0.1:8081", description="base URL of the shop's pages")
    host: str = Field("127.0.0.1", description="address of the load generator's own page")
    port: int = Field(8089, ge=0, le=65535, description="port of the load generator's own page")
    instance: str = Field("load-generator-1", description="name of this replica")
    users: int = Field(40, ge=0, le=MOST_USERS, description="shoppers; each makes a request every two seconds or so")
    shape: Annotated[str, AfterValidator(_known_shape)] = Field("steady", description="name of a load shape")
