"""Faults that are shown to some calls only."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from opentelemetry import baggage, context

from services.chassis.channel_frames import Armed, ArmedScope, Baggage, State
from services.chassis.fault import Fault
from services.chassis.switches import Switchboard
from tests.support.faults import switched_on

FAULT = Fault("services.billing.faults.tested_here", "faulty", "fixed")
VIP = Baggage(key="customer.kind", value="vip")


def _some(percent: float, of: Baggage | None = None) -> ArmedScope:
    return ArmedScope(percent=percent, baggage=of)


def _calls(count: int) -> list[str]:
    return [FAULT.behaviour for _ in range(count)]


@contextmanager
def _carrying(key: str, value: str) -> Iterator[None]:
    token = context.attach(baggage.set_baggage(key, value))
    try:
        yield
    finally:
        context.detach(token)


@pytest.mark.parametrize("percent", [1, 12.5, 50, 99])
def test_a_percentage_of_calls_is_shown_the_fault(percent: float) -> None:
    """The share comes out about right; with a seed, exactly the same each time."""
    with switched_on(FAULT, scope=_some(percent), seed=7):
        shown = _calls(10_000).count("faulty")
    assert shown == pytest.approx(percent * 100, rel=0.3)


@pytest.mark.parametrize("seed", [0, 1, -3, 2**53])
def test_the_same_seed_decides_the_same(seed: int) -> None:
    """Call by call, in every replica that is told it."""
    with switched_on(FAULT, scope=_some(30), seed=seed):
        first = _calls(200)
    with switched_on(FAULT, scope=_some(30), seed=seed):
        assert _calls(200) == first
    with switched_on(FAULT, scope=_some(30), seed=seed + 1):
        assert _calls(200) != first


def test_a_hundred_percent_are_all() -> None:
    """A scope without a limit limits nothing."""
    with switched_on(FAULT, scope=_some(100)):
        assert set(_calls(1_000)) == {"faulty"}


def test_only_calls_with_the_baggage_are_shown_the_fault() -> None:
    """The value has to be the very one; calls without baggage go right."""
    with switched_on(FAULT, scope=_some(100, VIP)):
        assert FAULT.behaviour == "fixed"
        with _carrying("customer.kind", "regular"):
            assert FAULT.behaviour == "fixed"
        with _carrying("customer.kind", "vip"):
            assert FAULT.behaviour == "faulty"


def test_a_percentage_is_drawn_among_the_calls_with_the_baggage() -> None:
    """Other calls neither see the fault nor change whose turn it is."""
    with switched_on(FAULT, scope=_some(40), seed=3):
        expected = _calls(100)
    with switched_on(FAULT, scope=_some(40, VIP), seed=3):
        seen = []
        for _ in range(100):
            assert FAULT.behaviour == "fixed"
            with _carrying("customer.kind", "vip"):
                seen.append(FAULT.behaviour)
    assert seen == expected


def _draws(board: Switchboard, count: int) -> list[bool]:
    return [board.shown(FAULT.name) is not None for _ in range(count)]


def _state(rev: int, armed_rev: int, scope: ArmedScope) -> State:
    armed = Armed(params={}, ttl_ms=60_000, armed_rev=armed_rev, scope=scope, seed=5)
    now_us = int(monotonic() * 1e6)
    return State(session="t", epoch=1, rev=rev, heard_us=now_us, lease_ms=10_000, faults={FAULT.name: armed})


def test_a_heartbeat_does_not_start_the_draw_anew() -> None:
    """The same activation goes on drawing where it was, also after a lost connection; a new one begins."""
    board = Switchboard()
    board.apply(_state(1, 1, _some(50)))
    whole = _draws(board, 40)
    board.apply(_state(2, 2, _some(50)))
    parts = _draws(board, 10)
    board.apply(_state(3, 2, _some(50)))
    parts += _draws(board, 10)
    board.clear()
    board.apply(_state(4, 2, _some(50)))
    parts += _draws(board, 20)
    assert parts == whole


def test_being_on_is_no_matter_of_scope() -> None:
    """Whoever asks whether it is on at all draws nothing."""
    board = Switchboard()
    board.apply(_state(1, 1, _some(0.001)))
    assert board.is_on(FAULT.name)
    assert board.held(FAULT.name) is not None
