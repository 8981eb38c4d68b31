"""A behaviour that would outlast its switch: broken off, and given back, the moment that is off."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from services.chassis.agent import SwitchAgent
from services.chassis.fault import Fault
from services.chassis.settings import ServiceSettings
from services.chassis.switches import BOARD
from tests.support.fake_controller import KEY, Conversation, FakeController, armed
from tests.support.polling import poll_until_async

MODULE = "services.billing.faults.tested_here"
NAME = "billing.tested_here"


class Settings(ServiceSettings):
    """Of a service with nothing of its own."""

    service: ClassVar[str] = "billing-service"


class Kept:
    """What calls have left behind; a call may be held up."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self.may_go_on = asyncio.Event()
        self.waiting = 0

    async def leave(self, what: str) -> str:
        """Leave something behind at the end of a call."""
        self.waiting += 1
        await self.may_go_on.wait()
        self.left.append(what)
        return f"left {what}"

    async def take_with(self, what: str) -> str:
        """Leave nothing behind."""
        return f"took {what}"

    async def give_back(self) -> None:
        """Have nothing left behind."""
        self.left.clear()


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


@asynccontextmanager
async def followed(controller: FakeController, key_file: Path, fault: Fault[Any]) -> AsyncIterator[Conversation]:
    """Have an agent follow the controller, with the fault on; yield what to talk to it with."""
    settings = Settings(instance="b-1", port=0, channel=controller.channel, channel_key_file=key_file)
    async with SwitchAgent.for_service(settings, [fault]):
        conversation = await asyncio.to_thread(controller.accept)
        assert [one.name for one in conversation.hello.faults].count(NAME) == 1
        conversation.send(conversation.state({NAME: armed()}, epoch=BOARD.epoch + 1))
        await asyncio.to_thread(conversation.ack)
        yield conversation


async def switched_off(conversation: Conversation) -> None:
    """Switch everything off, and wait until the agent says so."""
    conversation.send(conversation.state({}, epoch=BOARD.epoch, rev=2))
    await asyncio.to_thread(conversation.ack)


async def until(is_so: Any, what: str) -> None:
    """Wait until something is so."""

    async def check() -> bool:
        return bool(is_so())

    await poll_until_async(check, what)


async def test_what_was_left_behind_is_given_back(controller: FakeController, key_file: Path) -> None:
    """By calls that are over, as soon as the switch is off."""
    kept = Kept()
    kept.may_go_on.set()
    fault = Fault(MODULE, kept.leave, kept.take_with, gives_back=kept.give_back)
    async with followed(controller, key_file, fault) as conversation:
        assert [await fault.behaviour(what) for what in "ab"] == ["left a", "left b"]
        assert kept.left == ["a", "b"]
        await switched_off(conversation)
        await until(lambda: not kept.left, "everything to be given back")
        assert await fault.behaviour("c") == "took c"


async def test_who_is_under_way_leaves_nothing_either(controller: FakeController, key_file: Path) -> None:
    """A call that began while the switch was on ends as it would have, and what it left behind is given back."""
    kept = Kept()
    fault = Fault(MODULE, kept.leave, kept.take_with, gives_back=kept.give_back)
    async with followed(controller, key_file, fault) as conversation:
        call = asyncio.ensure_future(fault.behaviour("a"))
        await until(lambda: kept.waiting, "the call to be under way")
        await switched_off(conversation)
        kept.may_go_on.set()
        assert await call == "left a"
        await until(lambda: not kept.left, "it to be given back")


async def test_a_long_call_is_broken_off(controller: FakeController, key_file: Path) -> None:
    """What it was to do is done as it should be."""
    kept = Kept()
    fault = Fault(MODULE, kept.leave, kept.take_with, breaks_off=True)
    async with followed(controller, key_file, fault) as conversation:
        call = asyncio.ensure_future(fault.behaviour("a"))
        await until(lambda: kept.waiting, "the call to be under way")
        await switched_off(conversation)
        assert (await call, kept.left) == ("took a", [])


async def test_it_ends_with_its_controller(controller: FakeController, key_file: Path) -> None:
    """A connection that ends is an end as well."""
    kept = Kept()
    fault = Fault(MODULE, kept.leave, kept.take_with, breaks_off=True)
    async with followed(controller, key_file, fault) as conversation:
        call = asyncio.ensure_future(fault.behaviour("a"))
        await until(lambda: kept.waiting, "the call to be under way")
        conversation.hang_up()
        assert await call == "took a"


async def test_a_caller_that_is_cancelled_stays_cancelled(controller: FakeController, key_file: Path) -> None:
    """Nothing is done in its place."""
    kept = Kept()
    fault = Fault(MODULE, kept.leave, kept.take_with, breaks_off=True)
    async with followed(controller, key_file, fault):
        call = asyncio.create_task(fault.behaviour("a"))
        await until(lambda: kept.waiting, "the call to be under way")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


def test_any_other_fault_is_read_and_no_more() -> None:
    """The behaviour is the very thing that it was made of."""
    assert Fault(MODULE, "faulty", "fixed").watched is None
