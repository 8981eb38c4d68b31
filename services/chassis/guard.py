"""Where the port of a service is public: who may get at its operator's interface."""

import hmac
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.channel_frames import read_key
from services.chassis.errors import NotFound
from services.chassis.problems import error_response

PREFIX = "/-"
HEADER = b"x-operator"


class GuardMiddleware:
    """Answers 404 below `/-` to whoever does not know the key."""

    def __init__(self, app: ASGIApp, key_file: Path | None) -> None:
        self._app = app
        self._key_file = key_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http" and is_operators(scope["path"]) and not self._knows_the_key(scope):
            detail = f"{scope['method']} {scope['path']}: not found; see /openapi.json for what is served here."
            await error_response(NotFound(detail))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows_the_key(self, scope: Scope) -> bool:
        if self._key_file is None:
            return False
        shown = next((value for name, value in scope["headers"] if name == HEADER), b"")
        try:
            wanted = hmac.digest(read_key(self._key_file), b"operator", "sha256").hex()
        except (OSError, ValueError):
            return False
        return hmac.compare_digest(shown, wanted.encode())


def is_operators(path: str) -> bool:
    """Say whether a path belongs to the operator's interface."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")
