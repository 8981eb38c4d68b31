"""Metrics of long ago: what is near the ends of a window tells how far counters rose in it."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from observability.evidence.model import Matcher, Selector, Window
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store import former
from observability.evidence.store.exposition import lines
from observability.evidence.store.store import EmbeddedStore
from tests.support.evidence_contract.feeding import EmbeddedFeed

pytestmark = pytest.mark.anyio
EVERY_S = 5.0
LOOKS = 240
COUNTERS: dict[str, Callable[[int], float | None]] = {
    "steady": lambda look: 3.0 * look,
    "still": lambda _: 7.0,
    "restarted": lambda look: 3.0 * (look % 70),
    "late": lambda look: 2.0 * look if look >= 100 else None,
    "early": lambda look: 2.0 * look if look < 100 else None,
    "away": lambda look: 2.0 * look if not 80 <= look < 120 else None,
    "rare": lambda look: float(look // 50),
}
"""What replicas show, look by look."""


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[tuple[EmbeddedStore, float]]:
    """Twenty minutes of a former life, in three slices; one replica was away for a while, and one left."""
    start_s = round(time.time() - EVERY_S * LOOKS - 60, 3)
    store = EmbeddedStore(EvidenceSettings(home=tmp_path, flush_every_s=0.01))
    async with store.running():
        for look in range(LOOKS):
            at_s = round(start_s + EVERY_S * look, 3)
            shown = {name: counter(look) for name, counter in COUNTERS.items()}
            text = [f'c_total{{n="{name}"}} {value}' for name, value in shown.items() if value is not None]
            store.head.answered("a", "a-1", at_s, lines("\n".join(text)))
            if 60 <= look < 64:
                store.head.failed("a", "a-2", at_s)
            elif look < 150:
                store.head.answered("a", "a-2", at_s, lines(f'c_total{{n="other"}} {look}'))
            elif look == 150:
                store.head.gone("a-2", at_s)
            if look in (90, 180):
                await EmbeddedFeed(store).settled()
                store._slices.begin()
                store._writer._resume()
                for table, rows in store._beginnings():
                    store.buffer.add(table, rows)
        await EmbeddedFeed(store).settled()
    again = EmbeddedStore(EvidenceSettings(home=tmp_path))
    async with again.running():
        yield again, start_s


@pytest.mark.parametrize("name", [*COUNTERS, "other"])
@pytest.mark.parametrize(("first", "last"), [(0, 240), (10, 130), (101, 239), (75, 170), (62, 200), (85, 200)])
async def test_it_is_what_all_samples_would_have_told(
    told: tuple[EmbeddedStore, float], monkeypatch: pytest.MonkeyPatch, name: str, first: int, last: int
) -> None:
    """Whatever happened in between."""
    store, start_s = told
    window = Window(start_s + EVERY_S * first - 1.7, start_s + EVERY_S * last + 1.3)
    wanted = Selector("c_total", (Matcher("n", "=", name),))
    quickly = await store.increase(wanted, window)
    monkeypatch.setattr(former, "_near_the_ends", lambda *_: None)
    thoroughly = await store.increase(wanted, window)
    assert [sample.value for sample in quickly] == pytest.approx([sample.value for sample in thoroughly])
    assert [sample.labels for sample in quickly] == [sample.labels for sample in thoroughly]
