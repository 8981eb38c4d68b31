"""Start the controller: `python -m chaos.serve`, configured by `CHAOS_…` variables."""

import sqlite3
import sys
from typing import NoReturn

import structlog
import uvicorn
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chaos.app import create_app
from chaos.care import Caretaker
from chaos.controller import Controller
from chaos.drivers import Driver
from chaos.drivers.messages import Messages
from chaos.drivers.network import Network
from chaos.drivers.processes import Processes
from chaos.drivers.settings import Settings
from chaos.listening import listen
from chaos.settings import ControllerSettings
from chaos.sole import hold
from chaos.supervisor import Supervisor
from observability.wiring.current import Identity
from observability.wiring.logs import configure

GRACE_S = 2

log = structlog.get_logger()


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit with 2 and a sentence when that is impossible as things are."""
    try:
        settings = ControllerSettings()
        hold(settings.home)
        caretaker = Caretaker()
        listening = listen(settings.host, settings.port, "CHAOS_PORT")
        controller = Controller(settings, caretaker, drivers(settings))
    except ValidationError as error:
        _refuse("; ".join(_sentence(mistake) for mistake in error.errors()))
    except (OSError, ValueError, sqlite3.Error) as error:
        _refuse(str(error))
    configure("info", Identity("controller", "controller"))
    log.info(
        "controller.starting",
        host=settings.host,
        port=listening.getsockname()[1],
        channel_port=controller.channel.port,
        epoch=controller.epoch,
    )
    config = uvicorn.Config(
        create_app(settings, controller),
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    uvicorn.Server(config).run(sockets=[listening])
    caretaker.close()


def drivers(settings: ControllerSettings) -> list[Driver]:
    """Return who carries out what the replicas do not do themselves."""
    found: list[Driver] = []
    if settings.lab_state is not None:
        supervisor = Supervisor(settings.lab_state)
        found += [Processes(supervisor), Settings(supervisor), Messages(supervisor)]
    if settings.proxy_url is not None:
        found.append(Network(settings.proxy_url))
    return found


def _sentence(mistake: ErrorDetails) -> str:
    where = "".join(f"CHAOS_{str(part).upper()}: " for part in mistake["loc"])
    return where + mistake["msg"].removeprefix("Value error, ")


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(f"controller: {reason}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    main()
