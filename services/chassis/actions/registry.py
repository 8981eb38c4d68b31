"""Which actions there are, and which of them a service can show."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import make_url

from services.chassis.actions.action import Lasting, OnExchange, OnStatement
from services.chassis.actions.api_delay import Delay
from services.chassis.actions.api_dropped_response import DroppedResponse
from services.chassis.actions.api_malformed import Malformed
from services.chassis.actions.api_status import Status
from services.chassis.actions.clock_offset import CLOCK_OFFSET
from services.chassis.actions.cpu_burn import CpuBurn
from services.chassis.actions.disk_fill import DiskFill
from services.chassis.actions.memory_ballast import MemoryBallast
from services.chassis.actions.statement_error import StatementError
from services.chassis.actions.statement_latency import StatementLatency
from services.chassis.declaration import Declaration
from services.chassis.settings import ServiceSettings

ON_EXCHANGES: Sequence[OnExchange] = (Delay(), Status(), Malformed(), DroppedResponse())
"""In the order in which a request meets them."""
ON_STATEMENTS: Mapping[str, Sequence[OnStatement]] = {
    "database": (StatementLatency("database"), StatementError("database")),
    "queue": (StatementLatency("queue"), StatementError("queue")),
}
URLS = {"database": "database_url", "queue": "broker_url"}
"""Store → the setting that says where it is, in services that have one."""


def actions_of(settings: ServiceSettings) -> list[Declaration]:
    """Return the actions that a service with these settings can show, besides the lasting ones."""
    stores = [store for store, url in URLS.items() if hasattr(settings, url)]
    on_statements = [action for store in stores for action in ON_STATEMENTS[store]]
    return [*ON_EXCHANGES, *on_statements, CLOCK_OFFSET]


def lasting_of(settings: ServiceSettings) -> list[Lasting]:
    """Return the actions that burden the process for as long as they are on."""
    return [CpuBurn(), MemoryBallast(), DiskFill(_data_folder(settings))]


def _data_folder(settings: ServiceSettings) -> Path:
    for url in URLS.values():
        if (said := getattr(settings, url, "")) and (file := make_url(said).database) and said.startswith("sqlite"):
            return Path(file).parent
    return Path(tempfile.gettempdir())
