"""What can be wrong with a wish to spoil a connection.

    NetworkError
    ├── WrongParams          a parameter is unknown, missing, of another type or out of bounds
    ├── UnknownEdge          no connection has that name
    ├── NotOnANetwork        a database or queue that is a file: it has faults of its own
    ├── ProxyUnreachable     the proxy does not answer
    └── ProxyFailed          the proxy answers with something else than it should

Each says what is wrong (`str`) and what to write instead (`instead`).
"""


class NetworkError(Exception):
    """Something is wrong, and `instead` says what to write, or to do."""

    def __init__(self, detail: str, *, instead: str) -> None:
        super().__init__(detail)
        self.instead = instead


class WrongParams(NetworkError):
    """A parameter is unknown, missing, of another type or out of bounds."""


class UnknownEdge(NetworkError):
    """No connection has that name."""


class NotOnANetwork(NetworkError):
    """A database or a queue that is a file."""


class ProxyUnreachable(NetworkError):
    """The proxy does not answer."""


class ProxyFailed(NetworkError):
    """The proxy refuses, or answers with something else than it should."""
