"""The contract holds on the real Prometheus, Jaeger and Loki."""

import time

import pytest

from observability.evidence.backends.evidence import BackendEvidence
from tests.support.evidence_contract.backends import BackendFeed, Backends
from tests.support.evidence_contract.cases import EvidenceContract
from tests.support.evidence_contract.story import Story, ring, tell
from tests.support.evidence_contract.told import Told
from tests.support.real_backends import NEEDED

pytestmark = [pytest.mark.anyio, *NEEDED]


class TestOnRealBackEnds(EvidenceContract):
    """Prometheus judges counters by itself, Jaeger keeps spans in Badger, Loki has the lines of services."""

    @pytest.fixture(scope="class")
    async def told(self, real: Backends, evidence: BackendEvidence) -> Told:
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
