"""What is wrong with a scenario.

ScenarioError
├── UnknownScenario     there is no file of that name
├── InvalidScenario     its file breaks rules; `problems` has one sentence for each
└── UnfitScenario       the running lab cannot play it; `problems` likewise
"""

from collections.abc import Sequence


class ScenarioError(Exception):
    """A scenario that cannot be played. Nothing has been touched."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *(f"  {problem}" for problem in problems)]))
        self.problems = tuple(problems)


class UnknownScenario(ScenarioError):
    """There is no scenario of that name."""


class InvalidScenario(ScenarioError):
    """Its file breaks rules."""


class UnfitScenario(ScenarioError):
    """The running lab cannot play it."""
