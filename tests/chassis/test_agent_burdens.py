"""The agent: leaves off what it does not understand, and leaves nothing behind of what lasts."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from services.chassis.agent import SwitchAgent
from services.chassis.declaration import integer, number
from services.chassis.fault import Fault
from services.chassis.switches import Switchboard
from tests.support.fake_controller import KEY, Conversation, FakeController, armed
from tests.support.polling import poll_until

FAULT = Fault("services.billing.faults.tested_here", "faulty", "fixed")
GRADUAL = Fault(
    "services.billing.faults.gradual",
    "faulty",
    "fixed",
    params=[number("share", "", "how much of it", minimum=0, maximum=1, default=0.5)],
)


class Noted:
    """A burden that only notes what becomes of it, in `events`."""

    name = "process.noted"
    summary = "Notes."
    scoped = False
    params = (integer("steps", "", "how many", minimum=1, maximum=1_000_000),)

    def __init__(self) -> None:
        self.events: list[str] = []
        self._left = 0

    def burden(self, params: Mapping[str, Any]) -> Self:
        """Begin."""
        self._left = params["steps"]
        return self

    def step(self) -> bool:
        """Note a step."""
        self._left -= 1
        self.events.append("step")
        return self._left > 0

    def renew(self, until: float) -> None:
        """Nothing to note."""

    def drop(self) -> None:
        """Note the end."""
        self.events.append("dropped")


def test_what_it_does_not_understand_stays_off(controller: FakeController, key_file: Path) -> None:
    """A parameter out of bounds leaves its own fault off, and only that."""
    board = Switchboard()
    with SwitchAgent(controller.channel, key_file, "b-1", "billing-service", [FAULT, GRADUAL], board):
        conversation = controller.accept()
        declared = {fault.name: fault.params for fault in conversation.hello.faults}
        assert declared == {FAULT.name: [], GRADUAL.name: list(GRADUAL.params)}
        conversation.send(conversation.state({GRADUAL.name: armed(share=2), FAULT.name: armed()}))
        conversation.ack()
        assert (board.is_on(FAULT.name), board.is_on(GRADUAL.name)) == (True, False)
        conversation.send(conversation.state({GRADUAL.name: armed(share=1)}, rev=2))
        conversation.ack()
        assert board.is_on(GRADUAL.name)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The channel's key."""
    file = tmp_path / "channel.key"
    file.write_bytes(KEY + b"\n")
    return file


@pytest.fixture
def controller() -> Iterator[FakeController]:
    """A controller that says what the test wants."""
    with FakeController() as fake:
        yield fake


@contextmanager
def _burdened(controller: FakeController, key_file: Path, **members: Any) -> Iterator[tuple[Conversation, Noted]]:
    noted = Noted()
    with SwitchAgent(controller.channel, key_file, "b-1", "billing-service", [], Switchboard(), lasting=[noted]):
        conversation = controller.accept()
        conversation.send(conversation.state({noted.name: armed(steps=2)}, **members))
        conversation.ack()
        poll_until(lambda: noted.events[:2] == ["step", "step"], "the burden to be taken on")
        yield conversation, noted


def test_what_lasts_ends_when_it_is_stopped(controller: FakeController, key_file: Path) -> None:
    """By the time the acknowledgement is sent, the burden is gone; until then it is neither dropped nor begun anew."""
    with _burdened(controller, key_file) as (conversation, noted):
        conversation.send(conversation.state({noted.name: armed(steps=2)}, rev=2))
        conversation.ack()
        assert noted.events == ["step", "step"]
        conversation.send(conversation.state({}, rev=3))
        conversation.ack()
        assert noted.events == ["step", "step", "dropped"]


def test_what_lasts_ends_with_the_stream(
    controller: FakeController, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sees the connection closed may count on the burden being gone."""
    monkeypatch.setattr("services.chassis.agent.SILENCE_S", 3600.0)
    with _burdened(controller, key_file) as (conversation, noted):
        conversation.send_raw(b"nonsense\n")
        conversation.ended()
        assert noted.events[-1] == "dropped"


def test_what_lasts_ends_with_its_lease(
    controller: FakeController, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A controller that falls silent cannot leave a burden behind, and nobody has to read a switch for that."""
    monkeypatch.setattr("services.chassis.agent.SILENCE_S", 3600.0)
    with _burdened(controller, key_file, lease_ms=2_000) as (_, noted):
        poll_until(lambda: noted.events[-1] == "dropped", "the burden to be dropped")


def test_what_lasts_ends_at_its_deadline(
    controller: FakeController, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the lease is renewed."""
    monkeypatch.setattr("services.chassis.agent.SILENCE_S", 3600.0)
    noted = Noted()
    with SwitchAgent(controller.channel, key_file, "b-1", "billing-service", [], Switchboard(), lasting=[noted]):
        conversation = controller.accept()
        conversation.send(conversation.state({noted.name: armed(ttl_ms=1_500, steps=1)}))
        conversation.ack()
        poll_until(lambda: noted.events[-1:] == ["dropped"], "the burden to be dropped")


def test_what_lasts_ends_in_the_middle_of_its_beginning(controller: FakeController, key_file: Path) -> None:
    """A burden that takes long to take on holds nobody up, and is dropped as it is."""
    noted = Noted()
    with SwitchAgent(controller.channel, key_file, "b-1", "billing-service", [], Switchboard(), lasting=[noted]):
        conversation = controller.accept()
        conversation.send(conversation.state({noted.name: armed(steps=1_000_000)}))
        conversation.ack()
        poll_until(lambda: noted.events, "the first step")
        conversation.send(conversation.state({}, rev=2))
        conversation.ack()
        assert noted.events[-1] == "dropped"
        assert noted.events.count("step") < 1_000_000


def test_leaving_drops_what_lasts(controller: FakeController, key_file: Path) -> None:
    """A service that stops leaves nothing behind, no thread either."""
    with _burdened(controller, key_file) as (_, noted):
        pass
    assert noted.events[-1] == "dropped"
    assert {"agent", "keeper"}.isdisjoint(thread.name for thread in threading.enumerate())
