"""The way of every request into a service, past the actions that are on.

In a traceback this is one frame and one line, whatever is on.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.actions.action import Exchange
from services.chassis.actions.registry import ON_EXCHANGES
from services.chassis.actions.routes import is_about, is_business, route_of
from services.chassis.switches import BOARD


class ExchangeMiddleware:
    """Put it inside telemetry, which is to record what callers get, and inside deadlines, which are to run on.

    `routes` are those of the service: an answer given here is recorded under the route that would have given it.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if BOARD.switches and is_business(scope):
            exchange = Exchange(scope, receive, send)
            await self._meet(exchange)
            if exchange.answered:
                return
            send = exchange.send
        await self.app(scope, receive, send)

    async def _meet(self, exchange: Exchange) -> None:
        scope, route = exchange.scope, None
        for action in ON_EXCHANGES:
            switch = BOARD.held(action.name)
            if switch is None or exchange.answered:
                continue
            route = route or route_of(scope, self._routes) or getattr(scope["app"].state, "route", None)
            if is_about(switch.params["route"], scope, route) and BOARD.shown(action.name):
                scope["route"] = route
                await action.meet(switch, exchange)
