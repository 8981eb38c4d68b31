"""What a drill refuses.

DrillError
├── NothingToRepair   the scenario has no code of ours to repair
├── NotPlain          a fault's module, or a call of it, has not the form that can be handed out
├── Unfit             a folder is not a workspace, or cannot become one
├── NotJudged         the proof could not be run to its end
├── NoneFits          no scenario can be played as it was asked for
└── NotNow            the drill that is on does not allow this yet, or any more

Each carries a sentence that says what is wrong and, in `hint`, what to do about it.
"""


class DrillError(Exception):
    """An error with a sentence for the person and, where there is one, the way out."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NothingToRepair(DrillError):
    """The scenario has no code of ours to repair."""


class NotPlain(DrillError):
    """A fault's module, or a call of it, has not the form that can be handed out."""


class Unfit(DrillError):
    """A folder is not a workspace, or cannot become one."""


class NotJudged(DrillError):
    """The proof could not be run to its end."""


class NoneFits(DrillError):
    """No scenario can be played as it was asked for."""


class NotNow(DrillError):
    """The drill that is on does not allow this yet, or any more."""
