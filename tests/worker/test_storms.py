"""Whatever goes wrong, in whatever order: in the end nothing is lost, doubled or left lying about."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.back_ends import passing
from tests.support.platform import (
    ABANDON_S,
    BILLING,
    CLAIM_S,
    INVENTORY,
    ORDER,
    PAYMENT,
    PROVIDER,
    WORKER,
    Json,
    Platform,
)

pytestmark = pytest.mark.usefixtures("back_end")

LINES = [
    (ORDER, INVENTORY),
    (ORDER, PAYMENT),
    (PAYMENT, PROVIDER),
    (WORKER, ORDER),
    (WORKER, INVENTORY),
    (WORKER, PAYMENT),
    (WORKER, BILLING),
]
CHECKOUTS = st.tuples(st.integers(0, 9), st.sampled_from(["MUG", "RARE"]), st.sampled_from(["tok-visa", "tok-0002"]))
EVENTS = st.one_of(
    st.tuples(st.just("check out"), CHECKOUTS),
    st.tuples(st.just("check out"), CHECKOUTS),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("kill"), st.sampled_from([ORDER, WORKER])),
    st.tuples(st.just("cut"), st.sampled_from(LINES)),
    st.tuples(st.just("deafen"), st.sampled_from(LINES)),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("pass the time"), st.sampled_from([CLAIM_S + 0.1, CLAIM_S + ABANDON_S + 0.1])),
    st.tuples(st.just("breathe"), st.sampled_from([0.0, 0.02, 0.1])),
)


@dataclass
class Storm:
    """What customers do while things go wrong, and what they were answered by key."""

    platform: Platform

    def __post_init__(self) -> None:
        self.answers: defaultdict[str, list[Json]] = defaultdict(list)
        self.under_way: list[asyncio.Task[None]] = []

    async def happen(self, what: str, detail: object) -> None:
        """Let one thing happen; checkouts and cancellations go on beside what comes next."""
        match what, detail:
            case "check out", (int(number), str(sku), str(card)):
                self._begin(self._check_out(f"{number}-{sku}-{card}", sku, card))
            case "cancel", int(number):
                self._begin(self._cancel(number))
            case "kill", str(name):
                await self.platform.kill(name)
                await (self.platform.start_order() if name == ORDER else self.platform.start_worker())
            case "cut" | "deafen", (str(caller), str(callee)):
                weather = self.platform.weather[caller, callee]
                weather.cut, weather.deaf = what == "cut", what == "deafen"
            case "mend", _:
                self._mend()
            case "pass the time", float(seconds):
                self.platform.clock.advance(seconds)
            case "breathe", float(seconds):
                await asyncio.sleep(seconds)  # a lull in the storm

    async def blow_over(self) -> None:
        """Let everything be mended and dealt with."""
        self._mend()
        await asyncio.gather(*self.under_way)
        await self.platform.settled()

    def _mend(self) -> None:
        for weather in self.platform.weather.values():
            weather.cut = weather.deaf = False

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self.under_way.append(asyncio.create_task(work))

    async def _check_out(self, key: str, sku: str, card: str) -> None:
        with suppress(httpx.TransportError):
            answer = await self.platform.place(key, {sku: 1}, card)
            if answer.status_code == httpx.codes.CREATED:
                self.answers[key].append(answer.json())

    async def _cancel(self, number: int) -> None:
        accepted = sorted(self.platform.accepted)
        if accepted:
            with suppress(httpx.TransportError):
                await self.platform.ask("POST", f"/orders/{accepted[number % len(accepted)]}/cancel")


async def _survives(events: list[tuple[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        async with Platform(Path(folder)) as platform:
            await platform.start_worker()
            storm = Storm(platform)
            for what, detail in events:
                await storm.happen(what, detail)
            await storm.blow_over()
            assert await platform.findings() == []
            for answers in storm.answers.values():
                assert all(answer == answers[0] for answer in answers)


def survives(events: list[tuple[str, object]]) -> None:
    """Let a storm pass over a platform of its own and judge what it leaves."""
    with passing():
        asyncio.run(_survives(events))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EVENTS, min_size=5, max_size=30))
def test_a_storm_leaves_nothing_wrong(events: list[tuple[str, object]]) -> None:
    """Every accepted order is carried out or undone as its status says, to the cent and to the unit."""
    survives(events)


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EVENTS, min_size=10, max_size=60))
def test_no_storm_leaves_anything_wrong(events: list[tuple[str, object]]) -> None:
    """The same, three hundred times and longer."""
    survives(events)
