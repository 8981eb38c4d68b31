"""Who may ask for what: anybody on this machine everything, or whoever shows a token what its role may."""

import hmac
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chaos.errors import ChaosError, NotAllowed, NotHere, NotYours, Sealed
from chaos.problems import error_response
from chaos.roles import Role, is_open_while_sealed, needed
from chaos.settings import is_loopback

OPEN = frozenset({"/health"})
STATE = "role"
"""Where the routes find the caller's role: `request.state.role`."""


class Authority:
    """Middleware that refuses strangers.

    With tokens, every request has to carry `Authorization: Bearer <token>`, and the token's role decides. Without any
    the controller listens on loopback only (its settings see to that), and requests have to be addressed to this
    machine by one of its own names: a page that a browser has loaded from elsewhere cannot reach the controller by
    pointing its own name at 127.0.0.1.

    While a session is sealed, its key is the token of an operator; everybody else, whatever their role, can stop
    things and no more.
    """

    def __init__(self, app: ASGIApp, tokens: Mapping[Role, str], seals: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._seals = seals
        self._tokens = {role: token.encode() for role, token in tokens.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] == "http" and (refusal := self._refusal(Request(scope))):
            await error_response(refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> ChaosError | None:
        if request.url.path in OPEN:
            return None
        if not self._tokens and not _is_own_name(called := request.headers.get("host", "")):
            return _not_here(called)
        role = self._role(request.headers.get("authorization", ""))
        if role is None:
            return NotAllowed("The token is missing or wrong.", instead="Send Authorization: Bearer <CHAOS_TOKEN>.")
        request.scope.setdefault("state", {})[STATE] = role
        if role < Role.OPERATOR and self._seals() and not is_open_while_sealed(request.method, request.url):
            return Sealed("A drill is on: what is on is sealed until it is over.", instead="Wait for its end.")
        wanted = needed(request.method, request.url.path)
        if role >= wanted:
            return None
        return NotYours(
            f"This needs the role {wanted.name.lower()}; the token is that of a {role.name.lower()}.",
            instead="Ask the facilitator.",
        )

    def _role(self, header: str) -> Role | None:
        scheme, _, shown = header.partition(" ")
        bearer = shown if scheme.lower() == "bearer" else ""
        seals = self._seals()
        if any(hmac.compare_digest(bearer.encode(), key.encode()) for key in seals):
            return Role.OPERATOR
        found = [role for role, token in self._tokens.items() if hmac.compare_digest(bearer.encode(), token)]
        role = max(found, default=None) if self._tokens else Role.ADMIN
        return min(role, Role.STOPPER) if seals and role is not None else role


def _not_here(called: str) -> NotHere:
    return NotHere(f"Without a token the controller does not answer to {called!r}.", instead="Call 127.0.0.1.")


def _is_own_name(host_header: str) -> bool:
    name, _, port = host_header.rpartition(":")
    return is_loopback(name if name and port.isdecimal() else host_header)
