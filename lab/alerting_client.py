"""Asking the alerting of a running lab, which lives in its evidence process."""

import json
from typing import Any
from urllib.error import HTTPError

from lab import state, web
from lab.errors import Refused
from lab.home import Home


def ask(home: Home, path: str) -> dict[str, Any]:
    """Return the answer of `GET /api` + path.

    Raises NotRunning when there is no lab in `home`, UnknownName when it has no evidence process, NoAnswer when that is
    silent, Refused when it says no.
    """
    try:
        return web.ask("evidence process", state.running(home).url("evidence"), f"/api{path}", "GET")
    except HTTPError as error:
        raise Refused(_reason(error), hint="See what it says: lab logs evidence") from error


def _reason(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The evidence process answered {error.code} {error.reason}."
