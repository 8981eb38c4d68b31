"""Ports: whether they are free, who has them, and where a free block lies."""

import random
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lab.errors import PortTaken
from lab.site import PORTS, SUPERVISOR_OF

if TYPE_CHECKING:
    import psutil

HOST = "127.0.0.1"
SEARCHED = range(10_000, 32_000, 32)
"""Where free blocks are looked for: below the ports that systems give to outgoing connections."""
SPARE = range(32_000, 32_700)
"""Where ports for further replicas are looked for: above the blocks, below what Linux gives to outgoing connections."""
NAMED = 2
"""As many ports, and as many of those who have them, are named; of the rest, the number."""


def is_free(port: int) -> bool:
    """Whether a process of ours could listen on `port`."""
    with socket.socket() as caller:
        caller.settimeout(0.2)
        if caller.connect_ex((HOST, port)) == 0:  # on macOS one can bind although another listens on all addresses
            return False
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def free_block(size: int = PORTS) -> int:
    """Return the first of `size` consecutive free ports. Raises PortTaken when there is no such block."""
    for base in random.sample(SEARCHED, len(SEARCHED)):
        if all(is_free(port) for port in range(base, base + size)):
            return base
    raise PortTaken(f"There are no {size} consecutive free ports from {SEARCHED.start} to {SEARCHED.stop}.")


def ensure_free(ports: Sequence[tuple[int, str]]) -> None:
    """Check each (port, name of what would listen there). Raises PortTaken, which says who has them."""
    taken = [(port, name) for port, name in ports if not is_free(port)]
    if not taken:
        return
    holders = _holders({port for port, _ in taken}, {name for _, name in ports})
    by_holder: dict[str, list[tuple[int, str]]] = {}
    for port, name in taken:
        by_holder.setdefault(holders.get(port, "another process"), []).append((port, name))
    raise PortTaken(_told(by_holder), hint="Use other ports: lab up --port-base 0")


def _told(by_holder: dict[str, list[tuple[int, str]]]) -> str:
    """Say who has which ports, in two sentences or so however many they are."""
    named = list(by_holder.items())[:NAMED]
    sentences = [_sentence(holder, taken) for holder, taken in named]
    if more := sum(map(len, by_holder.values())) - sum(len(taken) for _, taken in named):
        sentences.append(f"{more} more {'is' if more == 1 else 'are'} taken too.")
    return " ".join(sentences)


def _sentence(holder: str, taken: list[tuple[int, str]]) -> str:
    if len(taken) == 1:
        return f"Port {taken[0][0]}, for {taken[0][1]}, is taken by {holder}."
    listed = [f"{port} ({name})" for port, name in taken[:NAMED]]
    if more := len(taken) - NAMED:
        return f"Ports {', '.join(listed)} and {more} more are taken by {holder}."
    return f"Ports {' and '.join(listed)} are taken by {holder}."


def _holders(ports: set[int], names: set[str]) -> dict[int, str]:
    """Who listens on `ports`, as far as this user may know; a process called one of `names` is another lab's."""
    import psutil  # noqa: PLC0415 -- needed only when something is wrong

    found = {}
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        try:
            connections = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port in ports:
                found[connection.laddr.port] = _described(process, names)
    return found


def _described(process: "psutil.Process", names: set[str]) -> str:
    title = " ".join(process.info["cmdline"] or []).strip()
    if home := _home_of(process):
        return f"another lab, in {home}"
    if title in names:
        return "another lab"
    return f"{process.info['name']}, pid {process.pid} ({title[:60].strip()})"


def _home_of(process: "psutil.Process") -> str:
    """Return the home of the lab that a process belongs to; empty when it belongs to none."""
    import psutil  # noqa: PLC0415 -- as above

    with suppress(psutil.Error):
        for ancestor in process.parents():
            title = " ".join(ancestor.cmdline()).strip()
            if title.startswith(SUPERVISOR_OF):
                return title.removeprefix(SUPERVISOR_OF)
    return ""


def free_port() -> int:
    """Return a free port away from those that labs take. Raises PortTaken when there is none."""
    for port in random.sample(SPARE, len(SPARE)):
        if is_free(port):
            return port
    raise PortTaken(f"There is no free port from {SPARE.start} to {SPARE.stop}.")
