"""Refusals as RFC 9457 problem details."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.responses import Response

from observability.evidence.errors import BadQuery, EvidenceError, NotFound, Unavailable

MEDIA_TYPE = "application/problem+json"
KIND = "urn:problem:"
RETRY_AFTER_S = "1"

_KINDS: Mapping[type[EvidenceError], tuple[int, str, str]] = {
    BadQuery: (422, "bad-query", "The question cannot be meant"),
    NotFound: (404, "not-found", "There is no such thing"),
    Unavailable: (503, "unavailable", "The store does not answer"),
}


class Problem(BaseModel):
    """What is wrong, and what to write instead."""

    type: str = Field(description="`urn:problem:<code>`", examples=["urn:problem:bad-query"])
    title: str = Field(description="the kind of problem, the same for every occurrence")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="what is wrong with this question, and what to write")


def responses(*errors: type[EvidenceError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route that can fail with `errors`."""
    schema = {"content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    return {status: {"description": title} | schema for status, _, title in (_KINDS[error] for error in errors)}


class ProblemRoute(APIRoute):
    """A route whose errors are problems: it needs nothing of the application that it is part of."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answered = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await answered(request)
            except EvidenceError as error:
                return _problem(type(error), str(error))
            except RequestValidationError as error:
                return _problem(BadQuery, " ".join(map(_mistake, error.errors())))

        return answer


def _problem(kind: type[EvidenceError], detail: str) -> Response:
    status, code, title = next(told for known, told in _KINDS.items() if issubclass(kind, known))
    body = {"type": KIND + code, "title": title, "status": status, "detail": detail}
    headers = {"Retry-After": RETRY_AFTER_S} if kind is Unavailable else None
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def _mistake(mistake: Mapping[str, Any]) -> str:
    """Say what is wrong with one parameter."""
    name = mistake["loc"][-1]
    if mistake["type"] == "missing":
        return f"The parameter `{name}` is missing: add it."
    return f"The parameter `{name}` cannot be {mistake['input']!r}: {mistake['msg'][:1].lower()}{mistake['msg'][1:]}."
