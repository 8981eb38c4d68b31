"""The controller's HTTP API without a platform behind it: sessions lapse, and activations end with them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DRIFT = {"name": "billing.float_drift", "summary": "cents get lost", "on": ["billing-service-1"]}
LATENCY = {
    "name": "network.latency",
    "on": ["payment-service->payment-provider", "order-service->payment-service"],
    "params": [
        {"name": "latency_ms", "unit": "ms", "default": None, "minimum": 0, "maximum": 10_000, "summary": "delay"},
        {"name": "jitter_ms", "unit": "ms", "default": 0, "minimum": 0, "maximum": 10_000, "summary": "its spread"},
        {
            "name": "stream",
            "type": "text",
            "default": "both",
            "choices": ["upstream", "downstream", "both"],
            "summary": "which way",
        },
    ],
}


def problem(status: int, code: str, detail: str, instead: str = "") -> Response:
    """Return a refusal as the controller writes it."""
    body = {"type": f"urn:problem:{code}", "status": status, "detail": detail, "instead": instead}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class FakeChaosApi:
    """What was asked for, and what is on. `changed` hears of every change of what is on."""

    faults: list[dict[str, Any]] = field(default_factory=lambda: [DRIFT, LATENCY])
    lever: dict[str, Any] = field(default_factory=lambda: {"held": False, "since": None, "reason": None})
    refusals: list[Response] = field(default_factory=list)
    """Answers to the next injections."""
    silent: bool = False
    """Whether injections are carried out and never answered."""
    stuck: bool = False
    """Whether nothing that is stopped gets off."""
    comes_loose: int = 0
    """After so many looks at what is stuck it is off all the same; 0: never."""
    changed: Callable[[set[str]], None] = lambda _: None
    orders: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    renewals: int = 0
    seals: list[str] = field(default_factory=list)
    """Sessions that were asked to be sealed."""
    shown: list[str] = field(default_factory=list)
    """What came as `Authorization` with each injection."""
    forgetful: bool = False
    """Whether renewals are refused."""

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._sessions: dict[str, tuple[float, float]] = {}
        self._activations: dict[str, dict[str, Any]] = {}

    @property
    def on(self) -> set[str]:
        """Faults that are on."""
        self._lapse()
        return {one["fault"] for one in self._activations.values() if one["state"] == "active"}

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        self._lapse()
        return len(self._sessions)

    def end_everything(self, cause: str) -> None:
        """Switch everything off, as somebody else would."""
        for session in list(self._sessions):
            self._revert(session, cause)

    def app(self) -> Starlette:
        """Return the API."""
        return Starlette(
            routes=[
                Route("/faults", self._faults),
                Route("/status", self._status),
                Route("/sessions", self._open, methods=["POST"]),
                Route("/sessions/{id}", self._renew, methods=["PUT"]),
                Route("/sessions/{id}", self._end, methods=["DELETE"]),
                Route("/activations", self._inject, methods=["POST"]),
                Route("/activations/{id}", self._activation),
                Route("/activations/{id}", self._stop, methods=["DELETE"]),
            ]
        )

    async def _faults(self, _: Request) -> Response:
        return JSONResponse({"faults": [{"active": fault["name"] in self.on, **fault} for fault in self.faults]})

    async def _status(self, _: Request) -> Response:
        return JSONResponse({"epoch": 3, "rev": 1, "active": [], "reverting": [], "replicas": [], "lever": self.lever})

    async def _open(self, request: Request) -> Response:
        order = await request.json()
        ttl_s = order["ttl_s"]
        session = f"s{next(self._numbers)}"
        self._sessions[session] = (ttl_s, monotonic() + ttl_s)
        self.seals += [session] if order.get("sealed") else []
        key = "the key" if order.get("sealed") else None
        return JSONResponse({"id": session, "ttl_s": ttl_s, "key": key}, 201)

    async def _renew(self, request: Request) -> Response:
        self._lapse()
        session = request.path_params["id"]
        if self.forgetful or session not in self._sessions:
            return problem(404, "unknown-session", "There is no such session.")
        ttl_s = self._sessions[session][0]
        self._sessions[session] = (ttl_s, monotonic() + ttl_s)
        self.renewals += 1
        return JSONResponse({"id": session, "ttl_s": ttl_s})

    async def _end(self, request: Request) -> Response:
        self._lapse()
        session = request.path_params["id"]
        self._sessions.pop(session, None)
        self._revert(session, "stopped")
        return JSONResponse({})

    async def _inject(self, request: Request) -> Response:
        order = await request.json()
        self.orders.append(order)
        self.shown.append(request.headers.get("authorization", ""))
        self.keys.append(request.headers.get("idempotency-key", ""))
        if self.refusals:
            return self.refusals.pop(0)
        activation = {"id": f"a{len(self.orders)}", "fault": order["fault"], "state": "active", "cause": None}
        self._activations[activation["id"]] = {**activation, "session": order["session"]}
        self.changed(self.on)
        if self.silent:
            await asyncio.Event().wait()
        return JSONResponse({**activation, "applied_ms": 1.5, "replicas": []}, 201)

    async def _stop(self, request: Request) -> Response:
        one = self._activations[request.path_params["id"]]
        one.update(state="reverted", cause="stopped")
        self.changed(self.on)
        return JSONResponse(one)

    async def _activation(self, request: Request) -> Response:
        self._lapse()
        one = self._activations[request.path_params["id"]]
        if one["state"] == "revert-stuck" and self.comes_loose:
            self.comes_loose -= 1
            one.update(state="revert-stuck" if self.comes_loose else "reverted")
        return JSONResponse(one)

    def _lapse(self) -> None:
        for session, (_, ends) in list(self._sessions.items()):
            if ends < monotonic():
                del self._sessions[session]
                self._revert(session, "owner-gone")

    def _revert(self, session: str, cause: str) -> None:
        for one in self._activations.values():
            if one["session"] == session and one["state"] == "active":
                one.update(state="revert-stuck" if self.stuck else "reverted", cause=cause)
        self.changed({one["fault"] for one in self._activations.values() if one["state"] == "active"})
