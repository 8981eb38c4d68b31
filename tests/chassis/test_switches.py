"""The table of switches: what counts is the newest word of the newest controller, and only for as long as it said."""

from collections.abc import Iterable
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.channel_frames import Armed, State
from services.chassis.switches import StaleController, Switchboard

NAMES = ("billing.a", "billing.b")


def _state(epoch: int, rev: int, heard_us: int, faults: dict[str, Armed], lease_ms: int = 10_000) -> State:
    return State(session="t", epoch=epoch, rev=rev, heard_us=heard_us, lease_ms=lease_ms, faults=faults)


def _armed(rev: int = 1, ttl_ms: int = 60_000) -> Armed:
    return Armed(params={}, ttl_ms=ttl_ms, armed_rev=rev, scope=None, seed=None)


def _told(board: Switchboard, states: Iterable[State]) -> None:
    for state in states:
        try:
            board.apply(state)
        except StaleController:
            continue


@st.composite
def histories(draw: st.DrawFn) -> list[State]:
    """What two controllers, one after the other, have sent: changes and heartbeats, in the order of sending."""
    now_us = int(monotonic() * 1e6) - 1_000_000
    sent = []
    for epoch in (1, 2):
        for rev in range(draw(st.integers(1, 4))):
            names = draw(st.sets(st.sampled_from(NAMES)))
            faults = {name: _armed(rev=rev + 1) for name in names}
            for _ in range(draw(st.integers(1, 3))):
                now_us += 1
                sent.append(_state(epoch, rev, now_us, faults))
    return sent


@settings(deadline=None)
@given(histories(), st.data())
def test_order_and_repetition_do_not_matter(sent: list[State], data: st.DataObject) -> None:
    """However frames are repeated and reordered, the table ends as the newest of them says."""
    delivered = data.draw(st.permutations(sent)) + data.draw(st.lists(st.sampled_from(sent)))
    board = Switchboard()
    _told(board, delivered)
    assert set(board.switches) == set(sent[-1].faults)
    assert (board.epoch, board.rev) == (sent[-1].epoch, sent[-1].rev)


@settings(deadline=None)
@given(histories(), st.data())
def test_the_table_never_goes_back(sent: list[State], data: st.DataObject) -> None:
    """After each frame, whatever its age, the table is that of the newest frame delivered so far."""
    board, newest = Switchboard(), sent[0]
    for state in data.draw(st.lists(st.sampled_from(sent), min_size=1)):
        newest = max(newest, state, key=lambda one: (one.epoch, one.rev, one.heard_us)) if board.epoch else state
        _told(board, [state])
        assert set(board.switches) == set(newest.faults)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500_000), st.integers(1, 3_600_000)), min_size=1, max_size=20))
def test_a_heartbeat_never_prolongs_a_fault(beats: list[tuple[int, int]]) -> None:
    """Whatever time a later frame grants the same activation, its deadline only comes nearer."""
    board, heard_us = Switchboard(), int(monotonic() * 1e6) - 20_000_000
    deadline = float("inf")
    for passed_us, ttl_ms in beats:
        heard_us += passed_us + 1
        board.apply(_state(1, 1, heard_us, {NAMES[0]: _armed(ttl_ms=ttl_ms)}))
        now = board.switches[NAMES[0]].deadline
        assert now <= deadline
        deadline = now


def test_a_new_activation_has_its_own_time() -> None:
    """A fault that was stopped and switched on again is not cut short by its predecessor."""
    board, heard_us = Switchboard(), int(monotonic() * 1e6)
    board.apply(_state(1, 1, heard_us - 2, {NAMES[0]: _armed(rev=1, ttl_ms=1_000)}))
    board.apply(_state(1, 3, heard_us - 1, {NAMES[0]: _armed(rev=3, ttl_ms=60_000)}))
    assert board.switches[NAMES[0]].deadline > monotonic() + 50


def test_a_frame_that_comes_late_holds_no_longer() -> None:
    """The lease counts from when the replica was last heard, not from when the frame arrives."""
    board, long_ago_us = Switchboard(), int((monotonic() - 3) * 1e6)
    board.apply(_state(1, 1, long_ago_us, {NAMES[0]: _armed()}, lease_ms=2_000))
    assert NAMES[0] in board.switches
    assert not board.is_on(NAMES[0])


def test_a_frame_from_the_future_is_ignored() -> None:
    """A moment that has not come yet was not said by this replica."""
    board = Switchboard()
    board.apply(_state(1, 1, int((monotonic() + 60) * 1e6), {NAMES[0]: _armed()}))
    assert not board.switches


def test_a_stale_controller_cannot_arm_anything() -> None:
    """Once a higher epoch was obeyed, a lower one is refused, with whatever revision."""
    board, heard_us = Switchboard(), int(monotonic() * 1e6)
    board.apply(_state(2, 1, heard_us - 2, {}))
    with pytest.raises(StaleController):
        board.apply(_state(1, 99, heard_us - 1, {NAMES[0]: _armed()}))
    assert not board.is_on(NAMES[0])


def test_clearing_turns_everything_off_and_remembers_the_epoch() -> None:
    """After the stream has ended nothing is on, and a stale controller is still refused."""
    board, heard_us = Switchboard(), int(monotonic() * 1e6)
    board.apply(_state(2, 1, heard_us, {NAMES[0]: _armed()}))
    assert board.is_on(NAMES[0])
    board.clear()
    assert not board.is_on(NAMES[0])
    with pytest.raises(StaleController):
        board.apply(_state(1, 1, heard_us, {}))
