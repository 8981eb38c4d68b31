"""What the API refuses, in Toxiproxy's words: `{"error": "proxy not found", "status": 404}`."""

import os


class Refused(Exception):
    """A refusal: its text and its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    def as_json(self) -> dict[str, str | int]:
        """Return it as the API tells it."""
        return {"error": self.message, "status": self.status}


def bad_body(why: str) -> Refused:
    """The body is not what it should be."""
    return Refused(f"bad request body: {why}", 400)


def missing(field: str) -> Refused:
    """A field that is needed is not there, or empty."""
    return Refused(f"missing required field: {field}", 400)


def proxy_not_found() -> Refused:
    """No proxy has that name."""
    return Refused("proxy not found", 404)


def proxy_exists() -> Refused:
    """The name is taken."""
    return Refused("proxy already exists", 409)


def toxic_not_found() -> Refused:
    """No toxic of that proxy has that name."""
    return Refused("toxic not found", 404)


def toxic_exists() -> Refused:
    """The name is taken."""
    return Refused("toxic already exists", 409)


def invalid_stream() -> Refused:
    """The direction is neither."""
    return Refused("stream was invalid, can be either upstream or downstream", 400)


def invalid_type() -> Refused:
    """There is no such kind of toxic."""
    return Refused("invalid toxic type", 400)


def cannot_listen(listen: str, error: OSError) -> Refused:
    """The address cannot be listened on."""
    reason = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)
    return Refused(f"listen tcp {listen}: bind: {reason}", 500)


def bad_address(address: str) -> Refused:
    """The address is not `host:port`."""
    return Refused(f"listen tcp: address {address}: missing port in address", 500)
