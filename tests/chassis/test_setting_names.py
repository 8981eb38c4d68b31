"""What can be changed while a service runs is given to its next start under the same name."""

import hmac
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.home import Home
from lab.overrides import variable
from lab.process import Process
from lab.site import Site
from lab.topology import platform

SERVICES = [process for process in platform().processes if process.joins_channel]
KEY = "5" * 64
SHOWN = {"x-operator": hmac.digest(KEY.encode(), b"operator", "sha256").hex()}


def _environment(process: Process, folder: Path) -> dict[str, str]:
    topology, site = platform(), Site(Home.at(folder))
    instance = next(one for one in topology.instances(8080) if one.process.name == process.name)
    site.home.run.mkdir(exist_ok=True)
    site.home.key_file.write_text(KEY)
    return topology.environment(instance, site)


async def _settings(process: Process) -> dict[str, Any]:
    package = process.arguments[0]
    settings = import_module(f"{package}.settings").Settings()
    app = import_module(f"{package}.app").create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        told = (await client.get("/-/settings", headers=SHOWN)).json()["settings"]
    return {one["name"]: one for one in told}


def _other(setting: dict[str, Any]) -> Any:
    """Return a value that is allowed and not the one in force."""
    if setting["minimum"] is None:
        return "/other"
    return setting["minimum"] if setting["value"] != setting["minimum"] else setting["maximum"]


@pytest.mark.parametrize("process", SERVICES, ids=lambda process: process.name)
async def test_a_setting_and_its_variable_have_the_same_name(
    process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For every service and every setting of it."""
    for name, value in _environment(process, tmp_path).items():
        monkeypatch.setenv(name, value)
    before = await _settings(process)
    wanted = {name: _other(setting) for name, setting in before.items() if name != "backends"}
    for name, value in wanted.items():
        monkeypatch.setenv(variable(process.prefix, name), str(value))
    after = await _settings(process)
    assert {name: after[name]["value"] for name in wanted} == wanted
    assert all(setting["summary"] for setting in before.values())
