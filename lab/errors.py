"""What can go wrong on the way, and what the person is told.

    LabError                the exit code is 2 for every one of them
    ├── HomeUnusable        the folder cannot be written, or the disk is full
    ├── AlreadyRunning      a lab runs in this home
    ├── NotRunning          no lab runs in this home
    ├── PortTaken           another process listens where the lab would
    ├── UnknownName         no service or replica of that name
    ├── StartFailed         a process did not become ready
    ├── NoAnswer            the supervisor or a page of the lab does not answer
    ├── Refused             a process of the lab, or the lab itself, says no and why
    └── Usage               the command was not called as it can be

Each carries a sentence that says what is wrong and, in `hint`, what to do about it. `cli.py` is the one translator.
"""

from typing import ClassVar


class LabError(Exception):
    """An error with a sentence for the person and, where there is one, the way out."""

    code: ClassVar[str] = "lab-error"
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, str]:
        """`{"code", "message", "hint"}`; also the form in which errors cross the control socket."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class HomeUnusable(LabError):
    """The folder cannot be written, or the disk is full."""

    code = "home-unusable"


class AlreadyRunning(LabError):
    """A lab runs in this home."""

    code = "already-running"


class NotRunning(LabError):
    """No lab runs in this home."""

    code = "not-running"


class PortTaken(LabError):
    """Another process listens where the lab would."""

    code = "port-taken"


class UnknownName(LabError):
    """There is no service or replica of that name."""

    code = "unknown-name"


class StartFailed(LabError):
    """A process did not become ready."""

    code = "start-failed"


class NoAnswer(LabError):
    """The supervisor or a page of the lab does not answer."""

    code = "no-answer"


class Refused(LabError):
    """A process of the lab, or the lab itself, says no and why."""

    code = "refused"


class Usage(LabError):
    """The command was not called as it can be; for people, click says so itself."""

    code = "usage"


_BY_CODE: dict[str, type[LabError]] = {
    kind.code: kind
    for kind in (
        LabError,
        HomeUnusable,
        AlreadyRunning,
        NotRunning,
        PortTaken,
        UnknownName,
        StartFailed,
        NoAnswer,
        Refused,
    )
}


def from_json(error: dict[str, str]) -> LabError:
    """Rebuild an error that another process of the lab reported."""
    kind = _BY_CODE.get(error.get("code", ""), LabError)
    return kind(error.get("message", "unknown error"), hint=error.get("hint", ""))
