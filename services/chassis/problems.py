"""Errors as RFC 9457 problem details: the one translator from exceptions to HTTP answers."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from observability.wiring import vocabulary
from services.chassis.errors import Invalid, ServiceError

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()


class Problem(BaseModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`urn:problem:<code>`", examples=["urn:problem:not-found"])
    title: str = Field(description="the kind of problem, the same for every occurrence")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="what is wrong with this request and what to send instead")


def problem_response(
    status: int,
    code: str,
    title: str,
    detail: str,
    members: Mapping[str, Any] | None = None,
    retry_after_s: int | None = None,
) -> Response:
    """Return a problem+json answer."""
    body = {"type": f"urn:problem:{code}", "title": title, "status": status, "detail": detail, **(members or {})}
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Response(orjson.dumps(body, default=str), status, headers, MEDIA_TYPE)


def error_response(error: ServiceError) -> Response:
    """Return the answer to `error`."""
    return problem_response(error.status, error.code, error.title, error.detail, error.members, error.retry_after_s)


def problems(*errors: type[ServiceError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route that can fail with `errors`."""
    declared: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = declared.setdefault(error.status, {"model": Problem, "description": "", "content": {MEDIA_TYPE: {}}})
        entry["description"] = "; ".join(filter(None, [entry["description"], f"`{error.code}`: {error.title}"]))
    return declared


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem+json."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 -- tells mypy what the registration guarantees
    if error.status >= 500:
        request.scope[vocabulary.SCOPE_FAILURE_REASON] = error.code
        if not vocabulary.is_quiet(request.url.path):
            log.warning("request.failed", problem=error.code, detail=error.detail)
    return error_response(error)


async def _validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- as above
    faults = [{"where": ".".join(str(part) for part in fault["loc"]), "what": fault["msg"]} for fault in error.errors()]
    detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
    return problem_response(Invalid.status, Invalid.code, Invalid.title, detail, {"errors": faults})


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- as above
    code = error.detail.lower().replace(" ", "-")
    detail = f"{request.method} {request.url.path}: {error.detail.lower()}; see /openapi.json for what is served here."
    return problem_response(error.status_code, code, error.detail, detail)


async def _unexpected(_: Request, error: Exception) -> Response:
    log.error("request.crashed", exc_info=error)
    return error_response(ServiceError("The service failed to handle the request; its log holds the cause."))
