"""A controller in the test's own process, its API, and agents that follow it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chaos.app import create_app
from chaos.controller import Controller
from chaos.settings import ControllerSettings
from tests.support.followers import Followers


@pytest.fixture
def settings(tmp_path: Path) -> ControllerSettings:
    """A home of its own and any free ports."""
    return ControllerSettings(home=tmp_path, port=0, channel_port=0)


@pytest.fixture
async def controller(settings: ControllerSettings) -> AsyncIterator[Controller]:
    """A running controller."""
    async with Controller(settings) as running:
        yield running


@pytest.fixture
async def api(settings: ControllerSettings, controller: Controller) -> AsyncIterator[httpx.AsyncClient]:
    """The API of `controller`."""
    transport = httpx.ASGITransport(create_app(settings, controller))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8091") as client:
        yield client


@pytest.fixture
async def followers(settings: ControllerSettings, controller: Controller) -> AsyncIterator[Followers]:
    """Agents that follow `controller`."""
    async with Followers(controller, settings.key_file) as agents:
        yield agents
