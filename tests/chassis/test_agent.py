"""The agent: obeys one controller, on a thread of its own, and leaves nothing on when it loses it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.chassis.agent import SwitchAgent
from services.chassis.channel_frames import MAX_LINE, State
from services.chassis.fault import Fault
from services.chassis.switches import Switchboard
from tests.support.fake_controller import KEY, Conversation, FakeController, armed
from tests.support.polling import poll_until

FAULT = Fault("services.billing.faults.tested_here", "faulty", "fixed")


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
def _following(controller: FakeController, key_file: Path) -> Iterator[Switchboard]:
    board = Switchboard()
    with SwitchAgent(controller.channel, key_file, "billing-service-1", "billing-service", [FAULT], board):
        yield board


def _switch_on(conversation: Conversation, board: Switchboard) -> State:
    state = conversation.state({FAULT.name: armed()})
    conversation.send(state)
    conversation.ack()
    assert board.is_on(FAULT.name)
    return state


def test_it_introduces_itself(controller: FakeController, key_file: Path) -> None:
    """The hello says who calls and which faults it has."""
    with _following(controller, key_file):
        hello = controller.accept().hello
    assert (hello.instance, hello.service) == ("billing-service-1", "billing-service")
    assert [fault.name for fault in hello.faults] == [FAULT.name]


def test_it_applies_a_state_and_acknowledges_it(controller: FakeController, key_file: Path) -> None:
    """By the time the acknowledgement is sent, the switch is on."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        conversation.send(conversation.state({FAULT.name: armed(rev=7)}, epoch=3, rev=7))
        ack = conversation.ack()
        assert (ack.epoch, ack.rev, ack.instance) == (3, 7, "billing-service-1")
        assert board.is_on(FAULT.name)
        conversation.send(conversation.state({}, epoch=3, rev=8))
        assert conversation.ack().rev == 8
        assert not board.is_on(FAULT.name)


def test_an_old_frame_is_answered_with_what_is_held(controller: FakeController, key_file: Path) -> None:
    """A frame that was overtaken changes nothing, and the acknowledgement says so."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        late = conversation.state({FAULT.name: armed()}, rev=1)
        conversation.send(conversation.state({}, rev=2))
        assert conversation.ack().rev == 2
        conversation.send(late)
        assert conversation.ack().rev == 2
        assert not board.is_on(FAULT.name)


def test_the_end_of_the_stream_turns_everything_off(
    controller: FakeController, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not the lease that runs out: the switches are cleared, and back as soon as somebody listens again."""
    monkeypatch.setattr("services.chassis.agent.SILENCE_S", 3600.0)
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        _switch_on(conversation, board)
        conversation.hang_up()
        poll_until(lambda: not board.switches, "the switch to be cleared")
        again = controller.accept()
        assert again.hello.epoch == 1
        assert again.hello.session != conversation.hello.session


def test_a_silent_connection_is_given_up(controller: FakeController, key_file: Path) -> None:
    """When the other end hangs, or the network is cut, the agent clears its switches and dials anew."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        _switch_on(conversation, board)
        conversation.ended()
        assert not board.switches
        controller.accept()


def test_a_frame_signed_with_another_key_is_refused(controller: FakeController, key_file: Path) -> None:
    """Whoever does not have the key can neither arm a fault nor keep the connection."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        conversation.send(conversation.state({FAULT.name: armed()}), key=b"x" * 64)
        conversation.ended()
        assert not board.switches


def test_a_frame_recorded_on_another_connection_is_refused(controller: FakeController, key_file: Path) -> None:
    """A rightly signed frame counts on the connection for which it was made, nowhere else."""
    with _following(controller, key_file) as board:
        first = controller.accept()
        recorded = _switch_on(first, board)
        first.hang_up()
        second = controller.accept()
        second.send(recorded)
        second.ended()
        assert not board.is_on(FAULT.name)


def test_a_stale_controller_is_left(controller: FakeController, key_file: Path) -> None:
    """The agent hangs up on a controller whose epoch has been replaced, and goes on telling which epoch it obeyed."""
    with _following(controller, key_file) as board:
        first = controller.accept()
        first.send(first.state({}, epoch=5))
        first.ack()
        first.send(first.state({FAULT.name: armed()}, epoch=4, rev=9))
        first.ended()
        assert not board.is_on(FAULT.name)
        assert controller.accept().hello.epoch == 5


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"not json\n",
        b"[]\n",
        b'{"kind":"state"}\n',
        b'{"sig":"\xc3\xa4"}\n',
        b'{"a":' + b"[" * 400 + b"]" * 400 + b',"sig":"00"}\n',
        b"x" * (MAX_LINE + 1),
        b'{"half":',
    ],
)
def test_a_malformed_line_ends_the_connection(controller: FakeController, key_file: Path, line: bytes) -> None:
    """Whatever is no frame is dropped with its connection; the agent lives on."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        _switch_on(conversation, board)
        conversation.send_raw(line)
        if not line.endswith(b"\n"):
            conversation.hang_up()
        else:
            conversation.ended()
        poll_until(lambda: not board.is_on(FAULT.name), "the switch to go off")
        controller.accept()


def test_a_fault_of_another_service_is_refused(controller: FakeController, key_file: Path) -> None:
    """A state names faults of this replica only."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        conversation.send(conversation.state({FAULT.name: armed(), "order.else": armed()}))
        conversation.ended()
        assert not board.switches


