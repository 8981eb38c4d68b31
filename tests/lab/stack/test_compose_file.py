"""The compose file and the topology say the same, and nothing is open to others."""

import re
from typing import Any

from lab import scraping
from lab.ops.scaling import MOST
from lab.process import Instance
from lab.stack.mesh import FILE, text
from lab.stack.topology import SITE, described, platform
from tests.support.compose_file import ROOT, compose_file

MEMORY_MB = 3072
ENGINE_SOCKET = "docker.sock"


def _services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = compose_file()["services"]
    return services


def _instances() -> list[Instance]:
    return list(platform().instances(SITE.base))


def test_every_process_is_a_container_that_enters_by_its_name() -> None:
    """What it is told follows from that."""
    for instance in _instances():
        service = _services()[instance.name]
        if instance.process.carries_calls:  # Toxiproxy
            continue
        assert service["command"] == [instance.name]
        assert service["image"] == "nightshift:local"
        assert instance.host == instance.name


def test_a_container_is_healthy_when_its_process_says_that_it_is_ready() -> None:
    """By the port and the path that the supervisor looks at, too."""
    for instance in _instances():
        if not instance.process.carries_calls:
            check = _services()[instance.name]["healthcheck"]
            assert check["test"] == ["CMD", "answers", str(instance.port), instance.process.ready_path]


def test_spare_replicas_wait_in_a_profile() -> None:
    """They are of services that can be scaled."""
    spares = {name: one for name, one in _services().items() if one.get("profiles") == ["spare"]}
    assert spares.keys() == {target.instance for target in scraping.spares(platform())}
    for name in spares:
        instance = described(platform(), name)
        assert instance.process.balancer or instance.process.queue
        assert instance.process.replicas < instance.number <= MOST


def test_limits_of_memory_sum_up_to_three_gigabytes_at_most() -> None:
    """Every container has one."""
    limits = [int(one["mem_limit"].removesuffix("m")) for one in _services().values() if "profiles" not in one]
    assert sum(limits) <= MEMORY_MB


def test_ports_are_open_to_this_machine_alone() -> None:
    """The controller's above all."""
    published = [port for one in _services().values() for port in one.get("ports", ())]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_images_of_others_have_a_tag_that_stays() -> None:
    """No `latest`, and no tag that moves with every release."""
    images = {one["image"] for one in _services().values()} - {"nightshift:local"}
    assert [image for image in images if not re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", image)] == []


def test_one_container_has_the_socket_of_the_engine() -> None:
    """And only the supervisor reaches that one."""
    holders = [name for name, one in _services().items() if ENGINE_SOCKET in str(one.get("volumes"))]
    assert holders == ["engine-proxy"]
    assert [name for name, one in _services().items() if "engine" in one.get("networks", ())] == [
        "supervisor",
        "engine-proxy",
    ]
    assert _services()["engine-proxy"]["networks"] == ["engine"]


def test_ours_can_write_nowhere_but_into_their_volumes() -> None:
    """Nor are they root; the one with the socket has no other rights."""
    for name, one in _services().items():
        if one["image"] == "nightshift:local":
            assert one["read_only"]
            assert one["cap_drop"] == ["ALL"]
            assert one.get("user", "") == ("root" if name == "engine-proxy" else "")


def test_no_version_and_no_env_file() -> None:
    """Nothing has to be set."""
    assert "version" not in compose_file()
    assert not any("env_file" in one for one in _services().values())
    assert not list(ROOT.glob(".env*"))


def test_the_ways_of_toxiproxy_are_those_of_the_topology() -> None:
    """`make docs` writes them."""
    assert (ROOT / FILE).read_text(encoding="utf-8") == text()
