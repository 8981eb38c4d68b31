"""What alerting is told by its environment."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from observability.slo.document import DOCUMENT

DATABASE = "alerts.db"


class AlertsSettings(BaseSettings):
    """Settings of alerting, `ALERTS_…`."""

    model_config = SettingsConfigDict(env_prefix="ALERTS_", frozen=True)

    preset: Literal["drill", "production"] = Field("drill", description="how long rules look back")
    architecture: Path = Field(DOCUMENT, description="the CALM document with owners and objectives")
    database: Path | None = Field(None, description="file that keeps history and notices; none: memory")
    webhook_url: str | None = Field(None, description="where notices go as they are")
    slack_url: str | None = Field(None, description="an incoming webhook of Slack, or of whoever reads the same")
    pagerduty_routing_key: SecretStr | None = Field(None, description="key of an integration; without it none is told")
    pagerduty_url: str = Field(
        "https://events.pagerduty.com/v2/enqueue", description="where events go, in the form of PagerDuty's v2"
    )
    delivery_timeout_s: float = Field(5, gt=0, description="longest wait for whoever is told")
    give_up_after_s: float = Field(3600, gt=0, description="how long a notice is worth another try")

    def kept_in(self, folder: Path) -> Self:
        """Return settings with a database in this folder, unless they name one."""
        return self if self.database else self.model_copy(update={"database": folder / DATABASE})
