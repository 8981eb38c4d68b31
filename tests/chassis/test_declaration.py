"""What may be said with a fault, and what is made of it."""

from typing import Any

import pytest

from services.chassis.actions.registry import actions_of, lasting_of
from services.chassis.channel_frames import Armed, ArmedScope, Param
from services.chassis.declaration import declared, integer, number, text, understood
from services.chassis.settings import ServiceSettings


class Example:
    """Something that can be switched on."""

    name = "example.breaks"
    summary = "It breaks."
    scoped = True
    params: tuple[Param, ...] = (
        number("share", "", "how much", minimum=0, maximum=1),
        integer("mb", "MB", "how much", minimum=1, maximum=512, default=64),
        text("direction", "which way", default="both", choices=["both", "up"]),
        text("route", "which", default=""),
    )


class Lasting(Example):
    """Something that belongs to no call."""

    scoped = False


class Settings(ServiceSettings):
    """A service of its own."""

    service = "example-service"


class StoreSettings(Settings):
    """A service with a database and a queue."""

    database_url: str = "sqlite+aiosqlite:////data/own.db"
    broker_url: str = "sqlite+aiosqlite:////data/broker.db"


def _armed(scope: ArmedScope | None = None, **params: Any) -> Armed:
    return Armed(params=params, ttl_ms=1_000, armed_rev=1, scope=scope, seed=None)


def test_what_is_not_said_has_its_default() -> None:
    """The agent completes what the controller left out."""
    read = understood(Example(), _armed(share=0.5))
    assert read is not None
    assert read.params == {"share": 0.5, "mb": 64, "direction": "both", "route": ""}


@pytest.mark.parametrize(
    "said",
    [{"share": 0}, {"share": 1.0, "mb": 512}, {"share": 1, "direction": "up"}, {"share": 0.1, "route": "/orders"}],
)
def test_what_lies_within_its_bounds_is_understood(said: dict[str, Any]) -> None:
    """The bounds belong to it; numbers may be whole."""
    read = understood(Example(), _armed(**said))
    assert read is not None
    assert said.items() <= read.params.items()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"share": 1.01},
        {"share": -0.01},
        {"share": "0.5"},
        {"share": None},
        {"share": True},
        {"share": 0.5, "mb": 64.0},
        {"share": 0.5, "mb": 0},
        {"share": 0.5, "direction": "sideways"},
        {"share": 0.5, "route": 7},
        {"share": 0.5, "unheard_of": 1},
    ],
)
def test_what_is_not_understood_is_left_off(said: dict[str, Any]) -> None:
    """Missing, out of bounds, of another type or unheard of: no guess is made."""
    assert understood(Example(), _armed(**said)) is None


def test_what_belongs_to_no_call_cannot_be_shown_to_some() -> None:
    """A burden on the process is everybody's, so a scope for it is not understood."""
    some = ArmedScope(percent=50, baggage=None)
    assert understood(Example(), _armed(some, share=0.5)) is not None
    assert understood(Lasting(), _armed(some, share=0.5)) is None
    assert understood(Lasting(), _armed(share=0.5)) is not None


def _names(settings: ServiceSettings) -> set[str]:
    return {one.name for one in (*actions_of(settings), *lasting_of(settings))}


def test_a_service_declares_what_can_happen_to_it() -> None:
    """Only a service with a database can have trouble with one."""
    plain, with_stores = Settings(instance="e-1", port=0), StoreSettings(instance="e-1", port=0)
    assert {"api.status", "process.cpu_burn"} <= _names(plain)
    of_stores = {"database.latency", "database.error", "queue.latency", "queue.error"}
    assert _names(with_stores) - _names(plain) == of_stores


def test_every_action_says_how_it_is_to_be_switched_on() -> None:
    """A summary, and for every number a unit or a plain count, its bounds, and a default within them or none."""
    settings = StoreSettings(instance="e-1", port=0)
    for one in (*actions_of(settings), *lasting_of(settings)):
        said = declared(one)
        assert said.summary.endswith(".")
        for param in said.params:
            assert param.summary
            if param.type != "text":
                assert param.minimum is not None
                assert param.maximum is not None
                assert param.default is None or param.minimum <= float(param.default) <= param.maximum
