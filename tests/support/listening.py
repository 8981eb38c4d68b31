"""An application behind a real socket, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from services.chassis.serve import Connection
from tests.support.polling import poll_until_async


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """Serve `app` on an ephemeral port of the loopback address, as a service's process does; yield its URL."""
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, ws="none", http=Connection, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:

        async def started() -> bool:
            if task.done():
                task.result()
            return server.started

        await poll_until_async(started, "the server to listen", every_s=0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
