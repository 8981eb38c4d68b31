"""The HTTP API of Toxiproxy: the same cases against our proxy and against the real one."""

from typing import Any

import httpx
import pytest

from tests.support.peers import Server, connected, refuses

LATENCY = {"latency": 40, "jitter": 5}


async def make(api: httpx.AsyncClient, upstream: str, name: str = "line", **members: Any) -> dict[str, Any]:
    """Make a proxy on a free port; return what the API tells of it."""
    body = {"name": name, "listen": "127.0.0.1:0", "upstream": upstream, **members}
    answer = await api.post("/proxies", json=body)
    assert answer.status_code == 201, answer.text
    return told(answer.json())


def told(proxy: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a proxy, without an empty member that the real one lets slip."""
    assert proxy.pop("Logger", {}) == {}
    return proxy


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and text of a refusal, which must have the one shape."""
    body = answer.json()
    assert set(body) == {"error", "status"}
    assert body["status"] == answer.status_code
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.status_code, body["error"]


async def test_version_is_told(api: httpx.AsyncClient) -> None:
    """Clients ask for it to see whether anybody is there."""
    answer = await api.get("/version")
    assert answer.status_code == 200
    assert list(answer.json()) == ["version"]


async def test_proxy_is_made_shown_listed_and_deleted(api: httpx.AsyncClient, server: Server) -> None:
    """What is made is told everywhere in the same words, with the port that was found; then it is gone."""
    made = await make(api, server.address, "a->b")
    assert made == {"name": "a->b", "listen": made["listen"], "upstream": server.address, "enabled": True, "toxics": []}
    assert not made["listen"].endswith(":0")
    assert told((await api.get("/proxies/a-%3Eb")).json()) == made
    assert {name: told(proxy) for name, proxy in (await api.get("/proxies")).json().items()} == {"a->b": made}
    deleted = await api.delete("/proxies/a-%3Eb")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert await refuses(made["listen"])
    assert refusal(await api.delete("/proxies/a-%3Eb")) == (404, "proxy not found")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{}", "missing required field: name"),
        ('{"name": "x"}', "missing required field: upstream"),
        ("", "bad request body: "),
        ("nonsense", "bad request body: "),
        ("[]", "bad request body: "),
        ('{"name": 3}', "bad request body: "),
        ('{"name": "x", "upstream": "127.0.0.1:1", "enabled": "no"}', "bad request body: "),
    ],
)
async def test_proxy_with_a_bad_body_is_refused(api: httpx.AsyncClient, body: str, error: str) -> None:
    """A body that makes no proxy is answered with 400, and nothing is made."""
    status, text = refusal(await api.post("/proxies", content=body))
    assert status == 400
    assert text.startswith(error)
    assert (await api.get("/proxies")).json() == {}


async def test_name_and_port_can_be_taken_once(api: httpx.AsyncClient, server: Server) -> None:
    """A second proxy of that name is a conflict; a port that somebody has is a failure of the server's."""
    await make(api, server.address)
    again = {"name": "line", "listen": "127.0.0.1:0", "upstream": server.address}
    assert refusal(await api.post("/proxies", json=again)) == (409, "proxy already exists")
    taken = {"name": "other", "listen": server.address, "upstream": server.address}
    assert refusal(await api.post("/proxies", json=taken)) == (
        500,
        f"listen tcp {server.address}: bind: address already in use",
    )
    nowhere = {"name": "other", "listen": "nonsense", "upstream": server.address}
    assert refusal(await api.post("/proxies", json=nowhere)) == (
        500,
        "listen tcp: address nonsense: missing port in address",
    )


async def test_what_is_not_served_is_not_found(api: httpx.AsyncClient) -> None:
    """Unknown paths, methods that a path lacks, unknown names."""
    unknown = await api.get("/nothing")
    assert (unknown.status_code, unknown.text) == (404, "404 page not found\n")
    assert (await api.put("/proxies", json={})).status_code == 405
    for path in ("/proxies/x", "/proxies/x/toxics", "/proxies/x/toxics/y"):
        assert refusal(await api.get(path)) == (404, "proxy not found")
    assert refusal(await api.patch("/proxies/x", json={})) == (404, "proxy not found")


