"""What can be wrong with objectives.

SloError
└── BadDocument    the architecture document does not say what rules need
"""


class SloError(Exception):
    """The message is a sentence for a person."""


class BadDocument(SloError):
    """The architecture document does not say what rules need; the message names the place."""
