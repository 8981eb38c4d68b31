"""What the way through an idle proxy costs: `python -m benchmarks.proxy [--rounds 7]`.

One server, in a process of its own, reached directly and through the proxy, in turns: questions of 1 KB with answers of
4 KB on a connection that stays open, and 64 MB in one piece. The proxy has no toxics, as the ways of a lab have most of
the time.
"""

import multiprocessing
import os
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.laboratory import free_ports

QUESTION, ANSWER, LARGE = 1024, 4096, 64 << 20
SIZES = struct.Struct("!QQ")
GOAL_ADDED_MS = 0.2
GOAL_THROUGHPUT = 0.3


def serve(listener: socket.socket) -> None:
    """Answer: a message says how long it is, and how long the answer is to be."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_converse, args=(connection,), daemon=True).start()


def _converse(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while head := connection.recv(SIZES.size, socket.MSG_WAITALL):
        size, wanted = SIZES.unpack(head)
        _take(connection, size)
        connection.sendall(bytes(wanted))


def _take(connection: socket.socket, size: int) -> None:
    buffer = bytearray(1 << 18)
    while size:
        taken = connection.recv_into(buffer, min(size, len(buffer)))
        if not taken:
            return
        size -= taken


def ask(connection: socket.socket, size: int, wanted: int) -> float:
    """Send `size` bytes and receive `wanted`; return the seconds that took."""
    message = SIZES.pack(size, wanted) + bytes(size)
    began = time.perf_counter()
    connection.sendall(message)
    _take(connection, wanted)
    return time.perf_counter() - began


@contextmanager
def ways() -> Iterator[dict[str, socket.socket]]:
    """Run server and proxy; yield a connection for either way."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    server.start()
    port = free_ports(2)
    environment = {**os.environ, "PROXY_PORT": str(port)}  # noqa: TID251 -- passed on
    proxy = subprocess.Popen([sys.executable, "-m", "chaos.proxy.serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        upstream = f"127.0.0.1:{listener.getsockname()[1]}"
        _make(f"http://127.0.0.1:{port}", f"127.0.0.1:{port + 1}", upstream)
        addresses = {"direct": listener.getsockname(), "through the proxy": ("127.0.0.1", port + 1)}
        connections = {name: socket.create_connection(address) for name, address in addresses.items()}
        for connection in connections.values():
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connections
    finally:
        proxy.terminate()
        proxy.wait()
        server.terminate()


def _make(api: str, listen: str, upstream: str) -> None:
    with httpx.Client(base_url=api, trust_env=False) as client:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                made = client.post("/proxies", json={"name": "way", "listen": listen, "upstream": upstream})
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                made.raise_for_status()
                return
    raise SystemExit("the proxy does not start")


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--questions", type=int, default=1000, help="in each round")
    options = parser.parse_args()
    times: dict[str, list[float]] = {}
    speeds: dict[str, list[float]] = {}
    with ways() as connections:
        for _ in range(options.rounds):
            for name, connection in connections.items():
                times.setdefault(name, []).extend(ask(connection, QUESTION, ANSWER) for _ in range(options.questions))
                speeds.setdefault(name, []).append(LARGE / ask(connection, LARGE, 1) / 1e6)
    print(f"{'':20}{'median ms':>10}{'p99 ms':>10}{'MB/s':>8}")
    for name, measured in times.items():
        p99 = statistics.quantiles(measured, n=100)[98]
        speed = statistics.median(speeds[name])
        print(f"{name:20}{statistics.median(measured) * 1e3:10.3f}{p99 * 1e3:10.3f}{speed:8.0f}")
    (direct, carried), (fast, slow) = ([statistics.median(one) for one in each.values()] for each in (times, speeds))
    print(f"{'ratio':20}{carried / direct:10.2f}{'':10}{slow / fast:8.2f}")
    figures.write(
        [
            Figure("added by an idle proxy to a call, median", (carried - direct) * 1e3, "ms", GOAL_ADDED_MS),
            Figure("throughput through an idle proxy, of the direct", slow / fast, "", GOAL_THROUGHPUT, at_least=True),
        ],
        options.figures,
    )


if __name__ == "__main__":
    main()
