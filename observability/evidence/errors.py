"""What can be wrong with a question.

EvidenceError
├── BadQuery       what was asked cannot be meant
├── NotFound       there is no such trace
└── Unavailable    nobody answers
"""


class EvidenceError(Exception):
    """The message is a sentence for a person."""


class BadQuery(EvidenceError):
    """What was asked cannot be meant; the message says what to write."""


class NotFound(EvidenceError):
    """There is no such thing, or no longer."""


class Unavailable(EvidenceError):
    """The store does not answer."""
