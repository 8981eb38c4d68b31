"""The part of the API that is about toxics."""

import asyncio
from dataclasses import fields as attributes_of
from typing import Any

from chaos.proxy import decode
from chaos.proxy.applied import Applied
from chaos.proxy.carrier import DIRECTIONS, Carrier
from chaos.proxy.collection import Collection
from chaos.proxy.errors import invalid_stream, invalid_type
from chaos.proxy.http import Answer, json_answer
from chaos.proxy.toxic import Toxic
from chaos.proxy.toxics import TOXICS

MEMBERS = {"name": str, "type": str, "stream": str, "toxicity": float, "attributes": dict, "expires_ms": int}
"""`expires_ms` is ours; Toxiproxy, which ignores what it does not know, keeps such a toxic until it is deleted."""
CHANGES = {"toxicity": float, "attributes": dict, "expires_ms": int}


class ToxicApi:
    """Answers requests about the toxics of the proxies in a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._expiries: dict[Applied, asyncio.TimerHandle] = {}

    async def list(self, proxy: str, *, body: bytes) -> Answer:
        """Tell all toxics of a proxy."""
        del body
        return json_answer(200, [applied.as_json() for applied in self._collection.get(proxy).toxics()])

    async def create(self, proxy: str, *, body: bytes) -> Answer:
        """Add a toxic to a proxy."""
        carrier = self._collection.get(proxy)
        given = decode.fields(decode.value(body), MEMBERS)
        kind, stream = given.get("type", ""), given.get("stream", "downstream")
        if stream.lower() not in DIRECTIONS:
            raise invalid_stream()
        if kind not in TOXICS:
            raise invalid_type()
        name = given.get("name") or f"{kind}_{stream}"
        toxic = _made(TOXICS[kind], {}, given)
        applied = Applied(name, kind, stream, given.get("toxicity", 1), toxic)
        carrier.add(applied)
        self._expire(carrier, applied, given)
        return json_answer(200, applied.as_json())

    async def show(self, proxy: str, toxic: str, *, body: bytes) -> Answer:
        """Tell one toxic."""
        del body
        return json_answer(200, self._collection.get(proxy).find(toxic).as_json())

    async def update(self, proxy: str, toxic: str, *, body: bytes) -> Answer:
        """Change attributes and toxicity; what is not given stays as it is."""
        carrier = self._collection.get(proxy)
        applied = carrier.find(toxic)
        given = decode.fields(decode.value(body), CHANGES)
        applied.toxic = _made(type(applied.toxic), applied.as_json()["attributes"], given)
        applied.toxicity = given.get("toxicity", applied.toxicity)
        carrier.changed(applied)
        self._expire(carrier, applied, given)
        return json_answer(200, applied.as_json())

    async def delete(self, proxy: str, toxic: str, *, body: bytes) -> Answer:
        """Take a toxic away."""
        del body
        carrier = self._collection.get(proxy)
        carrier.remove(carrier.find(toxic))
        return Answer(204)

    def _expire(self, carrier: Carrier, applied: Applied, given: dict[str, Any]) -> None:
        """Take a toxic away by itself after `expires_ms`, if that is given."""
        if "expires_ms" not in given:
            return
        if (former := self._expiries.pop(applied, None)) is not None:
            former.cancel()

        def expire() -> None:
            del self._expiries[applied]
            if applied in carrier.toxics():
                carrier.remove(applied)

        after_s = max(given["expires_ms"], 0) / 1000
        self._expiries[applied] = asyncio.get_running_loop().call_later(after_s, expire)


def _made(kind: type[Toxic], present: dict[str, Any], given: dict[str, Any]) -> Toxic:
    names = {field.name: int for field in attributes_of(kind)}  # type: ignore[arg-type]
    return kind(**present | decode.fields(given.get("attributes", {}), names))
