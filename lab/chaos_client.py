"""Asking the chaos controller of a running lab, over HTTP."""

import json
from typing import Any
from urllib.error import HTTPError

from lab import state, web
from lab.errors import LabError, UnknownName
from lab.home import Home

# The API's own advice is in the words of HTTP; here people type commands.
_HINTS = {
    "unknown-fault": "See what there is: lab chaos list",
    "already-active": "Stop it first: lab chaos stop {fault}",
    "lever-held": "Release it first: lab chaos release",
    "unknown-activation": "See what there was: lab chaos history",
    "sealed": "What it was is told by: lab reveal",
    "no-replica": "See who is up: lab status",
    "interrupted": "Inject it again, if it is still wanted.",
    "partly-applied": "Inject it again, or go on without them: --accept-partial",
}


class ChaosRefused(LabError):
    """The controller does not do what it was asked for."""

    code = "chaos-refused"


def ask(home: Home, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the controller's answer.

    Raises NotRunning when there is no lab in `home`, NoAnswer when its controller is silent, UnknownName when it knows
    no such fault, ChaosRefused when it says no for another reason.
    """
    try:
        return web.ask("controller", state.running(home).url("controller"), path, method, body, token=home.token)
    except HTTPError as error:
        raise _refused(error, body or {}) from error


def _refused(error: HTTPError, body: dict[str, Any]) -> LabError:
    try:
        problem = json.load(error)
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return ChaosRefused(f"The controller answered {error.code} {error.reason}.")
    code = str(problem.get("type", "")).removeprefix("urn:problem:")
    kind = UnknownName if code in {"unknown-fault", "unknown-activation"} else ChaosRefused
    if near := problem.get("near"):
        return kind(detail, hint=f"Did you mean {' or '.join(near)}?")
    hint = _HINTS.get(code, str(problem.get("instead", "")))
    return kind(detail, hint=hint.format(fault=body.get("fault", "")) if code in _HINTS else hint)
