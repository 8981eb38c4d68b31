"""Start the proxy: `python -m chaos.proxy.serve`, configured by `PROXY_…` variables."""

import asyncio
import signal
import socket
import sys
from typing import NoReturn

from chaos.listening import listen
from chaos.proxy.api import Api
from chaos.proxy.collection import Collection
from chaos.proxy.edge import Edge
from chaos.proxy.http import MAX_HEAD, HttpServer
from chaos.proxy.log import log
from chaos.proxy.settings import ProxySettings


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit with 2 and a sentence when that is impossible as things are."""
    try:
        settings = ProxySettings.from_environment()
        listening = listen(settings.host, settings.port, "PROXY_PORT")
    except (OSError, ValueError) as error:
        _refuse(str(error))
    log.replica = settings.instance
    port = listening.getsockname()[1]
    log.info("proxy.starting", host=settings.host, port=port, edges=len(settings.edges), seed=settings.seed)
    # Python's own loop: under uvloop 0.23 a write now and then was not sent, with the wire idle on both sides.
    asyncio.run(_serve(settings, listening))


async def _serve(settings: ProxySettings, listening: socket.socket) -> None:
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    collection = Collection(settings.seed)
    for edge in settings.edges:
        way = Edge(edge.name, edge.listen, edge.upstream, collection.random(edge.name))
        await collection.put(way, enabled=True)
    converse = HttpServer(Api(collection).answer).converse
    server = await asyncio.start_server(converse, sock=listening, limit=MAX_HEAD)
    await ending.wait()
    server.close()
    for carrier in collection:
        carrier.stop()


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(f"mesh: {reason}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    main()
