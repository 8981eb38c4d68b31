"""What the controller is told by its environment."""

import ipaddress
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chaos.roles import Role

TOKEN_LENGTH = 16


class ControllerSettings(BaseSettings):
    """Settings of the controller, `CHAOS_…`; invalid where they would open it to strangers."""

    model_config = SettingsConfigDict(env_prefix="CHAOS_", frozen=True)

    host: str = Field("127.0.0.1", description="address to listen on, for people and for agents")
    port: int = Field(8091, ge=0, le=65535, description="port of the HTTP API; 0: any free one")
    channel_port: int = Field(8092, ge=0, le=65535, description="port that the agents dial; 0: any free one")
    home: Path = Field(Path(".lab/run"), description="folder for what outlives the controller")
    channel_key_file: Path | None = Field(None, description="key of the channel; default: channel.key in `home`")
    token: SecretStr | None = Field(None, min_length=TOKEN_LENGTH, description="what an admin has to present")
    operator_token: SecretStr | None = Field(None, min_length=TOKEN_LENGTH, description="may switch faults on")
    stopper_token: SecretStr | None = Field(None, min_length=TOKEN_LENGTH, description="may stop, and see that")
    viewer_token: SecretStr | None = Field(None, min_length=TOKEN_LENGTH, description="may see that something is on")
    lab_state: Path | None = Field(None, description="the lab's state file, which tells where its supervisor listens")
    proxy_url: str | None = Field(None, description="the network proxy's Toxiproxy API; none: no network faults")
    max_active: int = Field(8, ge=1, description="most faults on at once")
    max_share: float = Field(1.0, gt=0, le=1, description="most replicas that one fault may affect, as a share of all")

    @property
    def key_file(self) -> Path:
        """File that holds the key of the channel."""
        return self.channel_key_file or self.home / "channel.key"

    @property
    def tokens(self) -> dict[Role, str]:
        """Token of each role that has one."""
        given = {
            Role.ADMIN: self.token,
            Role.OPERATOR: self.operator_token,
            Role.STOPPER: self.stopper_token,
            Role.VIEWER: self.viewer_token,
        }
        return {role: token.get_secret_value() for role, token in given.items() if token is not None}

    @model_validator(mode="after")
    def _strangers_need_a_token(self) -> Self:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(
                f"CHAOS_HOST={self.host} can be reached from other machines, so callers have to show a token: "
                f"set CHAOS_TOKEN ({TOKEN_LENGTH} characters or more), or CHAOS_HOST=127.0.0.1."
            )
        if self.token is None and self.tokens:
            raise ValueError("A token for some roles leaves the controller to nobody else: set CHAOS_TOKEN as well.")
        return self


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches `host`: a loopback address or `localhost`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
