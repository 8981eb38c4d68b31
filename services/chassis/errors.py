"""What can go wrong, and what the caller is told.

    ServiceError                 500 internal-error
    ├── Invalid                  422 invalid-request
    ├── NotFound                 404 not-found
    ├── Conflict                 409 conflict
    ├── Busy                     503 busy                 every slot or connection is taken
    ├── DatabaseUnavailable      503 database-unavailable no connection could be made: nothing was done
    ├── DeadlineExceeded         504 deadline-exceeded    the caller's time is used up
    ├── NeighbourUnavailable     503 neighbour-unavailable  no answer: refused, reset, 5xx, breaker open
    │   └── NeighbourTimedOut    504 neighbour-timed-out
    └── NeighbourRefused         502 neighbour-refused    an answer: the neighbour's 4xx, kept in full

Services derive their own from these. Every error knows its HTTP status; `problems.py` is the one translator.
"""

from typing import Any, ClassVar


class ServiceError(Exception):
    """An error with a sentence for the caller and, where useful, members that a program can read."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"
    retry_after_s: ClassVar[int | None] = None

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members


class Invalid(ServiceError):
    """The request cannot be understood as it stands."""

    status, code, title = 422, "invalid-request", "Invalid request"


class NotFound(ServiceError):
    """There is no such thing."""

    status, code, title = 404, "not-found", "Not found"


class Conflict(ServiceError):
    """The request contradicts what is already so."""

    status, code, title = 409, "conflict", "Conflict"


class Busy(ServiceError):
    """Every slot or connection is taken and none came free in time."""

    status, code, title, retry_after_s = 503, "busy", "Busy", 1


class DatabaseUnavailable(ServiceError):
    """The service's own database cannot be reached; nothing was done."""

    status, code, title, retry_after_s = 503, "database-unavailable", "Database unavailable", 1


class DeadlineExceeded(ServiceError):
    """The time that the caller gave is used up."""

    status, code, title = 504, "deadline-exceeded", "Deadline exceeded"


class NeighbourUnavailable(ServiceError):
    """A neighbour gave no usable answer; whether it did the work is unknown."""

    status, code, title, retry_after_s = 503, "neighbour-unavailable", "Service unavailable", 1

    def __init__(self, peer: str, reason: str) -> None:
        super().__init__(f"{peer} is not available: {reason}.", peer=peer)
        self.peer = peer
        self.reason = reason


class NeighbourTimedOut(NeighbourUnavailable):
    """A neighbour did not answer in time; whether it did the work is unknown."""

    status, code, title = 504, "neighbour-timed-out", "Gateway timeout"


class NeighbourRefused(ServiceError):
    """A neighbour understood and said no (4xx).

    `peer_status` and `peer_code` tell which no, `retry_after` (the header of that name, if it came) when to ask again.
    """

    status, code, title = 502, "neighbour-refused", "Bad gateway"

    def __init__(self, peer: str, peer_status: int, problem: dict[str, Any], retry_after: str | None = None) -> None:
        super().__init__(f"{peer} refused: {problem.get('detail', peer_status)}", peer=peer)
        self.peer = peer
        self.peer_status = peer_status
        self.peer_code = str(problem.get("type", "")).removeprefix("urn:problem:")
        self.problem = problem
        self.retry_after = retry_after
