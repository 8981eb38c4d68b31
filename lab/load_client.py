"""Asking the load generator of a running lab, over HTTP."""

import json
from typing import Any
from urllib.error import HTTPError

from lab import control, state, web
from lab.errors import LabError, NoAnswer, NotRunning
from lab.home import Home

# Stopping waits for the shoppers to finish what they are doing.
PATIENCE_S = 15.0


class LoadRefused(LabError):
    """The load generator cannot follow such an order."""

    code = "load-refused"


def status(home: Home) -> dict[str, Any]:
    """Return rates, response times and failures as the shoppers see them. Raises NoAnswer when there are none."""
    return _ask(home, "/nightshift/status")


def stop(home: Home) -> dict[str, Any]:
    """Let the shoppers finish what they are doing, and go; return how it went."""
    return _ask(home, "/nightshift/stop", {})


def change(home: Home, users: int | None, shape: str | None) -> dict[str, Any]:
    """Change the load, or start it, and return its status; None leaves as it is. Raises LoadRefused."""
    order = {"users": users, "shape": shape}
    try:
        return _ask(home, "/nightshift/load", {key: value for key, value in order.items() if value is not None})
    except NoAnswer as error:
        return _open(home, order, error)


def hold(home: Home, holder: str, users: int | None, shape: str | None, ttl_s: float) -> dict[str, Any]:
    """Change the load for as long as `holder` renews it by doing so again, and return its status.

    Raises LoadRefused when somebody else holds it, or a person has changed it since.
    """
    order = {key: value for key, value in (("users", users), ("shape", shape)) if value is not None}
    return _ask(home, f"/nightshift/holds/{holder}", order | {"ttl_s": ttl_s}, "PUT", ttl_s)


def hold_or_open(home: Home, holder: str, users: int | None, shape: str | None, ttl_s: float) -> dict[str, Any]:
    """Begin to hold the load, also in a lab that was started without one: there, nobody shops when it is over."""
    if _is_down(home):
        control.call(home, "load.start", users=0, shape=None)
    return hold(home, holder, users, shape, ttl_s)


def release(home: Home, holder: str) -> None:
    """Have the load go back to what it was before `holder` held it."""
    _ask(home, f"/nightshift/holds/{holder}", method="DELETE")


def _is_down(home: Home) -> bool:
    replicas = state.running(home).replicas.values()
    return any(one["short"] == "loadgen" and one["pid"] is None for one in replicas)


def _open(home: Home, order: dict[str, Any], no_answer: NoAnswer) -> dict[str, Any]:
    """Have the load generator itself started, in a lab that was started without one."""
    try:
        control.call(home, "load.start", **order)
    except NotRunning:
        raise no_answer from None
    return status(home)


def _ask(
    home: Home, path: str, order: dict[str, Any] | None = None, method: str = "", within_s: float = PATIENCE_S
) -> dict[str, Any]:
    method = method or ("GET" if order is None else "POST")
    try:
        return web.ask("load generator", state.running(home).url("loadgen"), path, method, order, within_s)
    except HTTPError as error:
        raise LoadRefused(_detail(error)) from error


def _detail(error: HTTPError) -> str:
    try:
        detail = str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The load generator answered {error.code} {error.reason}."
    return f"{detail[0].upper()}{detail[1:]}."
