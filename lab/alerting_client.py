"""Asking the alerting of a running lab, which lives in the process of the evidence store."""

import json
from typing import Any
from urllib.error import HTTPError

from lab import web
from lab.errors import Refused
from lab.evidence.asking import store_of
from lab.home import Home


def ask(home: Home, path: str) -> dict[str, Any]:
    """Return the answer of `GET /api` + path.

    Raises NotRunning when there is no lab in `home`, NoStore when it has no evidence store, NoAnswer when that is
    silent, Refused when it says no.
    """
    try:
        return web.ask("evidence store", store_of(home), f"/api{path}", "GET")
    except HTTPError as error:
        raise Refused(_reason(error), hint="See whether it runs: lab status") from error


def _reason(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The evidence store answered {error.code} {error.reason}."
