"""Programs that speak the Toxiproxy API, and lines through them."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support import toxiproxies
from tests.support.peers import Server

ours = pytest.param("ours")
the_real_one = pytest.param("real", marks=pytest.mark.stack)


@pytest.fixture(scope="module", params=[ours, the_real_one])
def program(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run one of the two; yield the URL of its API."""
    if request.param == "ours":
        with toxiproxies.ours() as url:
            yield url
    elif (found := toxiproxies.real_program()) is None:
        pytest.skip(toxiproxies.ABSENT)
    else:
        with toxiproxies.real(found) as url:
            yield url


@pytest.fixture
async def api(program: str) -> AsyncIterator[httpx.AsyncClient]:
    """Return its API; what a test has made is removed afterwards."""
    async with httpx.AsyncClient(base_url=program, trust_env=False, timeout=30) as client:
        yield client
        for name in (await client.get("/proxies")).json():
            await client.delete("/proxies/" + name.replace(">", "%3E"))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server that does nothing by itself."""
    async with Server() as listening:
        yield listening


@pytest.fixture
async def echo() -> AsyncIterator[Server]:
    """Return a server that says back what it hears."""
    async with Server(echo=True) as listening:
        yield listening
