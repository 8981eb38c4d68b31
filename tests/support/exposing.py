"""A service of which only `/metrics` is there, with metrics of the vocabulary, and what a test sets."""

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from observability.wiring.metrics import Metrics


class Exposing:
    """Exposes `metrics`; `restart()` begins anew with all of them."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.status = 200
        self.scrapes = 0
        self.settings: dict[str, Any] = {}

    def restart(self) -> None:
        """Have every counter begin at 0."""
        self.metrics = Metrics()

    def app(self) -> Starlette:
        """Return the service."""
        routes = {"/metrics": self._metrics, "/products": self._products, "/-/settings": self._settings}
        return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])

    async def _metrics(self, _: Request) -> Response:
        self.scrapes += 1
        return Response(generate_latest(self.metrics.registry), self.status, media_type=CONTENT_TYPE_LATEST)

    async def _settings(self, _: Request) -> Response:
        listed = [{"name": name, "value": value} for name, value in self.settings.items()]
        return JSONResponse({"settings": listed}, self.status)

    async def _products(self, _: Request) -> Response:
        return JSONResponse({"products": [{"sku": "MUG", "available": 7, "listed": True}]}, self.status)
