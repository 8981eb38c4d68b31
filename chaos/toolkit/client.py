"""The controller's API for callers that wait: Chaos Toolkit knows no event loop."""

from types import TracebackType
from typing import Any, Self

import httpx

from chaos.runner.errors import ControllerFailed, Refused
from chaos.toolkit import places
from chaos.toolkit.places import Configuration

PATIENCE_S = 10.0

Json = dict[str, Any]


class Client:
    """Asks the controller at `url`. Every call raises `Refused`, or `ControllerFailed` when nobody answers."""

    def __init__(self, url: str, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        # Whatever proxy a person has set is not on the way to their own machine.
        verify = not url.startswith("http:")  # reading whom to trust takes 15 ms
        self._http = httpx.Client(base_url=url, headers=headers, timeout=patience_s, trust_env=False, verify=verify)

    def ask(self, method: str, path: str, body: Json | None = None, **query: str | int) -> Json:
        """Return the answer's JSON object."""
        try:
            answer = self._http.request(method, path, json=body, params=query)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise ControllerFailed(f"The controller does not answer at {self._http.base_url} ({why}).") from error
        try:
            told: Json = answer.json()
            if answer.is_success:
                return told
            raise Refused.from_problem(told, answer.status_code)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ControllerFailed(
                f"{answer.request.url} answered {answer.status_code} with something that no controller says."
            ) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(configuration: Configuration | None, patience_s: float = PATIENCE_S) -> Client:
    """Return a client for the controller that an experiment means; raise `NoLab` when none is to be found."""
    return Client(places.controller_url(configuration), places.token(configuration), patience_s)
