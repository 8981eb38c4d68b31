"""The controller, as a client sees it."""

from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from chaos.runner.errors import ControllerFailed, Refused
from chaos.runner.wire import Activation, Fault, Faults, Session, Status

PATIENCE_S = 5.0
A = TypeVar("A", bound=BaseModel)


class Controller:
    """Asks the controller at `url`. Enter it before use. Every call raises `Refused` or `ControllerFailed`."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        verify = not url.startswith("http:")  # reading whom to trust takes 15 ms
        self._client = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=PATIENCE_S, trust_env=False, verify=verify
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def faults(self) -> dict[str, Fault]:
        """Return what can be switched on now, by name."""
        return {fault.name: fault for fault in (await self._ask(Faults, "GET", "/faults")).faults}

    async def status(self) -> Status:
        """Return what it says of itself."""
        return await self._ask(Status, "GET", "/status")

    async def open_session(self, ttl_s: float, actor: str, *, is_sealed: bool = False) -> Session:
        """Begin a lease of `ttl_s` seconds; when it lapses, whatever it owns goes off.

        While one that is sealed lasts, this client shows its key: it alone learns what is on.
        """
        sealed = {"sealed": True} if is_sealed else {}
        session = await self._ask(Session, "POST", "/sessions", {"ttl_s": ttl_s, "actor": actor, **sealed})
        if session.key is not None:
            self._client.headers["Authorization"] = f"Bearer {session.key}"
        return session

    async def renew(self, session_id: str) -> None:
        """Begin the lease's seconds anew."""
        await self._send("PUT", f"/sessions/{session_id}")

    async def end_session(self, session_id: str) -> None:
        """End the lease, and everything that it owns."""
        await self._send("DELETE", f"/sessions/{session_id}")

    async def inject(self, order: dict[str, Any], key: str) -> Activation:
        """Switch something on. The same `key` is the same order, however often it is sent."""
        return await self._ask(Activation, "POST", "/activations", order, {"Idempotency-Key": key})

    async def stop(self, activation_id: str) -> None:
        """Switch one thing off; when it is off already, nothing changes."""
        await self._send("DELETE", f"/activations/{activation_id}")

    async def activation(self, activation_id: str) -> Activation:
        """Return one activation as it stands."""
        return await self._ask(Activation, "GET", f"/activations/{activation_id}")

    async def _ask(
        self,
        kind: type[A],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> A:
        answer = await self._send(method, path, body, headers)
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            raise ControllerFailed(f"{method} {path} of the controller answered something else: {error}") from error

    async def _send(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise ControllerFailed(f"The controller does not answer at {self._client.base_url} ({why}).") from error
        if not answer.is_success:
            raise _refusal(answer)
        return answer


def _refusal(answer: httpx.Response) -> Refused:
    try:
        return Refused.from_problem(answer.json(), answer.status_code)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Refused(f"The controller answered {answer.status_code}.", status=answer.status_code)
