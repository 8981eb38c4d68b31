"""Carrying out an undo record of HTTP calls with the standard library alone, for a process that has nothing else.

A record is `{"kind": "http", "calls": [{"method", "url", "body"}]}`; `body` is JSON, or null for none. Calls are made
in their order, and each may be made again: what is gone already (404) counts as done.
"""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

KIND = "http"
PATIENCE_S = 2.0
GONE = 404
_ERRORS_FROM = 400


def undo(record: Mapping[str, Any], *, patience_s: float = PATIENCE_S) -> list[str]:
    """Make every call of `record`, also when one fails; return what went wrong, a line each.

    `patience_s` is the longest wait for each step of a call, seconds.
    """
    return [problem for call in record["calls"] if (problem := _made(call, patience_s))]


def _made(call: Mapping[str, Any], patience_s: float) -> str:
    place = urlsplit(call["url"])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=patience_s)
    try:
        body = None if call["body"] is None else json.dumps(call["body"])
        connection.request(call["method"], place.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"{call['method']} {call['url']}: {error or type(error).__name__}"
    finally:
        connection.close()
    return "" if is_done(answer.status) else f"{call['method']} {call['url']}: {answer.status} {said}"


def is_done(status: int) -> bool:
    """Whether an answer means that what was to be undone is undone."""
    return status < _ERRORS_FROM or status == GONE
