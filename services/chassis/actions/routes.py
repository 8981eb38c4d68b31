"""Which requests an action on exchanges is about."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from observability.wiring import vocabulary
from services.chassis.declaration import text

ROUTE = text(
    "route", "template of the route or beginning of the path, `/orders`; empty: all of the service", default=""
)


def is_business(scope: Scope) -> bool:
    """Tell whether a connection is a request that customers or neighbours make."""
    return scope["type"] == "http" and not vocabulary.is_quiet(scope["path"])


def is_about(wanted: str, scope: Scope, route: object) -> bool:
    """Tell whether a request that `route` will serve is one of those that `wanted` describes."""
    if not wanted or wanted == getattr(route, "path", None):
        return True
    path, beginning = scope["path"], wanted.rstrip("/")
    return bool(path == beginning or path.startswith(beginning + "/"))


def route_of(scope: Scope, routes: Sequence[BaseRoute]) -> object:
    """Return the route that will serve a request; None when none will."""
    for route in routes:
        if route.matches(dict(scope))[0] is Match.FULL:
            return route
    return None
