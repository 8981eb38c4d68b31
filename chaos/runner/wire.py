"""What the controller answers, as far as a run needs it. Members that it does not need are ignored."""

from pydantic import BaseModel, ConfigDict, Field

from chaos.parameters import Parameter


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Param(Parameter):
    """A figure that a fault takes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fault(_Answer):
    """A fault that can be switched on now."""

    name: str
    summary: str = ""
    active: bool = False
    on: tuple[str, ...] = Field((), description="where it can be had now: replicas, edges, a queue")
    params: tuple[Param, ...] = ()


class Faults(_Answer):
    """All faults."""

    faults: tuple[Fault, ...]


class Lever(_Answer):
    """The stop lever."""

    held: bool = False
    reason: str | None = None


class Status(_Answer):
    """What the controller says of itself."""

    epoch: int
    lever: Lever = Lever()


class Session(_Answer):
    """A lease under which things are on."""

    id: str
    key: str | None = None


class Activation(_Answer):
    """One thing that was switched on."""

    id: str
    fault: str
    state: str
    cause: str | None = None
    applied_ms: float | None = None
