"""The controller's end of the channel, faced with replicas that misbehave."""

import asyncio

import pytest

from chaos.controller import Controller
from chaos.frames import MAX_LINE
from chaos.orders import Injection
from chaos.settings import ControllerSettings
from tests.support.fake_agent import FakeAgent
from tests.support.polling import poll_until_async

FAULT = "billing.float_drift"


def _agent(controller: Controller, settings: ControllerSettings, instance: str = "b-1", epoch: int = 0) -> FakeAgent:
    return FakeAgent(controller.channel.port, settings.key_file.read_bytes().strip(), instance, FAULT, epoch=epoch)


async def _gone(controller: Controller) -> None:
    async def nobody() -> bool:
        return not controller.channel.replicas

    await poll_until_async(nobody, "the replica to be gone")


async def test_a_hello_with_another_key_is_hung_up_on(controller: Controller) -> None:
    """Who does not have the key is not a replica and learns nothing."""
    async with FakeAgent(controller.channel.port, b"x" * 64, "b-1", FAULT) as stranger:
        await stranger.ended()
        assert controller.catalogue.declared() == []


@pytest.mark.parametrize("line", [b"\n", b"GET / HTTP/1.1\r\n", b"{}\n", b"[" * 500 + b"\n", b"x" * (MAX_LINE + 10)])
async def test_a_malformed_line_ends_the_connection(
    controller: Controller, settings: ControllerSettings, line: bytes
) -> None:
    """Before and after the hello; the channel goes on for others."""
    _, writer = await asyncio.open_connection("127.0.0.1", controller.channel.port)
    writer.write(line)
    async with _agent(controller, settings) as agent:
        await agent.state()
        agent.send_raw(line)
        await agent.ended()
    await _gone(controller)
    writer.transport.abort()
    async with _agent(controller, settings) as agent:
        assert (await agent.state()).epoch == controller.epoch


async def test_an_acknowledgement_of_another_connection_is_refused(
    controller: Controller, settings: ControllerSettings
) -> None:
    """A recorded acknowledgement does not pass for a fresh one."""
    async with _agent(controller, settings) as agent:
        await agent.state()
        agent.acknowledge(controller.epoch, 0, session="an earlier one")
        await agent.ended()


async def test_a_session_begins_once(controller: Controller, settings: ControllerSettings) -> None:
    """A hello that is repeated on another connection is not a second replica."""
    async with _agent(controller, settings) as agent:
        await agent.state()
        async with _agent(controller, settings) as again:
            await again.ended()
        assert len(controller.channel.replicas) == 1


async def test_a_silent_replica_is_cut_off(controller: Controller, settings: ControllerSettings) -> None:
    """Who acknowledges nothing for the length of a lease is no longer counted."""
    async with _agent(controller, settings) as agent:
        await agent.state()
        await agent.ended()
        assert controller.channel.replicas == []


async def test_states_come_as_a_heartbeat(controller: Controller, settings: ControllerSettings) -> None:
    """Without any change a replica hears its whole state again and again, renewed from its own last word."""
    async with _agent(controller, settings) as agent:
        first = await agent.state()
        agent.acknowledge(first.epoch, first.rev)
        later = await agent.state()
        while later.heard_us == first.heard_us:
            later = await agent.state()
        assert (later.epoch, later.rev, later.faults) == (first.epoch, first.rev, {})


@pytest.mark.parametrize("reached", [(7, 0), (1, 99)])
async def test_a_controller_that_was_overtaken_starts_over(
    controller: Controller, settings: ControllerSettings, reached: tuple[int, int]
) -> None:
    """A replica that obeyed something newer makes the controller revert everything and rise above it."""
    async with _agent(controller, settings) as agent:
        await agent.state()
        activation, _ = await controller.inject(Injection(fault=FAULT, accept_partial=True))
        agent.acknowledge(*reached)

        async def risen() -> bool:
            return controller.epoch == reached[0] + 1

        await poll_until_async(risen, "the epoch to rise")
        assert controller.activations.get(activation.id).cause == "replaced"


async def test_an_overtaken_controller_notices_at_the_hello(
    controller: Controller, settings: ControllerSettings
) -> None:
    """A replica says in its hello which epoch it has obeyed; the first state it gets is above that."""
    async with _agent(controller, settings, epoch=41) as agent:
        assert (await agent.state()).epoch == 42
