"""What can be wrong before anything can be judged.

AdvisorError
├── BadDocument     the file cannot be read, or is no JSON object
├── UnknownPart     the document has nothing of that name
├── NotUnderstood   it is not clear what is asked, or of what
└── NoEvidence      nobody looked at the time that is asked about
"""


class AdvisorError(Exception):
    """Carries a sentence that says what is wrong and, in `hint`, what to write instead."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadDocument(AdvisorError):
    """The file cannot be read, or is no JSON object."""


class UnknownPart(AdvisorError):
    """The document has nothing of that name."""


class NotUnderstood(AdvisorError):
    """It is not clear what is asked, or of what."""


class NoEvidence(AdvisorError):
    """Nobody looked at the time that is asked about."""
