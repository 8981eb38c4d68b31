"""Only what may be repeated is tried again: a few times, after random pauses, never past the deadline."""

from types import SimpleNamespace

import httpx
import orjson
import pytest

from observability.wiring import vocabulary
from services.chassis import deadline
from services.chassis.errors import (
    NeighbourTimedOut,
    NeighbourUnavailable,
)
from tests.support.clocks import MonotonicClock
from tests.support.neighbours import neighbour
from tests.support.scripted import Answer, Scripted, fails, says
from tests.support.telemetry import telemetry, value

OK = says(200, {"fine": True})
DOWN = says(503, {})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fails(httpx.ConnectError), NeighbourUnavailable),
        (fails(httpx.ReadError), NeighbourUnavailable),
        (fails(httpx.RemoteProtocolError), NeighbourUnavailable),
        (fails(httpx.ReadTimeout), NeighbourTimedOut),
        (says(500, {}), NeighbourUnavailable),
        (says(503, {}), NeighbourUnavailable),
        (says(504, {}), NeighbourTimedOut),
        (says(200, ["not", "an", "object"]), NeighbourUnavailable),
    ],
)
async def test_no_usable_answer_is_tried_again_as_often_as_allowed(answer: Answer, error: type[Exception]) -> None:
    """Three attempts, the retries counted, then the error of its kind."""
    script, seen = Scripted(answer), telemetry()
    async with neighbour(script, seen) as peer:
        with pytest.raises(error) as raised:
            await peer.get("/")
    assert type(raised.value) is error
    assert len(script.requests) == 3
    assert value(seen, vocabulary.HTTP_CLIENT_RETRIES, "peer") == 2


async def test_a_second_attempt_can_save_the_call() -> None:
    """One reset on the way does not reach the caller."""
    script = Scripted(fails(httpx.ReadError), DOWN, OK)
    async with neighbour(script) as peer:
        assert await peer.get("/") == {"fine": True}


async def test_what_is_not_idempotent_is_sent_once() -> None:
    """Nobody knows whether the work was done, so it must not be asked for twice."""
    script = Scripted(fails(httpx.ReadError), OK)
    async with neighbour(script) as peer:
        with pytest.raises(NeighbourUnavailable):
            await peer.post("/", {"n": 1}, idempotent=False)
    assert len(script.requests) == 1


async def test_pauses_between_attempts_grow_and_are_random() -> None:
    """Callers that failed together do not come back together."""
    first, second = set(), []
    for _ in range(8):
        script = Scripted(DOWN)
        async with neighbour(script) as peer:
            with pytest.raises(NeighbourUnavailable):
                await peer.get("/")
        pauses = [round(later - sooner, 4) for sooner, later in zip(script.times, script.times[1:], strict=False)]
        first.add(pauses[0])
        second.append(pauses[1])
        assert pauses[0] >= 0.02
        assert pauses[1] >= 0.04
    assert len(first) > 4


async def test_no_attempt_starts_after_the_deadline_nor_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that would end after the deadline is not begun: the caller hears at once, and the real reason."""
    clock = MonotonicClock()
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=clock))

    async def takes_100_ms(request: httpx.Request) -> httpx.Response:
        clock.advance(0.1)
        return await DOWN(request)

    script = Scripted(takes_100_ms)
    async with neighbour(script, attempts=10) as peer:
        with deadline.within(0.35), pytest.raises(NeighbourUnavailable):
            await peer.get("/")
    # After the third attempt 50 ms are left, and the next pause is at least 80 ms.
    assert len(script.requests) == 3


async def test_a_retry_is_logged_without_what_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """One line with a constant name; a customer's card is nobody's business."""
    async with neighbour(Scripted(DOWN, OK)) as peer:
        await peer.post("/", {"card_token": "tok-secret"}, route="/charges")
    logged = capsys.readouterr().out
    [line] = [orjson.loads(line) for line in logged.splitlines() if "retr" in line]
    assert (line["event"], line["peer"], line["route"], line["attempt"]) == ("neighbour.retried", "peer", "/charges", 2)
    assert line["problem"] == "it answered 503"
    assert "tok-secret" not in logged
