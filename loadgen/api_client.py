"""How a shopper's program calls the public API, and how Locust is told what came of it."""

import logging
from collections.abc import Mapping
from typing import Any

from geventhttpclient.response import HTTPConnectionClosed
from locust.contrib.fasthttp import FastHttpSession, ResponseContextManager

from loadgen.outcomes import api_failure, parsed

Json = dict[str, Any]
LOST = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, HTTPConnectionClosed)

log = logging.getLogger(__name__)


def _error(response: ResponseContextManager) -> object:
    return getattr(response, "error", None)  # only there when no answer came


def no_answer(response: ResponseContextManager) -> str:
    """Return in repeating words why no answer came."""
    return f"no answer: {type(_error(response)).__name__}"


def report_failure(response: ResponseContextManager, what: str) -> None:
    """Count the request as failed and log it with what helps to find it in the platform's logs."""
    response.failure(what)  # type: ignore[no-untyped-call]
    headers = response.headers
    meta = response.request_meta
    log.warning(
        "request.failed",
        extra={
            "method": meta["request_type"],
            "route": meta["name"],
            "problem": what,
            "request_id": headers.get("x-request-id") if headers else None,
            "duration_ms": round(meta["response_time"], 1),
        },
    )


class ApiClient:
    """The calls of one shopper."""

    def __init__(self, http: FastHttpSession) -> None:
        self._http = http

    def get(self, path: str, name: str) -> Json | None:
        """Return the JSON object at `path`, or None when the request failed. `name` is what Locust counts it under."""
        return self._judged(self._send("GET", path, name))

    def post(self, path: str, name: str, json: Json | None = None) -> Json | None:
        """Post `json`; return the answer's JSON object, or None when the request failed."""
        return self._judged(self._send("POST", path, name, json))

    def check_out(self, order: Json, idempotency_key: str) -> Json | None:
        """Place `order`. When the connection breaks, ask once more with the same key, as the key is for."""
        headers = {"Idempotency-Key": idempotency_key}
        response = self._send("POST", "/orders", "/orders", order, headers)
        if isinstance(_error(response), LOST):
            with response as lost:
                lost.request_meta["name"] = "/orders (connection lost, asked again)"
                lost.success()
            response = self._send("POST", "/orders", "/orders", order, headers)
        return self._judged(response)

    def _send(
        self, method: str, path: str, name: str, json: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> ResponseContextManager:
        return self._http.request(
            method, path, name=name, json=json, headers=dict(headers or {}), catch_response=True, allow_redirects=False
        )

    def _judged(self, sent: ResponseContextManager) -> Json | None:
        with sent as response:
            if not response.status_code:
                report_failure(response, no_answer(response))
                return None
            body = parsed(response.content)
            if (failure := api_failure(response.status_code, body)) is not None:
                report_failure(response, failure)
                return None
            response.success()
            return body
