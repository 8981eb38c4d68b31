"""What every service does before it serves, done once in advance, for nobody.

The fork server calls this before it forks: what is then written down for good (the TLS context, answers that typing,
`abc` and SQLAlchemy remember, which attribute was found where) stands in memory that all services share.
"""

from typing import ClassVar

from fastapi import APIRouter
from pydantic import BaseModel
from pydantic_settings import SettingsConfigDict
from sqlalchemy import Column, Integer, MetaData, Table

from observability.wiring import Telemetry
from observability.wiring.current import Identity
from observability.wiring.settings import TelemetrySettings
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.database import Database, UtcDateTime
from services.chassis.serve import config_of
from services.chassis.settings import PeerLimits, ServiceSettings

NOWHERE = "http://127.0.0.1:9"


class _Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="REHEARSAL_")

    service: ClassVar[str] = "rehearsal"
    limits: PeerLimits = PeerLimits()


class _Thing(BaseModel):
    name: str
    parts: list[str] = []


def rehearse() -> object:
    """Return all that makes a service, of one that never serves. Opens no file and no connection, starts no thread.

    What it returns is to be kept: its memory would be given to the services piece by piece, amid what they share.
    """
    settings = _Settings(port=0, instance="rehearsal-1")
    # Not `wire`: logs are set up by the process that will write them.
    telemetry = Telemetry(Identity(settings.service, settings.instance), TelemetrySettings(traces_exporter="none"))
    things = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
    database = Database("sqlite+aiosqlite:///never-opened.db", things.metadata, telemetry, name="rehearsal")
    router = APIRouter()

    @router.get("/things/{number}", summary="One thing")
    async def thing(number: int, most: int | None = None) -> _Thing:
        return _Thing(name=f"{number}", parts=["part"] * (most or 0))

    @router.post("/things", status_code=201, summary="Make a thing")
    async def make(wanted: _Thing) -> _Thing:
        return wanted

    app = build_app(
        settings,
        telemetry,
        title="Rehearsal",
        description="Never serves.",
        routers=[router],
        parts=[database, Neighbour("nobody", NOWHERE, settings.limits, telemetry)],
        checks={"database": database.check},
    )
    config = config_of(settings, app)
    config.load()
    return config
