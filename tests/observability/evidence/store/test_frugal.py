"""What the store can do without goes, also when Python itself would not look for it yet."""

import gc
import threading
import weakref
from collections.abc import Iterator

import httpx
import pytest

from observability.evidence.store import frugal


@pytest.fixture
def collector_that_waits() -> Iterator[None]:
    """Python, made to look for circles as good as never."""
    before = gc.get_threshold()
    gc.set_threshold(10_000_000)
    yield
    gc.set_threshold(*before)


async def an_answer() -> "weakref.ref[httpx.Response]":
    """Read an answer and let go of it."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"up 1\n"))
    async with httpx.AsyncClient(transport=transport) as client:
        return weakref.ref(await client.get("http://replica/metrics"))


@pytest.mark.usefixtures("collector_that_waits")
async def test_answers_that_were_read_do_not_wait_in_memory() -> None:
    """They refer to themselves, so only the collector ends them."""
    answer = await an_answer()
    clock = iter([0.0, frugal.FIRST_AFTER_S, frugal.FIRST_AFTER_S])
    frugality = frugal.Frugality(lambda: next(clock))
    # From the writer's own thread, as in the store.
    tidying = threading.Thread(target=frugality.tidy)
    tidying.start()
    tidying.join()
    assert answer() is None


@pytest.mark.usefixtures("collector_that_waits")
async def test_nothing_is_looked_for_before_it_is_time() -> None:
    """The start has other things to do."""
    answer = await an_answer()
    clock = iter([0.0, frugal.FIRST_AFTER_S - 0.1])
    frugal.Frugality(lambda: next(clock)).tidy()
    assert answer() is not None
