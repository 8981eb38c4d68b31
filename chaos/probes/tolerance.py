"""What a measured value is compared with."""

from typing import Any, Self

from pydantic import Field, model_validator

from chaos.durations import text as duration_text
from chaos.strict import Duration, Strict

COMPARISONS = ("at_most", "at_least", "equals", "between", "does_not_grow")


class Tolerance(Strict):
    """One comparison. Exactly one of its keys is given."""

    at_most: float | None = Field(None, description="the highest value that is fine")
    at_least: float | None = Field(None, description="the lowest value that is fine")
    equals: float | str | None = Field(None, description="the only value that is fine")
    between: tuple[float, float] | None = Field(
        None, strict=False, description="the lowest and the highest value that are fine: [1, 5]"
    )
    does_not_grow: Duration | None = Field(
        None, ge=1, le=300, description='for how long the value is watched and must not rise: "15s"'
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if self.between and self.between[0] > self.between[1]:
            raise ValueError(f"The lower bound comes first: between = [{self.between[1]:g}, {self.between[0]:g}].")
        return self

    @model_validator(mode="before")
    @classmethod
    def _exactly_one(cls, given: Any) -> Any:
        if isinstance(given, dict) and len(present := [key for key in COMPARISONS if key in given]) != 1:
            has = f"It has {' and '.join(present)}." if present else "It has none."
            raise ValueError(f"A probe needs exactly one of {', '.join(COMPARISONS)}. {has}")
        return given

    def holds(self, value: float | str, before: float | None = None) -> bool:
        """Whether `value` is fine; `before` is what it was when the watch for growth began."""
        if self.equals is not None:
            return value == self.equals
        if isinstance(value, str):
            return False
        if self.does_not_grow is not None:
            return before is not None and value <= before
        low, high = self.between or (self.at_least, self.at_most)
        return (low is None or value >= low) and (high is None or value <= high)

    def __str__(self) -> str:
        if self.between:
            return f"between {self.between[0]:g} and {self.between[1]:g}"
        if self.does_not_grow is not None:
            return f"not growing for {duration_text(self.does_not_grow)}"
        if self.equals is not None:
            return f"equal to {self.equals:g}" if isinstance(self.equals, float) else f"equal to {self.equals!r}"
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"
