"""The channel's two ends, which share no code, mean the same."""

from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chaos.frames
import services.chassis.channel_frames as agents_frames

KEY = b"k" * 64
ENDS = (chaos.frames, agents_frames)
NAMES = st.text(max_size=40)
NUMBERS = st.integers(-(2**53), 2**53)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
FIGURES = NUMBERS | st.floats(allow_nan=False, allow_infinity=False)
PARAM = {
    "name": NAMES,
    "type": st.sampled_from(["number", "integer", "text"]),
    "unit": NAMES,
    "default": st.none() | FIGURES | NAMES,
    "minimum": st.none() | FIGURES,
    "maximum": st.none() | FIGURES,
    "choices": st.none() | st.lists(NAMES, max_size=3),
    "summary": NAMES,
}
SCOPE = {
    "percent": st.integers(1, 100) | st.floats(0, 100, exclude_min=True),
    "baggage": st.none() | st.fixed_dictionaries({"key": st.text(min_size=1, max_size=40), "value": NAMES}),
}
SESSIONS = st.text(min_size=1, max_size=64)
FRAMES = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("hello"),
            "version": st.just(2),
            "session": SESSIONS,
            "instance": NAMES,
            "service": NAMES,
            "pid": NUMBERS,
            "epoch": NUMBERS,
            "mono_us": NUMBERS,
            "faults": st.lists(
                st.fixed_dictionaries(
                    {
                        "name": NAMES,
                        "summary": NAMES,
                        "params": st.lists(st.fixed_dictionaries(PARAM), max_size=3),
                        "scoped": st.booleans(),
                    }
                ),
                max_size=3,
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("state"),
            "session": SESSIONS,
            "epoch": st.integers(1, 2**53),
            "rev": st.integers(0, 2**53),
            "heard_us": NUMBERS,
            "lease_ms": st.integers(1, agents_frames.LEASE_CAP_MS),
            "faults": st.dictionaries(
                NAMES,
                st.fixed_dictionaries(
                    {
                        "params": st.dictionaries(NAMES, VALUES, max_size=3),
                        "ttl_ms": st.integers(1, agents_frames.TTL_CAP_MS),
                        "armed_rev": st.integers(1, 2**53),
                        "scope": st.none() | st.fixed_dictionaries(SCOPE),
                        "seed": st.none() | NUMBERS,
                    }
                ),
                max_size=3,
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("ack"),
            "session": SESSIONS,
            "epoch": NUMBERS,
            "rev": NUMBERS,
            "instance": NAMES,
            "pid": NUMBERS,
            "mono_us": NUMBERS,
        }
    ),
)


def _model(end: ModuleType, frame: dict[str, Any]) -> Any:
    return getattr(end, frame["kind"].capitalize())


@settings(deadline=None)
@given(FRAMES)
@pytest.mark.parametrize(("sender", "receiver"), [ENDS, ENDS[::-1]], ids=["to the agent", "to the controller"])
def test_what_one_end_writes_the_other_reads(sender: ModuleType, receiver: ModuleType, frame: dict[str, Any]) -> None:
    """Every frame arrives as it was sent, in either direction, and is the same line at both ends."""
    line = sender.encode(_model(sender, frame).model_validate(frame), KEY)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    received = receiver.decode(line, KEY, _model(receiver, frame))
    assert received.model_dump() == frame
    assert receiver.encode(received, KEY) == line


@settings(deadline=None)
@given(FRAMES, st.data())
@pytest.mark.parametrize("end", ENDS, ids=["controller", "agent"])
def test_a_line_that_was_tampered_with_is_malformed(
    end: ModuleType, frame: dict[str, Any], data: st.DataObject
) -> None:
    """Change any byte of a line, and the other end refuses it or reads exactly what was sent."""
    model = _model(end, frame)
    line = bytearray(end.encode(model.model_validate(frame), KEY))
    position = data.draw(st.integers(0, len(line) - 1))
    line[position] = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[position]))
    with suppress(end.Malformed):
        assert end.decode(bytes(line), KEY, model).model_dump() == frame


@settings(deadline=None)
@given(st.binary(max_size=200))
@pytest.mark.parametrize("end", ENDS, ids=["controller", "agent"])
def test_noise_is_malformed(end: ModuleType, noise: bytes) -> None:
    """No bytes from a stranger raise anything but `Malformed`."""
    with pytest.raises(end.Malformed):
        end.decode(noise, KEY, end.Hello)


@pytest.mark.parametrize("end", ENDS, ids=["controller", "agent"])
def test_a_frame_of_another_kind_is_malformed(end: ModuleType) -> None:
    """A rightly signed acknowledgement is not taken for a state."""
    ack = end.Ack(session="s", epoch=1, rev=1, instance="i", pid=1, mono_us=1)
    with pytest.raises(end.Malformed):
        end.decode(end.encode(ack, KEY), KEY, end.State)


def test_both_ends_have_the_same_frames() -> None:
    """The two descriptions have the same members, and the agent's differs only by its caps."""
    for name in ("Hello", "State", "Ack", "Armed", "ArmedScope", "Baggage", "Declared", "Param"):
        ours, theirs = (getattr(end, name).model_json_schema()["properties"] for end in ENDS)
        assert _without_caps(ours) == _without_caps(theirs)
    assert chaos.frames.MAX_LINE == agents_frames.MAX_LINE


def _without_caps(properties: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {key: value for key, value in member.items() if key != "maximum"} for name, member in properties.items()
    }
