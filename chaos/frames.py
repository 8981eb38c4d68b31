"""The agents' channel, as the controller sees it: signed frames, one JSON object per line.

The format is described in `docs/decisions/0003-switch-channel.md`; `services/chassis/channel_frames.py` is the other
end's own copy of it, and `tests/chaos/test_channel_contract.py` holds the two together.
"""

import hashlib
import hmac
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_LINE = 65_536
"""Longest line, bytes, the newline included."""


class Malformed(ValueError):
    """A line that is no frame of this channel, or is not signed with its key."""


class Frame(BaseModel):
    """What all frames share."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    session: str = Field(min_length=1, max_length=64, description="drawn by the agent for each connection")


class Param(BaseModel):
    """One thing to be said with a fault when it is switched on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    type: Literal["number", "integer", "text"]
    unit: str = Field(description="`ms`, `MB`, …; empty: a plain number or text")
    default: int | float | str | None = Field(description="null: it has to be said")
    minimum: int | float | None
    maximum: int | float | None
    choices: list[str] | None = Field(description="the texts that are allowed; null: any, and always for numbers")
    summary: str


class Declared(BaseModel):
    """A fault that a replica has."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    summary: str
    params: list[Param]
    scoped: bool = Field(description="whether it can be shown to some calls only; what lasts belongs to no call")


class Hello(Frame):
    """Agent to controller, first: who is calling."""

    kind: Literal["hello"] = "hello"
    version: Literal[2] = 2
    instance: str
    service: str
    pid: int
    epoch: int = Field(description="highest epoch that this process has obeyed; 0: none")
    mono_us: int = Field(description="the replica's monotonic clock, µs")
    faults: list[Declared]


class Baggage(BaseModel):
    """One member of a request's W3C baggage."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str = Field(min_length=1)
    value: str


class ArmedScope(BaseModel):
    """Which calls a fault is shown to."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    percent: int | float = Field(gt=0, le=100, description="of the calls that have the baggage, drawn call by call")
    baggage: Baggage | None = Field(description="null: whatever the baggage of the call")


class Armed(BaseModel):
    """One fault of the state."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    params: dict[str, Any]
    ttl_ms: int = Field(gt=0, description="until its own deadline, counted from `heard_us`")
    armed_rev: int = Field(ge=1, description="revision that armed it: tells one activation from the next")
    scope: ArmedScope | None = Field(description="null: every call")
    seed: int | None = Field(description="the same seed draws the same calls; null: none in particular")


class State(Frame):
    """Controller to agent, at every change and as a heartbeat: everything that is to be on there."""

    kind: Literal["state"] = "state"
    epoch: int = Field(ge=1)
    rev: int = Field(ge=0)
    heard_us: int = Field(description="the agent's own `mono_us` in the last frame that the controller had from it")
    lease_ms: int = Field(gt=0, description="how long the frame holds, counted from `heard_us`")
    faults: dict[str, Armed]


class Ack(Frame):
    """Agent to controller, after every state: what this replica now holds."""

    kind: Literal["ack"] = "ack"
    epoch: int
    rev: int
    instance: str
    pid: int
    mono_us: int = Field(description="the replica's monotonic clock, µs")


F = TypeVar("F", bound=Frame)


def encode(frame: Frame, key: bytes) -> bytes:
    """Return `frame` as a signed line."""
    body = frame.model_dump()
    body["sig"] = _signature(body, key)
    return orjson.dumps(body) + b"\n"


def decode(line: bytes, key: bytes, kind: type[F]) -> F:
    """Return the frame of `kind` that `line` holds; raise `Malformed` for anything else."""
    try:
        body = orjson.loads(line)
        if not isinstance(body, dict) or not isinstance(sig := body.pop("sig", None), str) or not sig.isascii():
            raise Malformed("not signed")
        if not hmac.compare_digest(sig, _signature(body, key)):
            raise Malformed("signed with another key")
        return kind.model_validate(body)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, ValidationError) as error:
        raise Malformed("not the frame expected here") from error


def _signature(body: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, orjson.dumps(body, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()
