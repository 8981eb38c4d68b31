"""What the proxy is told by its environment, `PROXY_…`. Plain Python: a settings library would double this process."""

import ipaddress
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_PORT = 8474


@dataclass(frozen=True)
class EdgeSettings:
    """One way from a caller to a callee."""

    name: str
    listen: str
    upstream: str


@dataclass(frozen=True)
class ProxySettings:
    """Where the API listens, which edges there are, and what chance is seeded with."""

    host: str
    port: int
    instance: str
    seed: str
    edges: tuple[EdgeSettings, ...]

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "ProxySettings":  # noqa: TID251 -- the one place
        """Read `variables`. Raises ValueError, with a sentence that says what to write instead."""
        given = {name.removeprefix("PROXY_").lower(): text for name, text in variables.items() if text}
        return cls(
            host=_loopback(given.get("host", "127.0.0.1")),
            port=_port(given.get("port", str(DEFAULT_PORT))),
            instance=given.get("instance", "mesh"),
            seed=given.get("seed", os.urandom(8).hex()),
            edges=_edges(given.get("edges", "[]")),
        )


def _loopback(host: str) -> str:
    try:
        allowed = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        allowed = False
    if not allowed:
        raise ValueError(
            f"PROXY_HOST={host} can be reached from other machines, and this API is for all: say 127.0.0.1."
        )
    return host


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError(f"PROXY_PORT={text} is no port: a whole number from 0 (any free one) to 65535.")
    return int(text)


def _edges(text: str) -> tuple[EdgeSettings, ...]:
    try:
        return tuple(EdgeSettings(**edge) for edge in json.loads(text))
    except (ValueError, TypeError) as error:
        example = '[{"name": "a->b", "listen": "127.0.0.1:8100", "upstream": "127.0.0.1:8080"}]'
        raise ValueError(f"PROXY_EDGES is not a list like {example}: {error}") from error
