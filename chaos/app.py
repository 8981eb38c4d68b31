"""The controller's HTTP application: the only place where its parts are joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chaos import problems
from chaos.authority import Authority
from chaos.by_signal import lever_by_signal
from chaos.controller import Controller
from chaos.routes import router
from chaos.settings import ControllerSettings

DESCRIPTION = """Switches faults on in the running platform, each for a limited time, and off again.

A fault is on only while its replica hears the controller (a lease of 2 seconds) and the fault's own time lasts
(10 minutes unless said otherwise, 60 at most). Should the controller die, everything is off at once."""


def create_app(settings: ControllerSettings, controller: Controller) -> FastAPI:
    """Return the API of `controller`, which lives as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with controller:
            with lever_by_signal(controller):
                yield

    app = FastAPI(title="Nightshift chaos controller", description=DESCRIPTION, version="1", lifespan=lifespan)
    app.state.controller = controller
    problems.install(app)
    app.include_router(router)
    app.add_middleware(Authority, tokens=settings.tokens, seals=controller.sessions.keys)
    return app
