"""Looking at a lab of stand-ins that is being operated: two doors behind a hall, and a store."""

import json
from typing import Any

from lab.places import LOOPBACK
from lab.web import ask
from tests.support.lab import RunningLab, lab_command

TOPOLOGY = "tests.support.standin:shared"


def ask_replica(lab: RunningLab, instance: str, path: str, method: str = "GET", body: Any = None) -> dict[str, Any]:
    """Return what one replica answers."""
    port = json.loads(lab.home.state_file.read_text())["replicas"][instance]["port"]
    return ask(instance, f"http://{LOOPBACK}:{port}", path, method, body)


def setting(lab: RunningLab, instance: str, name: str = "patience_s") -> Any:
    """Return the value that is in force in one replica."""
    settings = ask_replica(lab, instance, "/-/settings")["settings"]
    return next(one["value"] for one in settings if one["name"] == name)


def backend_ports(lab: RunningLab) -> list[int]:
    """Return the ports that the hall shares requests out to."""
    return [int(one["url"].rsplit(":", 1)[1]) for one in setting(lab, "hall-service-1", "backends")]


def refused(lab: RunningLab, *arguments: str) -> dict[str, str]:
    """Run a command that has to be refused; return its error."""
    done = lab_command(lab.home.root, *arguments, "--json")
    assert done.returncode == 2, done.stdout
    error: dict[str, str] = json.loads(done.stdout)["error"]
    return error


def last_act(lab: RunningLab) -> dict[str, Any]:
    """Return the latest act on record."""
    act: dict[str, Any] = lab.json("ops", "history")["acts"][-1]
    return act
