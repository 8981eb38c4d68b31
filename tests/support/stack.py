"""The lab in containers, started from the compose file under a project name and on ports of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.compose_file import ROOT, compose_file

PROJECT = "nightshift-test"
CANNOT_BE_HAD = ("grafana",)
"""Left out where there is no image of them."""
UP_WITHIN_S = 300
POSTGRES_PORT = 5432


@cache
def reason_to_skip() -> str:
    """Return why the stack cannot be had on this machine; empty if it can."""
    if shutil.which("docker") is None:
        return "there is no docker here"
    if _run(["docker", "info"]).returncode:
        return "no container engine runs here"
    if _run(["docker", "compose", "version"]).returncode:
        return "there is no docker compose here"
    images = {one["image"] for name, one in compose_file()["services"].items() if name not in CANNOT_BE_HAD}
    missing = [
        name for name in sorted(images) if "local" not in name and _run(["docker", "image", "inspect", name]).returncode
    ]
    return f"there are no images {', '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class RunningStack:
    """One that is up."""

    healthy_after_s: float

    def url(self, service: str, port: int) -> str:
        """Return where a port of a container can be reached now: with each start it gets another one."""
        published = {one["TargetPort"]: one["PublishedPort"] for one in self.containers()[service]["Publishers"]}
        return f"http://127.0.0.1:{published[port]}"

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run `docker compose`; return what it printed."""
        done = _run([*_compose(), *arguments])
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def lab(self, *arguments: str, exit_code: int = 0) -> str:
        """Run `lab --stack`; return what it printed."""
        done = _run([sys.executable, "-m", "lab", "--stack", *arguments])
        assert done.returncode == exit_code, f"lab {arguments}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout

    def told(self, *arguments: str) -> Any:
        """Run `lab --stack … --json`; return what it told."""
        return json.loads(self.lab(*arguments, "--json"))

    def containers(self) -> dict[str, dict[str, Any]]:
        """Return every container as compose lists it, by service."""
        lines = self.compose("ps", "-a", "--format", "json").splitlines()
        return {one["Service"]: one for line in lines if (one := json.loads(line))}

    def kill(self, service: str) -> None:
        """Kill a container's processes as a power cut would."""
        done = _run(["docker", "kill", self.containers()[service]["ID"]])
        assert done.returncode == 0, done.stderr

    def secret(self, name: str) -> str:
        """Return what the first start has made."""
        return self.compose("exec", "-T", "supervisor", "cat", f"/lab/secrets/{name}").strip()

    def memory_mb(self) -> dict[str, float]:
        """Return what each container takes."""
        sizes = _run(["docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *self._ids()]).stdout
        return {line.split()[0]: _mb(line.split()[1]) for line in sizes.splitlines()}

    def _ids(self) -> list[str]:
        return [one["ID"] for one in self.containers().values()]


@contextmanager
def running_stack(folder: Path) -> Iterator[RunningStack]:
    """Start everything that can be had here, and remove it again, its data included."""
    override = folder / "ports.yaml"
    override.write_text(_override())
    os.environ["COMPOSE_PROJECT_NAME"] = PROJECT  # noqa: TID251 -- `lab` and `docker compose` are to mean this one
    chosen = [
        name for name, one in compose_file()["services"].items() if name not in CANNOT_BE_HAD and "profiles" not in one
    ]
    files = [*_compose(), "-f", str(override)]
    began = time.monotonic()
    try:
        done = _run([*files, "up", "-d", "--build", "--wait", "--wait-timeout", str(UP_WITHIN_S), *chosen])
        took_s = time.monotonic() - began
        assert done.returncode == 0, done.stderr[-3000:] + _run([*files, "ps", "-a"]).stdout
        yield RunningStack(took_s)
    finally:
        logs = _run([*files, "logs", "--no-color", "--tail", "200"]).stdout
        (folder / "stack.log").write_text(logs)
        _run([*files, "--profile", "spare", "down", "-v", "--remove-orphans"])
        del os.environ["COMPOSE_PROJECT_NAME"]  # noqa: TID251 -- as above


def _override() -> str:
    """Return a compose file by which every published port is any free one, and PostgreSQL's is published as well."""
    services = {}
    for name, one in compose_file()["services"].items():
        inner = [port.rsplit(":", 1)[1] for port in one.get("ports", ())]
        inner += [str(POSTGRES_PORT)] if name == "postgres" else []
        if inner:
            services[name] = inner
    lines = ["services:"]
    for name, inner in services.items():
        lines += [f"  {name}:", "    ports: !override [" + ", ".join(f'"127.0.0.1::{port}"' for port in inner) + "]"]
    return "\n".join(lines) + "\n"


def _compose() -> list[str]:
    return ["docker", "compose", "-f", str(ROOT / "docker-compose.yml")]


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def _mb(text: str) -> float:
    for unit, factor in (("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1 / 1024), ("B", 1 / (1 << 20))):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)
