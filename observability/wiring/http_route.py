"""What a request is called: its method, its route, and the attributes that all requests of one route share."""

from starlette.types import Scope

from observability.wiring import vocabulary as names

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})


def known_method(scope: Scope) -> str:
    """The method, or `_OTHER` for what callers make up."""
    method: str = scope["method"]
    return method if method in _METHODS else "_OTHER"


def route_template(scope: Scope) -> str:
    """The template of the route that answered, prefixes included; empty when none matched."""
    effective = scope.get("fastapi", {}).get("effective_route_context")
    route = effective or scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", "") or ""


def constant_attributes(method: str, route: str, status: int, scope: Scope) -> dict[str, str | int]:
    """The attributes that all requests of one route with one outcome share."""
    attributes: dict[str, str | int] = {
        names.HTTP_METHOD: method,
        names.HTTP_STATUS: status,
        names.URL_SCHEME: scope.get("scheme", "http"),
        names.PROTOCOL_VERSION: scope.get("http_version", "1.1"),
    }
    if route:
        attributes[names.HTTP_ROUTE] = route
    if server := scope.get("server"):
        attributes[names.SERVER_ADDRESS] = server[0]
        if server[1] is not None:
            attributes[names.SERVER_PORT] = server[1]
    return attributes
