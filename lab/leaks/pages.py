"""What can be asked of the platform over HTTP: bodies, headers, errors, the services' own descriptions."""

import contextlib
from collections.abc import AsyncIterator, Mapping

import httpx

from lab.leaks.places import Text

OF_EVERYBODY = ("/health", "/ready", "/openapi.json", "/docs", "/metrics", "/no-such-page")
OF_THE_API = ("/products", "/products/NO-SUCH-TEA", "/orders/0", "/customers/ada/orders", "/customers/ada/invoices")
OF_THE_SHOP = ("/", "/status", "/orders", "/no-such-page")
PATIENCE_S = 5.0
NONSENSE = {"customer_id": "", "lines": []}


async def texts(
    services: Mapping[str, str], api: str, shop: str, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Text]:
    """Yield the pages of `services` (name → URL), of the public API and of the shop. Silence is passed over.

    `transport` takes the place of the network.
    """
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False, transport=transport) as client:
        for name, url in services.items():
            for path in OF_EVERYBODY:
                async for text in _answer(client, "GET", name, url, path):
                    yield text
        for name, url, paths in (("public API", api, OF_THE_API), ("shop", shop, OF_THE_SHOP)):
            for path in paths:
                async for text in _answer(client, "GET", name, url, path):
                    yield text
        async for text in _answer(client, "POST", "public API", api, "/orders"):
            yield text


async def _answer(client: httpx.AsyncClient, method: str, name: str, url: str, path: str) -> AsyncIterator[Text]:
    surface = "metrics" if path == "/metrics" else "pages"
    with contextlib.suppress(httpx.HTTPError):
        response = await client.request(method, url + path, json=NONSENSE if method == "POST" else None)
        yield Text(surface, f"{name} {method} {path}", response.text)
        headers = "\n".join(f"{header}: {value}" for header, value in response.headers.items())
        yield Text("headers", f"{name} {method} {path}", headers)