async def test_browser_is_turned_away(api: httpx.AsyncClient) -> None:
    """A page that somebody looks at must not change anything here."""
    answer = await api.get("/proxies", headers={"User-Agent": "Mozilla/5.0"})
    assert (answer.status_code, answer.text) == (403, "User agent not allowed\n")


@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_disabled_proxy_refuses_until_it_is_enabled(api: httpx.AsyncClient, echo: Server, method: str) -> None:
    """Disabling breaks connections off and refuses new ones; the address and the toxics stay."""
    made = await make(api, echo.address)
    async with connected(made["listen"]) as client:
        await client.say(b"hello")
        assert await client.hear(5) == b"hello"
        disabled = await api.request(method, "/proxies/line", json={"enabled": False})
        assert (disabled.status_code, told(disabled.json())) == (200, {**made, "enabled": False})
        assert await client.hear_all() == b""
    assert await refuses(made["listen"])
    assert told((await api.request(method, "/proxies/line", json={"enabled": True})).json()) == made
    async with connected(made["listen"]) as client:
        await client.say(b"again")
        assert await client.hear(5) == b"again"


async def test_proxy_can_be_sent_elsewhere(api: httpx.AsyncClient, echo: Server, server: Server) -> None:
    """Another upstream counts from the next connection on."""
    made = await make(api, server.address)
    changed = told((await api.patch("/proxies/line", json={"upstream": echo.address})).json())
    assert changed == {**made, "upstream": echo.address}
    async with connected(made["listen"]) as client:
        await client.say(b"hello")
        assert await client.hear(5) == b"hello"


async def test_populate_makes_keeps_and_replaces(api: httpx.AsyncClient, server: Server, echo: Server) -> None:
    """What is there already is left alone with its toxics; what differs is made anew without."""
    kept, replaced = await make(api, server.address, "kept"), await make(api, server.address, "replaced")
    for name in ("kept", "replaced"):
        await api.post(f"/proxies/{name}/toxics", json={"type": "latency"})
    answer = await api.post(
        "/populate",
        json=[
            {"name": "kept", "listen": kept["listen"], "upstream": server.address},
            {"name": "replaced", "listen": replaced["listen"], "upstream": echo.address},
            {"name": "new", "listen": "127.0.0.1:0", "upstream": echo.address, "enabled": False},
        ],
    )
    assert answer.status_code == 201
    found = [told(proxy) for proxy in answer.json()["proxies"]]
    assert [(p["name"], p["upstream"], p["enabled"], len(p["toxics"])) for p in found] == [
        ("kept", server.address, True, 1),
        ("replaced", echo.address, True, 0),
        ("new", echo.address, False, 0),
    ]


async def test_populate_tells_what_it_has_made_before_it_failed(api: httpx.AsyncClient, server: Server) -> None:
    """Bad input makes nothing; a port that is taken ends it there."""
    bad = await api.post("/populate", json=[{"name": "one"}])
    assert (bad.status_code, bad.json()) == (
        400,
        {"error": "missing required field: upstream at proxy 1", "status": 400, "proxies": None},
    )
    one = {"name": "one", "listen": "127.0.0.1:0", "upstream": server.address}
    failed = await api.post("/populate", json=[one, {**one, "name": "two", "listen": server.address}])
    assert failed.status_code == failed.json()["status"] == 500
    assert [proxy["name"] for proxy in failed.json()["proxies"]] == ["one"]
    assert list((await api.get("/proxies")).json()) == ["one"]


