"""The levers that the lab pulls: routes beside those of Locust's own page."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, make_response, request
from locust.env import Environment

from loadgen.load import HoldRefused
from loadgen.report import status
from loadgen.rules import Broken, number, optional, record, string
from loadgen.shape import MOST_USERS, ShapeError, read_shape
from loadgen.shaped_load import ShapedLoad

LONGEST_HOLD_S = 60.0


def _users(given: object) -> object:
    if type(given) is not int or not 0 <= given <= MOST_USERS:  # True is an int, but no number
        raise ValueError(f"must be a whole number from 0 to {MOST_USERS}, not {given!r}")
    return given


@dataclass(frozen=True)
class LoadOrder:
    """What may be changed while the load runs; what is left out stays as it is."""

    users: Annotated[int | None, optional(_users)] = None
    shape: Annotated[str | None, optional(string)] = None


@dataclass(frozen=True)
class HoldOrder:
    """A load that lasts as long as it is renewed; what is left out is as it was."""

    ttl_s: Annotated[float, number(above=0, most=LONGEST_HOLD_S)]
    users: Annotated[int | None, optional(_users)] = None
    shape: Annotated[str | None, optional(string)] = None


class Control:
    """Starts, changes and stops the load of one Locust environment."""

    def __init__(self, environment: Environment, load: ShapedLoad) -> None:
        self._environment = environment
        self._load = load

    def set(self, order: LoadOrder) -> None:
        """Follow `order` from now on; start if nothing runs. Raises `ShapeError` for a shape that does not exist."""
        shape = self._load.shape if order.shape is None else read_shape(order.shape)
        users = self._load.users if order.users is None else order.users
        self._load.follow(shape, users)
        self.start()

    def hold(self, holder: str, order: HoldOrder) -> None:
        """Follow `order` until its time is over, or renew it. Raises `ShapeError` and `HoldRefused`."""
        shape = None if order.shape is None else read_shape(order.shape)
        self._load.hold(holder, shape, order.users, order.ttl_s, idle=not self.is_running)
        self.start()

    def release(self, holder: str) -> None:
        """Go back to what the load was before `holder` held it, unless that is over anyway."""
        self._load.release(holder)

    @property
    def is_running(self) -> bool:
        """Whether anybody is meant to shop."""
        runner = self._environment.runner
        return runner is not None and runner.shape_greenlet is not None and not self._load.idles

    def start(self) -> None:
        """Let the shoppers in, unless they are in."""
        runner = self._environment.runner
        if runner is not None and runner.shape_greenlet is None:
            runner.start_shape()

    def stop(self) -> None:
        """Let every shopper finish what they are doing, and go."""
        self._load.overrule()
        if self._environment.runner is not None:
            self._environment.runner.stop()

    def status(self) -> dict[str, Any]:
        """Return the state of the run."""
        return status(self._environment, self._load)


def add_routes(app: Flask, control: Control) -> None:
    """Put the levers on Locust's web application."""

    @app.before_request
    def refuse_other_sites() -> None:
        # Locust's page lets every origin in (CORS); a web site that somebody happens to visit must not drive the load.
        origin = request.headers.get("Origin")
        if request.method != "GET" and origin and urlsplit(origin).netloc != request.host:
            abort(403)

    @app.get("/nightshift/status")
    def read_status() -> Response:
        return jsonify(control.status())

    @app.post("/nightshift/load")
    def set_load() -> Response:
        try:
            control.set(record(LoadOrder)(request.get_json(force=True, silent=True)))
        except (Broken, ShapeError) as error:
            return _refused(str(error))
        except ValueError as error:
            return _refused(f"body {error}; send a JSON object with `users`, `shape` or both")
        return jsonify(control.status())

    @app.post("/nightshift/stop")
    def stop_load() -> Response:
        control.stop()
        return jsonify(control.status())

    _add_holds(app, control)


def _add_holds(app: Flask, control: Control) -> None:
    @app.put("/nightshift/holds/<holder>")
    def hold_load(holder: str) -> Response:
        try:
            control.hold(holder, record(HoldOrder)(request.get_json(force=True, silent=True)))
        except HoldRefused as error:
            return _refused(str(error), "load-held", 409)
        except ValueError as error:
            return _refused(str(error))
        return jsonify(control.status())

    @app.delete("/nightshift/holds/<holder>")
    def release_load(holder: str) -> Response:
        control.release(holder)
        return jsonify(control.status())


def _refused(detail: str, code: str = "invalid-request", status: int = 422) -> Response:
    title = code.replace("-", " ").capitalize()
    problem = {"type": f"urn:problem:{code}", "title": title, "status": status, "detail": detail}
    response = make_response(jsonify(problem), status)
    response.content_type = "application/problem+json"
    return response
