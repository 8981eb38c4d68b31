"""Refusals as RFC 9457 problem details: the one translator from errors to HTTP answers."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chaos.errors import ChaosError, NotAllowed

BAD_REQUEST = 400
MEDIA_TYPE = "application/problem+json"

_EXAMPLES = {"/activations": '{"fault": "billing.float_drift", "duration_s": 300}, at most 3600 seconds'}

log = structlog.get_logger()


class Problem(BaseModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`urn:problem:<code>`", examples=["urn:problem:already-active"])
    title: str = Field(description="the kind of problem, the same for every occurrence")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="what is wrong with this request")
    instead: str = Field("", description="what to send instead")


def problem_response(
    status: int, code: str, title: str, detail: str, members: Mapping[str, Any] | None = None
) -> Response:
    """Return a problem+json answer."""
    body = {"type": f"urn:problem:{code}", "title": title, "status": status, "detail": detail, **(members or {})}
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE)


def error_response(error: ChaosError) -> Response:
    """Return the answer to `error`."""
    response = problem_response(error.status, error.code, error.title, error.detail, error.members)
    if isinstance(error, NotAllowed):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problems(*errors: type[ChaosError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route that can fail with `errors`; invalid input is always among them."""
    declared: dict[int | str, dict[str, Any]] = {422: _declaration("`invalid-request`: Invalid request")}
    for error in errors:
        meaning = f"`{error.code}`: {error.title}"
        if error.status in declared:
            declared[error.status]["description"] += f"; {meaning}"
        else:
            declared[error.status] = _declaration(meaning)
    return declared


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem+json."""
    app.add_exception_handler(ChaosError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _declaration(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}


def _example(request: Request) -> str:
    return _EXAMPLES.get(request.url.path, "GET /openapi.json describes the request.")


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChaosError)  # noqa: S101 -- tells mypy what the registration guarantees
    return error_response(error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- as above
    mistakes = [
        {"where": ".".join(str(part) for part in mistake["loc"]), "what": mistake["msg"]} for mistake in error.errors()
    ]
    detail = "; ".join(f"{mistake['where']}: {mistake['what']}" for mistake in mistakes)
    members = {"instead": _example(request), "errors": mistakes}
    return problem_response(422, "invalid-request", "Invalid request", detail, members)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- as above
    if error.status_code == BAD_REQUEST:  # FastAPI's answer to a body that it cannot decode
        return problem_response(
            422, "invalid-request", "Invalid request", "The body is not JSON in UTF-8.", {"instead": _example(request)}
        )
    code = error.detail.lower().replace(" ", "-")
    detail = f"{request.method} {request.url.path}: {error.detail.lower()}."
    members = {"instead": "GET /openapi.json describes what is served here."}
    response = problem_response(error.status_code, code, error.detail, detail, members)
    response.headers.update(error.headers or {})
    return response


async def _unexpected(_: Request, error: Exception) -> Response:
    log.error("request.crashed", exc_info=error)
    return problem_response(500, "internal-error", "Internal error", "The controller's log holds the cause.")
