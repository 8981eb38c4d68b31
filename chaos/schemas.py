"""What crosses the wire of the controller's HTTP API. Times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chaos.lifecycle import Cause, State
from chaos.orders import Baggage
from chaos.parameters import Parameter


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SessionOrder(BaseModel):
    """A session to begin."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ttl_s: float = Field(5.0, ge=0.5, le=60.0, allow_inf_nan=False, description="seconds that each renewal lasts")
    actor: str = Field("", max_length=100, description="who it is")
    sealed: bool = Field(
        default=False, description="while it lasts, what is and was on is told only to who shows its `key` as a token"
    )


class LeverOrder(BaseModel):
    """Why the lever is pulled."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    reason: str = Field("", max_length=200)


class SessionAnswer(_Answer):
    """Somebody who owns what he switches on, and has to say that he is there."""

    id: str
    ttl_s: float
    key: str | None = Field(None, description="of a session that is sealed: `Authorization: Bearer <key>`")


class ReplicaApplied(_Answer):
    """One replica's answer to a change."""

    instance: str = Field(examples=["billing-service-1"])
    pid: int
    applied_ms: float | None = Field(description="from request to acknowledgement; null: none in time")


class ActivationAnswer(_Answer):
    """One fault, switched on once."""

    id: str
    fault: str
    on: list[str] = Field(description="where; empty: whoever has the fault")
    params: dict[str, Any]
    percent: float
    baggage: Baggage | None
    seed: int | None
    actor: str
    session: str | None
    state: State = Field(description="`reverting`: off for all who answer; the lease of the others runs out")
    cause: Cause | None = Field(description="why it ended; null while it is on")
    started_at: datetime
    expires_at: datetime = Field(description="when it goes, or would have gone, off by itself")


class EventAnswer(_Answer):
    """One step of an activation."""

    previous: str
    state: str
    cause: str | None
    actor: str
    detail: str
    wall: datetime
    mono: float = Field(description="monotonic seconds of the controller's machine")
    epoch: int


class History(_Answer):
    """Activations, newest first."""

    activations: list[ActivationAnswer]
    next_before: int | None = Field(description="`before` of the next page; null: this is the last one")


class Biography(ActivationAnswer):
    """An activation with every step that it took."""

    events: list[EventAnswer]


class Change(ActivationAnswer):
    """An activation, and how long the replicas took over the change that was asked for."""

    applied_ms: float = Field(description="until the last acknowledgement that came in time")
    replicas: list[ReplicaApplied]


class Stopped(_Answer):
    """Everything that was on and is now off."""

    stopped: list[ActivationAnswer]
    applied_ms: float = Field(description="until the last acknowledgement that came in time")
    replicas: list[ReplicaApplied]


class FaultAnswer(_Answer):
    """A fault that can be switched on."""

    name: str = Field(examples=["billing.float_drift"])
    summary: str = Field(description="for the instructor: what breaks")
    active: bool
    on: list[str] = Field(description="where it can be had now: replicas, or edges `caller->callee`")
    params: list[Parameter]


class Faults(_Answer):
    """All faults, by name."""

    faults: list[FaultAnswer]


class ReplicaAnswer(_Answer):
    """A connected replica."""

    instance: str
    service: str
    pid: int
    faults: list[str]
    epoch: int = Field(description="of the state that it acknowledged last")
    rev: int = Field(description="of the state that it acknowledged last")
    silent_ms: float = Field(description="since it was last heard")


class LeverAnswer(_Answer):
    """The stop lever."""

    held: bool = Field(description="nothing is on, and nothing can be switched on")
    since: datetime | None
    reason: str


class Status(_Answer):
    """Everything the controller knows at this moment."""

    epoch: int = Field(description="rises with every life of the controller")
    rev: int = Field(description="rises with every change of what is on")
    active: list[ActivationAnswer]
    reverting: list[ActivationAnswer]
    replicas: list[ReplicaAnswer]
    lever: LeverAnswer
    journal_failing: bool = Field(description="the disk does not take the journal: nothing can be switched on")
