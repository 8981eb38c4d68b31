"""Answers with an HTTP status of one's choice, and does nothing."""

from http import HTTPStatus

from services.chassis.actions.action import Exchange
from services.chassis.actions.routes import ROUTE
from services.chassis.declaration import integer
from services.chassis.problems import problem_response
from services.chassis.switches import Switch

RETRY_AFTER_S = 1


class Status:
    """Refuses requests as a service does that knows nothing better."""

    name = "api.status"
    summary = "Requests are answered with an HTTP error; nothing is done."
    params = (
        integer("status", "", "HTTP status of the answer", minimum=400, maximum=599, default=503),
        ROUTE,
    )
    scoped = True

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Answer."""
        status = switch.params["status"]
        title = _title(status)
        retry_after_s = RETRY_AFTER_S if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        answer = problem_response(
            status, title.lower().replace(" ", "-"), title, f"{title}.", retry_after_s=retry_after_s
        )
        exchange.answered = True
        await answer(exchange.scope, exchange.receive, exchange.send)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Client Error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Server Error"
