"""Answers with an HTTP status of one's choice, and does nothing."""

from http import HTTPStatus

from starlette.requests import Request

from services.chassis.actions.action import Exchange
from services.chassis.actions.routes import ROUTE
from services.chassis.declaration import integer
from services.chassis.errors import ServiceError
from services.chassis.switches import Switch

RETRY_AFTER_S = 1


class Status:
    """Refuses requests in the way in which the service itself answers, and logs, an error of this status."""

    name = "api.status"
    summary = "Requests are answered with an HTTP error; nothing is done."
    params = (
        integer("status", "", "HTTP status of the answer", minimum=400, maximum=599, default=503),
        ROUTE,
    )
    scoped = True

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Answer."""
        scope = exchange.scope
        answer_to = scope["app"].exception_handlers[ServiceError]
        answer = await answer_to(Request(scope, exchange.receive), _error(switch.params["status"]))
        exchange.answered = True
        await answer(scope, exchange.receive, exchange.send)


def _error(status: int) -> ServiceError:
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Client Error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Server Error"
    kind = {
        "status": status,
        "code": title.lower().replace(" ", "-"),
        "title": title,
        "retry_after_s": RETRY_AFTER_S if status == HTTPStatus.SERVICE_UNAVAILABLE else None,
    }
    refused: type[ServiceError] = type("Refused", (ServiceError,), kind)
    return refused(f"{title}.")
