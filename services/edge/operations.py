"""What the load balancer does: pass a request to a backend that can take it, and know which ones can."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.errors import ServiceError
from services.edge.clients import Backends, Outgoing
from services.edge.domain import Backend, CheckPath, Round
from services.edge.errors import BackendSilent, BackendUnreachable, NoBackend
from services.edge.faults.health_check_misconfigured import each_its_own
from services.edge.settings import BackendSettings

# A backend that has not been up yet is looked at often: the platform's start is waiting for it.
FIRST_INTERVAL_S = 0.05

log = structlog.get_logger()


class NotReady(Exception):
    """No backend has passed a check."""


class Balancer:
    """Passes requests to fit backends in turn."""

    def __init__(self, rounds: Round, backends: Backends, telemetry: Telemetry) -> None:
        self._rounds = rounds
        self._backends = backends
        self._up = telemetry.metrics.gauge(vocabulary.BACKEND_UP)
        for backend in rounds.backends:
            self._up.labels(backend.name).set(1)

    def take_over(self, backends: Sequence[Backend]) -> None:
        """Share requests out among `backends` from now on; what is under way elsewhere goes on."""
        for gone in set(self._rounds.backends) - set(backends):
            self._up.remove(gone.name)
        self._rounds.replace(backends)
        for backend in backends:
            self._up.labels(backend.name).set(backend.health.fit)

    async def forward(self, outgoing: Outgoing) -> httpx.Response:
        """Return the beginning of a backend's answer; the caller reads and closes it.

        The next backend is tried when a connection cannot be made, and when one breaks under a request that may be
        repeated. Raises `NoBackend`, `BackendUnreachable` and `BackendSilent`.
        """
        failure: ServiceError = NoBackend("No backend can serve at the moment; try again shortly.")
        for backend in self._rounds.candidates():
            try:
                return await self._backends.send(backend, outgoing)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self.note(backend, type(error).__name__)
                failure = BackendUnreachable("No backend could be reached; try again shortly.")
            except httpx.TimeoutException as error:
                log.warning("backend.silent", backend=backend.name, problem=type(error).__name__)
                raise BackendSilent("The backend did not answer in time.") from error
            except httpx.TransportError as error:
                log.warning("backend.broke_off", backend=backend.name, problem=type(error).__name__)
                failure = BackendUnreachable("The connection to the backend broke before it answered.")
                if not outgoing.repeatable:
                    raise failure from error
        raise failure

    def note(self, backend: Backend, problem: str) -> None:
        """Take the outcome of a check, or of an attempt to connect, into account. No `problem`: it went well."""
        changed = backend.health.failed() if problem else backend.health.passed()
        if changed and backend in self._rounds.backends:
            self._rounds.refresh()
            self._up.labels(backend.name).set(0 if problem else 1)
            if problem and backend.health.seen:
                log.warning("backend.down", backend=backend.name, problem=problem)
            elif problem:
                log.info("backend.awaited", backend=backend.name, problem=problem)
            else:
                log.info("backend.up", backend=backend.name)

    async def check(self) -> None:
        """Raise `NotReady` while no backend in the round has passed a check."""
        if not any(backend.health.seen for backend in self._rounds.fit):
            raise NotReady("no backend is up")


@dataclass(frozen=True, slots=True)
class Check:
    """How one backend's health is judged. `path` goes before that of the settings."""

    settings: BackendSettings
    path: CheckPath


class HealthWatch:
    """Checks every backend at its interval."""

    def __init__(self, checks: Mapping[Backend, Check], backends: Backends, balancer: Balancer) -> None:
        self._checks = checks
        self._backends = backends
        self._balancer = balancer
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, checks: Mapping[Backend, Check]) -> None:
        """Check these from now on; to be called between entering and leaving."""
        for task in self._tasks:
            task.cancel()
        self._checks = checks
        self._begin()

    async def __aenter__(self) -> Self:
        self._begin()
        return self

    def _begin(self) -> None:
        self._tasks = [
            asyncio.create_task(self._watch(place, backend, check.settings), name=f"health of {backend.name}")
            for place, (backend, check) in enumerate(self._checks.items())
        ]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, place: int, backend: Backend, check: BackendSettings) -> None:
        while True:
            path = each_its_own.behaviour([one.path for one in self._checks.values()])[place]
            self._balancer.note(backend, await self._backends.probe(check, path))
            await asyncio.sleep(check.interval_s if backend.health.seen else min(check.interval_s, FIRST_INTERVAL_S))
