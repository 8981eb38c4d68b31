"""The bare services as processes."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

OFFSETS = {"edge": (0,), "gateway": (2, 3), "order": (4,), "inventory": (5,), "payment": (6,), "billing": (7,)}
OFFSETS |= {"worker": (8,), "provider": (10,)}
SEED = Path("services") / "inventory" / "products.json"


def arguments(name: str, base_port: int, data: str) -> dict[str, Any]:
    """Return what `create_app` of a bare service is called with."""

    def url(service: str) -> str:
        return f"http://127.0.0.1:{base_port + OFFSETS[service][0]}"

    def database(of: str) -> str:
        return f"sqlite+aiosqlite:///{data}/{of}.db"

    by_name: dict[str, dict[str, Any]] = {
        "edge": {"backends": [f"http://127.0.0.1:{base_port + offset}" for offset in OFFSETS["gateway"]]},
        "gateway": {"order_url": url("order")},
        "order": {"broker_url": database("broker"), "inventory_url": url("inventory"), "payment_url": url("payment")},
        "inventory": {"seed": SEED},
        "payment": {"card_network_url": url("provider")},
        "billing": {},
        "worker": {
            "broker_url": database("broker"),
            "payment_url": url("payment"),
            "billing_url": url("billing"),
            "inventory_url": url("inventory"),
            "order_url": url("order"),
        },
        "provider": {},
    }
    stores = name in {"order", "inventory", "payment", "billing", "provider"}
    return by_name[name] | ({"database_url": database(name)} if stores else {})


@contextmanager
def running(base_port: int, data: Path) -> Iterator[str]:
    """Run the bare platform on ports from `base_port` on; yield the load balancer's address."""
    with ExitStack() as stack:
        processes: list[subprocess.Popen[bytes]] = []
        stack.callback(_end, processes)
        for name, offsets in OFFSETS.items():
            for offset in offsets:
                command = [sys.executable, "-m", "benchmarks.bare.serve", name, str(base_port + offset)]
                processes.append(subprocess.Popen([*command, str(base_port), str(data)]))
        for offsets in OFFSETS.values():
            for offset in offsets:
                _wait_for(base_port + offset)
        yield f"http://127.0.0.1:{base_port}"


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def _wait_for(port: int, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port} after {within_s:g} s")
