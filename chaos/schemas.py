"""What crosses the wire of the controller's HTTP API. Times are RFC 3339 in UTC."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chaos.activations import Cause, Phase

DURATION_S = 600.0
DURATION_CAP_S = 3_600.0


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Injection(BaseModel):
    """A fault to switch on."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"fault": "billing.float_drift", "duration_s": 300}]},
    )

    fault: str = Field(max_length=200, description="name as GET /faults lists it")
    duration_s: float = Field(
        DURATION_S,
        gt=0,
        le=DURATION_CAP_S,
        allow_inf_nan=False,
        description="seconds until it goes off by itself; there is no fault without an end",
    )
    accept_partial: bool = Field(
        default=False, description="leave it on although some replica has not acknowledged; otherwise it is taken back"
    )


class ReplicaApplied(_Answer):
    """One replica's answer to a change."""

    instance: str = Field(examples=["billing-service-1"])
    pid: int
    applied_ms: float | None = Field(description="from request to acknowledgement; null: none in time")


class ActivationAnswer(_Answer):
    """One fault, switched on once."""

    id: str
    fault: str
    state: Phase = Field(description="`reverting`: off for all who answer; the lease of the others runs out")
    cause: Cause | None = Field(description="why it ended; null while it is on")
    started_at: datetime
    expires_at: datetime = Field(description="when it goes, or would have gone, off by itself")


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
    """A fault that some replica has declared."""

    name: str = Field(examples=["billing.float_drift"])
    summary: str = Field(description="for the instructor: what breaks")
    active: bool
    replicas: list[str] = Field(description="connected replicas that have it")


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


class Status(_Answer):
    """Everything the controller knows at this moment."""

    epoch: int = Field(description="rises with every life of the controller")
    rev: int = Field(description="rises with every change of what is on")
    active: list[ActivationAnswer]
    reverting: list[ActivationAnswer]
    replicas: list[ReplicaAnswer]
