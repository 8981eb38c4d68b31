"""The HTTP API of Toxiproxy 2: same paths, status codes, bodies and errors."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from chaos.proxy import decode
from chaos.proxy.collection import Collection
from chaos.proxy.errors import Refused, missing
from chaos.proxy.http import Answer, Request, json_answer, text_answer
from chaos.proxy.toxic_api import ToxicApi

VERSION = "2.12.0"
"""The version of Toxiproxy whose API this is."""
PROXY = {"name": str, "listen": str, "upstream": str, "enabled": bool}
NEW = {**PROXY, "follows": bool}
"""`follows` is our own: whether it refuses connections while the one behind it does, as the edges do."""
NO_CONTENT = Answer(204)

Act = Callable[..., Awaitable[Answer]]


class Api:
    """Answers requests about a collection of proxies."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        toxics = ToxicApi(collection)
        self._routes: dict[tuple[str, ...], dict[str, Act]] = {
            ("version",): {"GET": self._version},
            ("reset",): {"POST": self._reset},
            ("populate",): {"POST": self._populate},
            ("proxies",): {"GET": self._list, "POST": self._create},
            ("proxies", "*"): {"GET": self._show, "POST": self._update, "PATCH": self._update, "DELETE": self._delete},
            ("proxies", "*", "toxics"): {"GET": toxics.list, "POST": toxics.create},
            ("proxies", "*", "toxics", "*"): {
                "GET": toxics.show,
                "POST": toxics.update,
                "PATCH": toxics.update,
                "DELETE": toxics.delete,
            },
        }

    async def answer(self, request: Request) -> Answer:
        """Return the answer to one request."""
        segments = [unquote(segment) for segment in request.path.split("/")[1:]]
        acts = self._routes.get(tuple(s if i % 2 == 0 else "*" for i, s in enumerate(segments)))
        if acts is None or "" in segments:
            return text_answer(404, "404 page not found")
        if (act := acts.get(request.method)) is None:
            return Answer(405)
        if request.headers.get("user-agent", "").startswith("Mozilla/"):  # no page that somebody looks at may act here
            return text_answer(403, "User agent not allowed")
        try:
            return await act(*segments[1::2], body=request.body)
        except Refused as refused:
            answer = json_answer(refused.status, refused.as_json())
            return text_answer(refused.status, answer.body.decode())

    async def _version(self, *, body: bytes) -> Answer:
        del body
        answer = json_answer(200, {"version": VERSION}, "application/json;charset=utf-8")
        return Answer(answer.status, answer.body + b"\n", answer.headers)

    async def _reset(self, *, body: bytes) -> Answer:
        del body
        await self._collection.reset()
        return NO_CONTENT

    async def _list(self, *, body: bytes) -> Answer:
        del body
        return json_answer(200, {carrier.name: carrier.as_json() for carrier in self._collection})

    async def _create(self, *, body: bytes) -> Answer:
        wanted = _complete(decode.fields(decode.value(body), NEW))
        return json_answer(201, (await self._collection.add(**wanted)).as_json())

    async def _populate(self, *, body: bytes) -> Answer:
        try:
            given = decode.value(body)
            if not isinstance(given, list):
                decode.fields([], {})  # says what it is not
            wanted = [
                _complete(decode.fields(one, PROXY), f" at proxy {place}") for place, one in enumerate(given, start=1)
            ]
        except Refused as refused:
            return json_answer(refused.status, {**refused.as_json(), "proxies": None})
        done, refused_later = await self._collection.populate(wanted)
        told: dict[str, Any] = {"proxies": [carrier.as_json() for carrier in done] or None}
        if refused_later is not None:
            return json_answer(refused_later.status, {**refused_later.as_json(), **told})
        return json_answer(201, told)

    async def _show(self, name: str, *, body: bytes) -> Answer:
        del body
        return json_answer(200, self._collection.get(name).as_json())

    async def _update(self, name: str, *, body: bytes) -> Answer:
        self._collection.get(name)
        changes = decode.fields(decode.value(body), PROXY)
        return json_answer(200, (await self._collection.update(name, changes)).as_json())

    async def _delete(self, name: str, *, body: bytes) -> Answer:
        del body
        await self._collection.remove(name)
        return NO_CONTENT


def _complete(given: dict[str, Any], where: str = "") -> dict[str, Any]:
    """Return everything that a new proxy is made of. Raises Refused."""
    for name in ("name", "upstream"):
        if not given.get(name):
            raise missing(name + where)
    return {"listen": "", "enabled": True, **given}
