"""What a scenario does to the platform, and when."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chaos.strict import Duration, Scalar, Strict

Target = Literal["edge", "replicas", "queue", "declared"]

FAMILIES: Mapping[str, tuple[Target, tuple[str, ...]]] = {
    "api": ("replicas", ("status", "delay", "malformed", "dropped_response")),
    "database": ("replicas", ("latency", "error")),
    "queue": ("replicas", ("latency", "error")),
    "process": (
        "replicas",
        ("cpu_burn", "memory_ballast", "disk_fill", "clock_offset", "kill", "pause", "restart"),
    ),
    "network": (
        "edge",
        ("latency", "bandwidth", "timeout", "reset_peer", "slow_close", "limit_data", "partition"),
    ),
    "setting": ("replicas", ("change",)),
    "message": ("queue", ("publish",)),
}
"""First part of a name → what it is aimed at, and the second parts there are. All others are faults of services."""
OUTSIDE = "provider"
"""The service that is no part of the platform: what is switched on there happens outside."""
ARROW = "->"
EXAMPLES = {"edge": "payment-service->payment-provider", "replicas": "payment-service", "queue": "order-queue"}
LONGEST_S = 3600.0


class Baggage(Strict):
    """Only requests that carry this baggage value are hit."""

    key: str = Field(min_length=1, description="name of the baggage entry")
    value: str = Field(min_length=1, description="its value")


class Action(Strict):
    """One thing that is switched on."""

    fault: str = Field(
        pattern=r"^[a-z][a-z_]*\.[a-z][a-z0-9_]*$",
        description='what is switched on: "billing.float_drift", "network.latency"; `lab chaos list` has them all',
    )
    on: tuple[str, ...] = Field(
        (), strict=False, description='services or replicas, or connections: ["payment-service->payment-provider"]'
    )
    params: dict[str, Scalar] = Field({}, description="figures of the fault: { latency_ms = 400 }")
    at: Annotated[Duration, Field(ge=0, le=LONGEST_S)] = Field(
        0.0, description='when, counted from the beginning: "0s", "30s"'
    )
    lasts: Annotated[Duration, Field(ge=1, le=LONGEST_S)] = Field(
        600.0, alias="for", description='how long at most, from "1s" to "60m"'
    )
    percent: float = Field(100.0, gt=0, le=100, description="share of the calls that are hit")
    baggage: Baggage | None = Field(None, description='only requests that carry it: { key = "…", value = "…" }')
    seed: int | None = Field(None, ge=0, lt=2**32, description="left out: drawn from the seed of the run")

    @model_validator(mode="before")
    @classmethod
    def _one_target_is_a_list_of_one(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("on"), str):
            raise ValueError(f'`on` is a list. Write on = ["{given["on"]}"].')  # noqa: TRY004 -- pydantic wants ValueError
        return given

    @model_validator(mode="after")
    def _aimed(self) -> Self:
        aim, kinds = FAMILIES.get(self.family, ("declared", ()))
        if aim == "declared":
            return self
        if (kind := self.fault.partition(".")[2]) not in kinds:
            near = get_close_matches(kind, kinds, n=1, cutoff=0.5)
            better = f"Did you mean {self.family}.{near[0]}?" if near else f"There are: {', '.join(kinds)}."
            raise ValueError(f"There is no {self.fault!r}. {better}")
        if not self.on:
            raise ValueError(f'{self.fault} has to be aimed at something. Write on = ["{EXAMPLES[aim]}"].')
        for target in self.on:
            if (ARROW in target) != (aim == "edge"):
                what = "a connection, caller->callee" if aim == "edge" else "a service or a replica"
                raise ValueError(f'{self.fault} is aimed at {what}, not at {target!r}: on = ["{EXAMPLES[aim]}"].')
        return self

    @property
    def is_ours(self) -> bool:
        """Whether it is a mistake in code of the platform, which can be repaired. All else is what happens to it."""
        return self.family not in FAMILIES and self.family != OUTSIDE

    @property
    def family(self) -> str:
        """First part of the name."""
        return self.fault.partition(".")[0]
