"""The levers that the lab pulls: routes beside those of Locust's own page."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, make_response, request
from locust.env import Environment

from loadgen.report import status
from loadgen.rules import Broken, optional, record, string
from loadgen.shape import MOST_USERS, ShapeError, read_shape
from loadgen.shaped_load import ShapedLoad


def _users(given: object) -> object:
    if type(given) is not int or not 0 <= given <= MOST_USERS:  # True is an int, but no number
        raise ValueError(f"must be a whole number from 0 to {MOST_USERS}, not {given!r}")
    return given


@dataclass(frozen=True)
class LoadOrder:
    """What may be changed while the load runs; what is left out stays as it is."""

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

    def start(self) -> None:
        """Let the shoppers in, unless they are in."""
        runner = self._environment.runner
        if runner is not None and runner.shape_greenlet is None:
            runner.start_shape()

    def stop(self) -> None:
        """Let every shopper finish what they are doing, and go."""
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


def _refused(detail: str) -> Response:
    problem = {"type": "urn:problem:invalid-request", "title": "Invalid request", "status": 422, "detail": detail}
    response = make_response(jsonify(problem), 422)
    response.content_type = "application/problem+json"
    return response
