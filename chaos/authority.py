"""Who may ask: anybody on this machine, or whoever shows the token."""

import hmac

from pydantic import SecretStr
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chaos.errors import ChaosError, NotAllowed, NotHere
from chaos.problems import error_response
from chaos.settings import is_loopback

OPEN = frozenset({"/health"})


class Authority:
    """Middleware that refuses strangers.

    With a token, every request has to carry `Authorization: Bearer <token>`. Without one the controller listens on
    loopback only (its settings see to that), and requests have to be addressed to this machine by one of its own names:
    a page that a browser has loaded from elsewhere cannot reach the controller by pointing its own name at 127.0.0.1.
    """

    def __init__(self, app: ASGIApp, token: SecretStr | None) -> None:
        self._app = app
        self._token = None if token is None else token.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] == "http" and (refusal := self._refusal(Request(scope))):
            await error_response(refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> ChaosError | None:
        if request.url.path in OPEN:
            return None
        if self._token is None:
            return None if _is_own_name(called := request.headers.get("host", "")) else _not_here(called)
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(), self._token):
            return None
        return NotAllowed("The token is missing or wrong.", instead="Send Authorization: Bearer <CHAOS_TOKEN>.")


def _not_here(called: str) -> NotHere:
    return NotHere(f"Without a token the controller does not answer to {called!r}.", instead="Call 127.0.0.1.")


def _is_own_name(host_header: str) -> bool:
    name, _, port = host_header.rpartition(":")
    return is_loopback(name if name and port.isdecimal() else host_header)
