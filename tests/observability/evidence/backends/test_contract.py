"""The contract holds on the real Prometheus, Jaeger and Loki."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.backends.settings import BackendSettings
from tests.support.evidence_contract.backends import BackendFeed, Backends
from tests.support.evidence_contract.cases import EvidenceContract
from tests.support.evidence_contract.story import Story, ring, tell
from tests.support.evidence_contract.told import Told
from tests.support.real_backends import MISSING, backends

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.stack,
    pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING)),
    pytest.mark.xdist_group("real-backends"),
]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for all."""
    return "asyncio"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """All three, running."""
    with backends(tmp_path_factory.mktemp("backends")) as running:
        yield running


class TestOnRealBackEnds(EvidenceContract):
    """Prometheus judges counters by itself, Jaeger keeps spans in Badger, Loki has the lines of services."""

    @pytest.fixture(scope="class")
    async def told(self, real: Backends) -> AsyncIterator[Told]:
        """Back ends that know the story."""
        settings = BackendSettings(prometheus_url=real.prometheus, jaeger_url=real.jaeger.url, loki_url=real.loki)
        story = Story(round(time.time() - 100, 3))
        async with BackendEvidence(settings) as evidence:
            feed = BackendFeed(real, evidence)
            tell(feed, story)
            await feed.settled()

            async def more() -> None:
                again = BackendFeed(real, evidence)
                ring(again, story)
                await again.settled()

            yield Told(evidence, story, more)