async def test_toxic_is_added_shown_listed_changed_and_deleted(api: httpx.AsyncClient, server: Server) -> None:
    """A toxic has a name, a type, a stream, a toxicity and attributes; a change keeps what it does not name."""
    await make(api, server.address)
    added = await api.post("/proxies/line/toxics", json={"type": "latency", "attributes": LATENCY})
    toxic = {
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
        "attributes": LATENCY,
    }
    assert (added.status_code, added.json()) == (200, toxic)
    path = "/proxies/line/toxics/latency_downstream"
    assert (await api.get(path)).json() == toxic
    assert (await api.get("/proxies/line/toxics")).json() == [toxic]
    assert (await api.get("/proxies/line")).json()["toxics"] == [toxic]
    changed = await api.patch(path, json={"attributes": {"latency": 7}, "toxicity": 0.5})
    assert (changed.status_code, changed.json()) == (
        200,
        {**toxic, "toxicity": 0.5, "attributes": {"latency": 7, "jitter": 5}},
    )
    assert (await api.post(path, json={"attributes": {"jitter": 0}})).json()["attributes"] == {
        "latency": 7,
        "jitter": 0,
    }
    deleted = await api.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for answer in (await api.get(path), await api.patch(path, json={}), await api.delete(path)):
        assert refusal(answer) == (404, "toxic not found")


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("bandwidth", {"rate": 0}),
        ("latency", {"latency": 0, "jitter": 0}),
        ("limit_data", {"bytes": 0}),
        ("noop", {}),
        ("reset_peer", {"timeout": 0}),
        ("slicer", {"average_size": 0, "size_variation": 0, "delay": 0}),
        ("slow_close", {"delay": 0}),
        ("timeout", {"timeout": 0}),
    ],
)
async def test_every_kind_of_toxic_has_its_attributes(
    api: httpx.AsyncClient, server: Server, kind: str, attributes: dict[str, int]
) -> None:
    """What is not given is 0; what nobody knows is ignored."""
    await make(api, server.address)
    body = {"type": kind, "stream": "upstream", "attributes": {"unheard_of": 1}, "expires_ms": 60_000}
    answer = await api.post("/proxies/line/toxics", json=body)
    assert answer.json() == {
        "name": f"{kind}_upstream",
        "type": kind,
        "stream": "upstream",
        "toxicity": 1,
        "attributes": attributes,
    }


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"type": "rain"}, 400, "invalid toxic type"),
        ({"type": "latency", "stream": "sideways"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "latency", "name": "there"}, 409, "toxic already exists"),
        ({"type": "latency", "attributes": {"latency": 1.5}}, 400, "bad request body: "),
        ({"type": "latency", "attributes": {"latency": "1"}}, 400, "bad request body: "),
        ({"type": "latency", "toxicity": "all"}, 400, "bad request body: "),
        ([], 400, "bad request body: "),
    ],
)
async def test_bad_toxic_is_refused(
    api: httpx.AsyncClient, server: Server, body: object, status: int, error: str
) -> None:
    """A toxic that cannot be is answered with a reason, and changes nothing."""
    await make(api, server.address)
    await api.post("/proxies/line/toxics", json={"type": "noop", "name": "there"})
    found, text = refusal(await api.post("/proxies/line/toxics", json=body))
    assert found == status
    assert text.startswith(error)
    assert [toxic["name"] for toxic in (await api.get("/proxies/line/toxics")).json()] == ["there"]


async def test_reset_enables_every_proxy_and_takes_all_toxics_away(api: httpx.AsyncClient, echo: Server) -> None:
    """One call puts everything right."""
    made = await make(api, echo.address)
    await api.post("/proxies/line/toxics", json={"type": "timeout"})
    await api.post("/proxies/line/toxics", json={"type": "latency", "stream": "upstream"})
    await api.patch("/proxies/line", json={"enabled": False})
    reset = await api.post("/reset")
    assert (reset.status_code, reset.content) == (204, b"")
    assert told((await api.get("/proxies/line")).json()) == made
    async with connected(made["listen"]) as client:
        await client.say(b"hello")
        assert await client.hear(5) == b"hello"
