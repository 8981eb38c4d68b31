"""Start one service by its dotted name: `python -m services.chassis.serve services.order [FOLDER]`.

With a FOLDER the service's code is that of `FOLDER/services/order`; all it stands on is still the lab's own.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.chassis.actions.api_dropped_response import HANG_UP
from services.chassis.elsewhere import take_from
from services.chassis.settings import ServiceSettings

BACKLOG = 512
GRACE_S = 5


class Connection(HttpToolsProtocol):
    """A connection that an exchange on it can end at once."""

    def on_message_begin(self) -> None:
        """Begin an exchange."""
        super().on_message_begin()
        cast(dict[str, object], self.scope)["extensions"] = {HANG_UP: self.transport.abort}


def main(package: str, folder: str = "") -> None:
    """Serve `package` until SIGTERM or SIGINT; its settings come from the environment."""
    read_settings, create_app = load(package, folder)
    settings = read_settings()
    uvicorn.Server(config_of(settings, create_app(settings))).run()


def load(package: str, folder: str = "") -> tuple[Callable[[], ServiceSettings], Callable[[ServiceSettings], FastAPI]]:
    """Return what reads the settings of `package`, and what makes its application."""
    if folder:
        take_from(folder)
    return import_module(f"{package}.settings").Settings, import_module(f"{package}.app").create_app


def config_of(settings: ServiceSettings, app: FastAPI) -> uvicorn.Config:
    """Return how the web server is to serve `app`."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        backlog=BACKLOG,
        loop="uvloop",
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
