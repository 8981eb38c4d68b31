"""What a replica tells the controller of one thing that can be switched on in it, and how it reads what comes back."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.chassis.channel_frames import Armed, Declared, Param

Number = int | float


class Declaration(Protocol):
    """Something that can be switched on."""

    @property
    def name(self) -> str:
        """Its public name, `<group>.<what_goes_wrong>`."""

    @property
    def summary(self) -> str:
        """What breaks, in a sentence; for the instructor's listing only."""

    @property
    def params(self) -> Sequence[Param]:
        """What may be said with it."""

    @property
    def scoped(self) -> bool:
        """Whether it can be shown to some calls only; false for what lasts and belongs to no call."""


def number(
    name: str, unit: str, summary: str, *, minimum: Number, maximum: Number, default: Number | None = None
) -> Param:
    """Return a parameter that is any number within its bounds; without a default it has to be said."""
    return _param(name, "number", summary, unit=unit, default=default, minimum=minimum, maximum=maximum)


def integer(name: str, unit: str, summary: str, *, minimum: int, maximum: int, default: int | None = None) -> Param:
    """Return a parameter that is a whole number within its bounds; without a default it has to be said."""
    return _param(name, "integer", summary, unit=unit, default=default, minimum=minimum, maximum=maximum)


def text(name: str, summary: str, *, default: str | None = None, choices: list[str] | None = None) -> Param:
    """Return a parameter that is a text; without a default it has to be said."""
    return _param(name, "text", summary, default=default, choices=choices)


def declared(one: Declaration) -> Declared:
    """Return the words in which the controller hears of it."""
    return Declared(name=one.name, summary=one.summary, params=list(one.params), scoped=one.scoped)


def defaults(params: Sequence[Param]) -> dict[str, Any]:
    """Return what counts where nothing is said."""
    return {param.name: param.default for param in params if param.default is not None}


def understood(one: Declaration, armed: Armed) -> Armed | None:
    """Return `armed` with its params complete; None when any of it cannot be understood, for it is then left off."""
    if armed.scope is not None and not one.scoped:
        return None
    params = {**defaults(one.params), **armed.params}
    known = {param.name: param for param in one.params}
    if params.keys() != known.keys() or not all(_is_meant(known[name], value) for name, value in params.items()):
        return None
    return armed.model_copy(update={"params": params})


def _is_meant(param: Param, value: object) -> bool:
    if param.type == "text":
        return isinstance(value, str) and (param.choices is None or value in param.choices)
    kinds = int if param.type == "integer" else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    above = param.minimum is None or value >= param.minimum
    return above and (param.maximum is None or value <= param.maximum)


def _param(name: str, kind: str, summary: str, **members: Any) -> Param:
    said: Mapping[str, Any] = {
        "unit": "",
        "default": None,
        "minimum": None,
        "maximum": None,
        "choices": None,
        **members,
    }
    return Param.model_validate({"name": name, "type": kind, "summary": summary, **said})
