"""What is read from files and written to programs: frozen, and nothing in it that nobody knows."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chaos import durations


class Strict(BaseModel):
    """A record that cannot be changed and refuses keys it does not know. Arrays of a file become tuples."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _seconds(value: Any) -> Any:
    if isinstance(value, str):
        return durations.seconds(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} is not a duration. Write it with its unit and in quotes: "{value:g}s".')  # noqa: TRY004 -- pydantic turns only ValueError into a message
    return value


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f"{value!r} is neither a number nor text. Write 400, or text in quotes.")  # noqa: TRY004 -- as above
    return value


Duration = Annotated[float, BeforeValidator(_seconds)]
"""Seconds; in a file `"90s"`, `"5m"`."""
Scalar = Annotated[bool | int | float | str, BeforeValidator(_scalar)]
"""A number, text, or true or false, just as it stands in the file."""
Sentence = Annotated[str, Field(min_length=3)]
