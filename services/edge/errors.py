"""What the load balancer says when it has nobody else's answer to give.

ServiceError
├── NoBackend           503 no-backend          every backend is out of the round
├── BackendUnreachable  502 backend-unreachable  no connection, or it broke before an answer came
└── BackendSilent       504 backend-silent       no answer in time
"""

from services.chassis.errors import ServiceError


class NoBackend(ServiceError):
    """Every backend is out of the round."""

    status, code, title, retry_after_s = 503, "no-backend", "Service unavailable", 1


class BackendUnreachable(ServiceError):
    """No backend could be reached, or the connection broke before an answer came."""

    status, code, title, retry_after_s = 502, "backend-unreachable", "Bad gateway", 1


class BackendSilent(ServiceError):
    """A backend did not answer in time; whether it did the work is unknown."""

    status, code, title = 504, "backend-silent", "Gateway timeout"
