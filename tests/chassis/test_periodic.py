"""Work that comes round keeps coming round, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from observability.wiring import vocabulary
from services.chassis.periodic import Periodic
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry, value


def counting(
    rounds: list[int], action: Callable[[int], Awaitable[None]] | None = None
) -> Callable[[], Awaitable[None]]:
    """Return an action that notes its rounds in `rounds`."""

    async def act() -> None:
        rounds.append(len(rounds))
        if action is not None:
            await action(rounds[-1])

    return act


async def reached(rounds: list[int], count: int) -> None:
    """Wait for `count` rounds."""

    async def enough() -> bool:
        return len(rounds) >= count

    await poll_until_async(enough, f"{count} rounds")


async def test_it_runs_at_once_and_then_at_its_interval() -> None:
    """Rounds follow one another without being asked for."""
    rounds: list[int] = []
    async with Periodic("job", 0.01, counting(rounds), telemetry()):
        await reached(rounds, 5)


async def test_a_poke_does_not_wait_for_the_interval() -> None:
    """One that comes while a round is under way starts another one after it."""
    rounds: list[int] = []

    async def poke_once(number: int) -> None:
        if number == 1:
            job.poke()

    job = Periodic("job", 3600, counting(rounds, poke_once), telemetry())
    async with job:
        await reached(rounds, 1)
        job.poke()
        await reached(rounds, 3)
        for _ in range(100):  # a fourth round would not wait for anything but its turn
            await asyncio.sleep(0)
    assert len(rounds) == 3


async def test_failures_are_counted_and_survived() -> None:
    """Errors of any kind, and a cancellation from within, do not end later rounds."""
    rounds: list[int] = []
    seen = telemetry()

    async def fail(number: int) -> None:
        if number == 0:
            raise ValueError("boom")
        if number == 1:
            raise asyncio.CancelledError
        if number == 2:
            raise BaseExceptionGroup("several", [RuntimeError("a"), KeyError("b")])

    async with Periodic("job", 0.005, counting(rounds, fail), seen):
        await reached(rounds, 5)
    assert value(seen, vocabulary.PERIODIC_RUNS, "job", "failed") == 3
    assert value(seen, vocabulary.PERIODIC_RUNS, "job", "done") >= 1


async def test_it_ends_when_told_to_in_the_middle_of_a_round() -> None:
    """A working job is cancelled."""
    rounds: list[int] = []

    async def work(_: int) -> None:
        await asyncio.Event().wait()

    async with Periodic("job", 1, counting(rounds, work), telemetry()):
        await reached(rounds, 1)


@pytest.mark.parametrize("ticks", range(6))
async def test_it_ends_when_told_to_just_as_it_was_woken(ticks: int) -> None:
    """A poke a few ticks of the event loop earlier does not swallow the end."""
    rounds: list[int] = []
    job = Periodic("job", 3600, counting(rounds), telemetry())
    async with job:
        await reached(rounds, 1)
        job.poke()
        for _ in range(ticks):
            await asyncio.sleep(0)


async def test_each_round_is_a_trace_of_its_own() -> None:
    """A job that is started within a span does not hang all its rounds below it."""
    traces: list[str] = []
    seen = telemetry()

    async def note() -> None:
        traces.append(seen.current_ids().trace_id)

    with seen.tracer.start_as_current_span("start"):
        started_in = seen.current_ids().trace_id
        async with Periodic("job", 0.005, note, seen):

            async def enough() -> bool:
                return len(traces) >= 3

            await poll_until_async(enough, "three rounds")
    assert len({started_in, *traces[:3]}) == 4


async def test_a_round_that_failed_is_made_up_for_before_the_interval_is_over() -> None:
    """A hiccup at the start does not cost a whole interval; after a success the interval counts again."""
    rounds: list[int] = []

    async def fail_twice(number: int) -> None:
        if number < 2:
            raise ValueError("boom")

    seen = telemetry()
    async with Periodic("job", 3600, counting(rounds, fail_twice), seen):
        await reached(rounds, 3)
        for _ in range(100):  # a fourth round would not wait for anything but its turn
            await asyncio.sleep(0)
    assert len(rounds) == 3
