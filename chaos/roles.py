"""Who may do what: easy to stop, hard to start."""

from enum import IntEnum

from starlette.datastructures import URL


class Role(IntEnum):
    """Each may do everything that the ones before it may."""

    VIEWER = 1
    """Sees that something is on, not what."""
    STOPPER = 2
    """Stops things, pulls the lever."""
    OPERATOR = 3
    """Switches faults on; reads what is and was on."""
    ADMIN = 4
    """Releases the lever."""


_NEEDED = {
    ("GET", "status"): Role.VIEWER,
    ("GET", "lever"): Role.VIEWER,
    ("GET", "openapi.json"): Role.VIEWER,
    ("GET", "docs"): Role.VIEWER,
    ("POST", "stop"): Role.STOPPER,
    ("POST", "lever"): Role.STOPPER,
    ("DELETE", "activations"): Role.STOPPER,
    ("DELETE", "sessions"): Role.STOPPER,
    ("DELETE", "lever"): Role.ADMIN,
}


def is_open_while_sealed(method: str, url: URL) -> bool:
    """Tell whether those may send it who must not even know that something is on: it stops all, or says nothing.

    To stop one thing by its name is to ask whether it is on.
    """
    first = url.path.strip("/").partition("/")[0]
    return needed(method, url.path) <= Role.STOPPER and (method, first) != ("GET", "status") and not url.query


def needed(method: str, path: str) -> Role:
    """Return the role that a request needs; what is not listed needs an operator."""
    return _NEEDED.get((method, path.strip("/").partition("/")[0]), Role.OPERATOR)
