"""The parameters of a fault: what they may be, and the sentence for whoever gets one wrong."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chaos.errors import BadParameter


class Parameter(BaseModel):
    """One parameter of a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: Literal["number", "integer", "text"] = "number"
    unit: str = ""
    default: str | float | int | None = Field(None, description="null: it has to be given")
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = Field((), description="of a text; none: anything")
    summary: str = ""

    def described(self) -> str:
        """Return what is allowed, for a sentence."""
        if self.choices:
            return f"{self.name} is one of {', '.join(self.choices)}"
        bounds = f" from {self.minimum:.12g}" if self.minimum is not None else ""
        bounds += f" to {self.maximum:.12g}" if self.maximum is not None else ""
        kind = {"number": "a number", "integer": "a whole number", "text": "a text"}[self.type]
        return f"{self.name} is {kind}{bounds}{f' ({self.unit})' if self.unit else ''}"

    def allows(self, value: object) -> bool:
        """Tell whether `value` may be given."""
        if self.type == "text":
            return isinstance(value, str) and (not self.choices or value in self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return False
        if self.type == "integer" and value != int(value):
            return False
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


def completed(fault: str, given: Mapping[str, Any], declared: Sequence[Parameter]) -> dict[str, Any]:
    """Return `given` with the defaults of what was left out; raise `BadParameter`."""
    known = {parameter.name: parameter for parameter in declared}
    if unknown := [name for name in given if name not in known]:
        near = get_close_matches(unknown[0], known, n=1)
        has = f"{fault} takes {', '.join(known)}." if known else f"{fault} takes none."
        raise BadParameter(
            f"{fault} has no parameter {unknown[0]!r}.", instead=f"Did you mean {near[0]}?" if near else has
        )
    values = {}
    for parameter in declared:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise BadParameter(f"{fault} needs {parameter.name}.", instead=f"{parameter.described()}.")
        if parameter.name in given and not parameter.allows(value):
            raise BadParameter(f"{parameter.name} cannot be {value!r}.", instead=f"{parameter.described()}.")
        values[parameter.name] = value
    return values
