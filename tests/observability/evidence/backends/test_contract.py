"""The contract holds on the real Prometheus, Jaeger and Loki."""

import time
from collections.abc import AsyncIterator

import pytest

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.client import RemoteEvidence
from tests.support.evidence_contract.backends import BackendFeed, Backends
from tests.support.evidence_contract.cases import EvidenceContract
from tests.support.evidence_contract.story import Story, ring, tell
from tests.support.evidence_contract.told import Told
from tests.support.evidence_process import evidence_process
from tests.support.real_backends import NEEDED

pytestmark = [pytest.mark.anyio, *NEEDED]


@pytest.fixture(scope="module")
async def story_told(real: Backends, evidence: BackendEvidence) -> Told:
    """Back ends that know the story."""
    story = Story(round(time.time() - 100, 3))
    feed = BackendFeed(real, evidence)
    tell(feed, story)
    await feed.settled()

    async def more() -> None:
        again = BackendFeed(real, evidence)
        ring(again, story)
        await again.settled()

    return Told(evidence, story, more)


class TestOnRealBackEnds(EvidenceContract):
    """Prometheus judges counters by itself, Jaeger keeps spans in Badger, Loki has the lines of services."""

    @pytest.fixture
    def told(self, story_told: Told) -> Told:
        """Asked directly."""
        return story_told


class TestServed(EvidenceContract):
    """By a process of its own, asked over HTTP."""

    @pytest.fixture(scope="class")
    async def told(
        self, story_told: Told, real: Backends, tmp_path_factory: pytest.TempPathFactory
    ) -> AsyncIterator[Told]:
        """A client of the process that people ask."""
        urls = {
            "EVIDENCE_PROMETHEUS_URL": real.prometheus,
            "EVIDENCE_JAEGER_URL": real.jaeger.url,
            "EVIDENCE_LOKI_URL": real.loki,
        }
        with evidence_process(tmp_path_factory.mktemp("served"), **urls) as process:
            async with RemoteEvidence(process.url) as remote:
                yield story_told._replace(evidence=remote)
