"""The real back ends, started once."""

from collections.abc import AsyncIterator, Iterator

import pytest

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.backends.settings import BackendSettings
from tests.support.evidence_contract.backends import Backends
from tests.support.real_backends import backends

pytest.register_assert_rewrite("tests.support.evidence_contract.cases")


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One loop for all."""
    return "asyncio"


@pytest.fixture(scope="package")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """All three, running."""
    with backends(tmp_path_factory.mktemp("backends")) as running:
        yield running


@pytest.fixture(scope="package")
async def evidence(real: Backends) -> AsyncIterator[BackendEvidence]:
    """What asks them."""
    settings = BackendSettings(prometheus_url=real.prometheus, jaeger_url=real.jaeger.url, loki_url=real.loki)
    async with BackendEvidence(settings) as evidence:
        yield evidence
