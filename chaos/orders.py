"""What somebody asks for: one fault, where, how, and for how long."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

if TYPE_CHECKING:
    from chaos.scenario.model import Guard, Steady

DURATION_S = 600.0
DURATION_CAP_S = 3_600.0

Name = Annotated[str, Field(min_length=1, max_length=200)]
Value = str | int | float | bool


class Baggage(BaseModel):
    """An entry of the W3C baggage that a request carries."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: Name
    value: Name


class Injection(BaseModel):
    """A fault to switch on."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"fault": "billing.float_drift", "duration_s": 300}]},
    )

    fault: str = Field(max_length=200, description="name as GET /faults lists it", strict=True)
    on: tuple[Name, ...] = Field(
        (),
        max_length=64,
        description="services, replicas, or edges (`payment-service->payment-provider`); none: whoever has the fault",
    )
    params: dict[str, Value] = Field({}, max_length=32, description="as GET /faults describes them")
    duration_s: float = Field(
        DURATION_S,
        gt=0,
        le=DURATION_CAP_S,
        allow_inf_nan=False,
        strict=True,
        description="seconds until it goes off by itself; there is no fault without an end",
    )
    percent: float = Field(
        100.0, gt=0, le=100, allow_inf_nan=False, strict=True, description="share of calls that meet it"
    )
    baggage: Baggage | None = Field(None, description="only requests that carry this entry meet it")
    seed: int | None = Field(
        None, ge=0, lt=2**63, strict=True, description="decides which calls, and how long; null: drawn"
    )
    accept_partial: bool = Field(
        default=False,
        strict=True,
        description="leave it on although some replica has not acknowledged; otherwise it is taken back",
    )
    guards: tuple[dict[str, Any], ...] = Field(
        (), max_length=16, description="probes that stop it when they fail, as `[[guard]]` of a scenario file"
    )
    steady: tuple[dict[str, Any], ...] = Field(
        (), max_length=16, description="probes that have to hold once it is over, as `[[steady]]` of a scenario file"
    )
    session: str | None = Field(None, max_length=64, description="it ends with this session; see POST /sessions")
    actor: str = Field("", max_length=100, description="who asks, for the journal")

    @field_validator("guards")
    @classmethod
    def _are_guards(cls, given: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        parsed_guards(given)
        return given

    @field_validator("steady")
    @classmethod
    def _are_claims(cls, given: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        parsed_steady(given)
        return given

    def fingerprint(self) -> str:
        """Return what tells this order from others that use the same key."""
        return hashlib.sha256(orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return all members as JSON types."""
        return self.model_dump(mode="json")


def parsed_guards(given: Iterable[dict[str, Any]]) -> "tuple[Guard, ...]":
    """Return the guards of an order. Raises `ValueError`, as `parsed_steady` does."""
    # Loaded here: few orders have probes, and the models weigh as much as all the rest of the controller.
    from chaos.scenario.model import Guard  # noqa: PLC0415

    return tuple(Guard.model_validate(one) for one in given)


def parsed_steady(given: Iterable[dict[str, Any]]) -> "tuple[Steady, ...]":
    """Return the claims of health of an order."""
    from chaos.scenario.model import Steady  # noqa: PLC0415 -- as above

    return tuple(Steady.model_validate(one) for one in given)
