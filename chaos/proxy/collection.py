"""All proxies, by name."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

from chaos.proxy.carrier import Carrier
from chaos.proxy.edge import Edge
from chaos.proxy.errors import Refused, proxy_exists, proxy_not_found


class Collection:
    """Makes, finds and removes proxies, one act at a time."""

    def __init__(self, seed: str) -> None:
        self._carriers: dict[str, Carrier] = {}
        self._seed = seed
        self._one_at_a_time = asyncio.Lock()

    def __iter__(self) -> Iterator[Carrier]:
        """Yield them by name."""
        return iter([self._carriers[name] for name in sorted(self._carriers)])

    def get(self, name: str) -> Carrier:
        """Return the proxy of that name. Raises Refused."""
        if (carrier := self._carriers.get(name)) is None:
            raise proxy_not_found()
        return carrier

    def random(self, name: str) -> Random:
        """Return the source of chance of one proxy: the same seed makes the same draws in the same order."""
        return Random(f"{self._seed}:{name}")  # noqa: S311 -- chance that can be played again, not a secret

    async def add(self, name: str, listen: str, upstream: str, *, enabled: bool, follows: bool = False) -> Carrier:
        """Make a proxy; one that `follows` is an edge. Raises Refused when the name or the address is taken."""
        made = (Edge if follows else Carrier)(name, listen, upstream, self.random(name))
        return await self.put(made, enabled=enabled)

    async def put(self, carrier: Carrier, *, enabled: bool) -> Carrier:
        """Take a proxy in. Raises Refused when the name or the address is taken."""
        async with self._one_at_a_time:
            if carrier.name in self._carriers:
                raise proxy_exists()
            if enabled:
                await carrier.start()
            self._carriers[carrier.name] = carrier
            return carrier

    async def populate(self, wanted: list[dict[str, Any]]) -> tuple[list[Carrier], Refused | None]:
        """Make proxies, or make them anew where they differ; return them, and what made it stop early."""
        done: list[Carrier] = []
        for one in wanted:
            try:
                done.append(await self._add_or_replace(**one))
            except Refused as error:
                return done, error
        return done, None

    async def update(self, name: str, changes: dict[str, Any]) -> Carrier:
        """Change where a proxy listens and carries, and whether it does. Raises Refused."""
        async with self._one_at_a_time:
            carrier = self.get(name)
            listen, upstream = changes.get("listen", carrier.listen), changes.get("upstream", carrier.upstream)
            await carrier.update(listen, upstream, enabled=changes.get("enabled", carrier.is_enabled))
            return carrier

    async def remove(self, name: str) -> None:
        """Stop a proxy and forget it. Raises Refused."""
        async with self._one_at_a_time:
            self.get(name).stop()
            del self._carriers[name]

    async def reset(self) -> None:
        """Start every proxy, and take all toxics away. Raises Refused."""
        async with self._one_at_a_time:
            for carrier in self:
                await carrier.start()
                for applied in list(carrier.toxics()):
                    carrier.remove(applied)

    async def _add_or_replace(self, name: str, listen: str, upstream: str, *, enabled: bool) -> Carrier:
        async with self._one_at_a_time:
            existing = self._carriers.get(name)
            if existing is not None and not existing.differs(listen, upstream):
                return existing
            if existing is not None:
                existing.stop()
            carrier = Carrier(name, listen, upstream, self.random(name))
            if enabled:
                await carrier.start()
            self._carriers[name] = carrier
            return carrier
