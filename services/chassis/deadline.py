"""The time a request may still take. It travels as `X-Request-Timeout-Ms`, the milliseconds left when a call is sent.

A duration, not a moment: the clocks of two machines need not agree.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.errors import DeadlineExceeded
from services.chassis.problems import error_response

HEADER = "X-Request-Timeout-Ms"
_HEADER_KEY = HEADER.lower().encode()

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def remaining_s() -> float | None:
    """Return the seconds left, negative when none are, or None when nobody is waiting."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def bounded_s(timeout_s: float) -> float:
    """Return `timeout_s` or the time left, whichever is shorter; raise `DeadlineExceeded` when none is left."""
    left = remaining_s()
    if left is None:
        return timeout_s
    if left <= 0:
        raise DeadlineExceeded("The time given for this request is used up.")
    return min(timeout_s, left)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block at most `seconds`; a shorter deadline that is already set stays."""
    outer, deadline = _deadline.get(), time.monotonic() + seconds
    token = _deadline.set(deadline if outer is None else min(outer, deadline))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def keeping(seconds: float) -> Iterator[None]:
    """Give the block the time that is left but `seconds`, which are kept for answering the caller."""
    left = remaining_s()
    if left is None:
        yield
    else:
        with within(left - seconds):
            yield


class DeadlineMiddleware:
    """Take over the caller's deadline; refuse work whose time has already passed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        budget_ms = _budget_ms(scope) if scope["type"] == "http" else None
        if budget_ms is None:
            await self.app(scope, receive, send)
        elif budget_ms <= 0:
            late = DeadlineExceeded("The time given for this request was used up before it arrived.")
            await error_response(late)(scope, receive, send)
        else:
            with within(budget_ms / 1000):
                await self.app(scope, receive, send)


def _budget_ms(scope: Scope) -> int | None:
    for key, value in scope["headers"]:
        if key == _HEADER_KEY:
            try:
                return int(value)
            except ValueError:
                return None
    return None