def test_it_finds_a_controller_that_starts_later(tmp_path: Path) -> None:
    """Nobody listening, no key yet: the agent keeps trying."""
    with FakeController() as gone:
        port = gone.port
    key_file = tmp_path / "channel.key"
    board = Switchboard()
    with SwitchAgent(f"127.0.0.1:{port}", key_file, "billing-service-1", "billing-service", [FAULT], board):
        with FakeController(port=port) as keyless, pytest.raises(TimeoutError):
            keyless.accept(within_s=0.3)
        key_file.write_bytes(KEY)
        with FakeController(port=port) as late:
            _switch_on(late.accept(), board)


def test_without_a_channel_it_does_nothing() -> None:
    """A service that is told of no channel has no agent thread."""
    before = threading.active_count()
    with SwitchAgent("", None, "billing-service-1", "billing-service", [FAULT], Switchboard()):
        assert threading.active_count() == before


@pytest.mark.parametrize("channel", ["8092", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", ":8092"])
def test_an_address_that_cannot_be_meant_is_refused(channel: str, key_file: Path) -> None:
    """The message says how the address is written."""
    with pytest.raises(ValueError, match=r"host:port, for example 127\.0\.0\.1:8092"):
        SwitchAgent(channel, key_file, "billing-service-1", "billing-service", [FAULT])


def test_a_channel_needs_a_key() -> None:
    """A service that is told of a channel but not of its key does not start."""
    with pytest.raises(ValueError, match="CHANNEL_KEY_FILE"):
        SwitchAgent("127.0.0.1:1", None, "billing-service-1", "billing-service", [FAULT])


def test_leaving_ends_the_thread_and_turns_everything_off(
    controller: FakeController, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that stops does not wait for its controller, which might say nothing for an hour."""
    monkeypatch.setattr("services.chassis.agent.SILENCE_S", 3600.0)
    monkeypatch.setattr("services.chassis.agent.FAREWELL_S", 3600.0)
    with _following(controller, key_file) as board:
        _switch_on(controller.accept(), board)
    assert not board.switches
    assert "agent" not in {thread.name for thread in threading.enumerate()}


async def test_it_is_a_part_of_an_application(controller: FakeController, key_file: Path) -> None:
    """Services enter and leave it with `async with`."""
    agent = SwitchAgent(controller.channel, key_file, "billing-service-1", "billing-service", [FAULT], Switchboard())
    async with agent:
        controller.accept()
    poll_until(lambda: "agent" not in {thread.name for thread in threading.enumerate()}, "the end of its thread")


def test_it_does_not_keep_a_process_alive(controller: FakeController, key_file: Path) -> None:
    """A process that ends without leaving its agent ends all the same."""
    code = (
        "import sys, pathlib; from services.chassis.agent import SwitchAgent; "
        "SwitchAgent(sys.argv[1], pathlib.Path(sys.argv[2]), 'i', 's', []).__enter__(); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, controller.channel, str(key_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        controller.accept()
        process.communicate(b"\n", timeout=60)
        assert process.returncode == 0


def test_it_says_nothing(controller: FakeController, key_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a fault that goes on nor a refused frame leaves a word in what trainees can read."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        _switch_on(conversation, board)
        conversation.send_raw(b"not json\n")
        conversation.ended()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_on_while_the_stop_lever_is_held(controller: FakeController, key_file: Path) -> None:
    """A file beside the key is enough, whatever the controller says; without it the next state counts again."""
    with _following(controller, key_file) as board:
        conversation = controller.accept()
        _switch_on(conversation, board)
        key_file.with_name("STOP").touch()
        conversation.send(conversation.state({FAULT.name: armed()}))
        conversation.ack()
        assert not board.is_on(FAULT.name)
        key_file.with_name("STOP").unlink()
        conversation.send(conversation.state({FAULT.name: armed()}))
        conversation.ack()
        assert board.is_on(FAULT.name)
