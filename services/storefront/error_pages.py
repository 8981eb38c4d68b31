"""Errors as pages: what happened, in words, and what the customer can do."""

from collections.abc import Sequence
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from observability.wiring import vocabulary
from services.chassis.errors import NeighbourRefused, ServiceError
from services.chassis.problems import error_response
from services.storefront.domain import Wording, refusal_of
from services.storefront.errors import NoPage, PurchaseUnclear, SignInFirst
from services.storefront.pages import Pages, redirect

NOT_HERE = Wording("There is nothing here", "The page you asked for does not exist, or not any more.")
DOWN = Wording("The shop is having trouble", "We cannot show this page at the moment. Please try again shortly.")
ODD_FORM = Wording("Something in the form is not right", "Go back, look at what you filled in, and send it again.")

log = structlog.get_logger()


class ErrorPages:
    """Turns errors into pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def service_error(self, request: Request, error: Exception) -> Response:
        """Any error of ours or of the chassis."""
        assert isinstance(error, ServiceError)  # noqa: S101 -- tells mypy what the registration guarantees
        if vocabulary.is_quiet(request.url.path):
            return error_response(error)
        if error.status >= 500:
            _note(request, error, error.detail)
        return self._notice(request, error.status, NOT_HERE if isinstance(error, NoPage) else DOWN)

    async def refused(self, request: Request, error: Exception) -> Response:
        """The platform understood and said no."""
        assert isinstance(error, NeighbourRefused)  # noqa: S101 -- as above
        shortages = error.problem.get("shortages") or []
        return self._notice(request, error.peer_status, refusal_of(error.peer_code), error.peer_code, shortages)

    async def unclear(self, request: Request, error: Exception) -> Response:
        """Nobody knows whether a purchase went through; offer to send it again."""
        assert isinstance(error, PurchaseUnclear)  # noqa: S101 -- as above
        _note(request, error, str(error.__cause__))
        return self._pages.page(request, "unclear.html", error.status, purchase=error.purchase)

    async def sign_in_first(self, _: Request, error: Exception) -> Response:
        """Ask who it is, then go on."""
        assert isinstance(error, SignInFirst)  # noqa: S101 -- as above
        return redirect(f"/sign-in?onward={quote(error.onward)}")

    async def odd_request(self, request: Request, error: Exception) -> Response:
        """An address or a form that cannot be understood."""
        assert isinstance(error, RequestValidationError)  # noqa: S101 -- as above
        if any(fault["loc"][0] == "body" for fault in error.errors()):
            return self._notice(request, 422, ODD_FORM)
        return self._notice(request, 404, NOT_HERE)

    async def no_route(self, request: Request, error: Exception) -> Response:
        """No such page, or not with this method."""
        assert isinstance(error, HTTPException)  # noqa: S101 -- as above
        return self._notice(request, error.status_code, NOT_HERE)

    async def unexpected(self, request: Request, error: Exception) -> Response:
        """A defect of the shop itself."""
        log.error("request.crashed", exc_info=error)
        return self._notice(request, 500, DOWN)

    def _notice(
        self, request: Request, status: int, wording: Wording, code: str = "", shortages: Sequence[object] = ()
    ) -> Response:
        return self._pages.page(request, "notice.html", status, wording=wording, code=code, shortages=shortages)


def install(app: FastAPI, pages: Pages) -> None:
    """Answer every error of `app` with a page, except where machines ask."""
    errors = ErrorPages(pages)
    app.add_exception_handler(ServiceError, errors.service_error)
    app.add_exception_handler(NeighbourRefused, errors.refused)
    app.add_exception_handler(PurchaseUnclear, errors.unclear)
    app.add_exception_handler(SignInFirst, errors.sign_in_first)
    app.add_exception_handler(RequestValidationError, errors.odd_request)
    app.add_exception_handler(HTTPException, errors.no_route)
    app.add_exception_handler(Exception, errors.unexpected)


def _note(request: Request, error: ServiceError, detail: str) -> None:
    request.scope[vocabulary.SCOPE_FAILURE_REASON] = error.code
    log.warning("request.failed", problem=error.code, detail=detail)
