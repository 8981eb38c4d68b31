"""The embedded store keeps the contract: as it is filled, after a restart, from a small memory, and over HTTP."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from observability.evidence.api import router
from observability.evidence.client import RemoteEvidence
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.store import EmbeddedStore
from tests.support.evidence_contract.cases import EvidenceContract
from tests.support.evidence_contract.feeding import EmbeddedFeed
from tests.support.evidence_contract.story import Story, ring, tell
from tests.support.evidence_contract.told import Told

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for all."""
    return "asyncio"


def settings(folder: Path) -> EvidenceSettings:
    """Settings of a store that writes at once."""
    return EvidenceSettings(home=folder / "evidence", flush_every_s=0.01)


@asynccontextmanager
async def fed(folder: Path) -> AsyncIterator[tuple[EmbeddedStore, Story]]:
    """A store that knows the story."""
    store, story = EmbeddedStore(settings(folder)), Story(round(time.time() - 100, 3))
    async with store.running():
        feed = EmbeddedFeed(store)
        tell(feed, story)
        await feed.settled()
        yield store, story


def told_by(store: EmbeddedStore, story: Story) -> Told:
    """What a case is given."""

    async def more() -> None:
        feed = EmbeddedFeed(store)
        ring(feed, story)
        await feed.settled()

    return Told(store, story, more)


class TestAsItIsFilled(EvidenceContract):
    """Metrics come from memory."""

    @pytest.fixture(scope="class")
    async def told(self, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
        """A store that was just filled."""
        async with fed(tmp_path_factory.mktemp("store")) as (store, story):
            yield told_by(store, story)


class TestAfterARestart(EvidenceContract):
    """Everything comes from the disk."""

    @pytest.fixture(scope="class")
    async def told(self, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
        """A store that was filled in a former life."""
        folder = tmp_path_factory.mktemp("store")
        async with fed(folder) as (_, story):
            pass
        again = EmbeddedStore(settings(folder))
        async with again.running():
            yield told_by(again, story)


class TestOverHttp(EvidenceContract):
    """Asked by the client."""

    @pytest.fixture(scope="class")
    async def told(self, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
        """A client of a store."""
        async with fed(tmp_path_factory.mktemp("store")) as (store, story):
            app = FastAPI()
            app.include_router(router(store))
            async with RemoteEvidence("http://store", transport=httpx.ASGITransport(app)) as remote:
                yield told_by(store, story)._replace(evidence=remote)
