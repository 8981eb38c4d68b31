"""The supervisor of a lab in containers: `python -m lab.stack.supervisor`, itself in one of them.

It takes the containers over that compose has started, starts those again that end, and answers the verbs that the
supervisor of a lab on this machine does. When it ends, the others go on.
"""

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

from lab import preflight
from lab.audience import Audience
from lab.control_server import ControlServer
from lab.runtime import Lab
from lab.settings import Settings
from lab.stack import secrets
from lab.stack.engine import Engine
from lab.stack.keeping import Keeper
from lab.stack.launching import Launchers
from lab.stack.topology import HOME, SITE, platform
from lab.supervisor import bound_logs
from lab.verbs import Verbs

ENGINE = "http://engine-proxy:2375"
UP = Path("/tmp/up")  # noqa: S108 -- of the container, for its health check


async def supervise(lab: Lab, settings: Settings, engine: Engine) -> None:
    """Keep the containers going until SIGTERM."""
    verbs = Verbs(lab)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, verbs.ending.set)
    server = ControlServer(verbs.all(), lab.audience, lab.log)
    await server.open()
    await asyncio.to_thread(UP.touch)
    lab.take_over(server.path)
    tasks = [
        asyncio.create_task(bound_logs(lab, settings)),
        asyncio.create_task(Keeper(engine, lab.log).keep()),
    ]
    try:
        await verbs.ending.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        verbs.ended.set()
        await server.close()


async def _run() -> None:
    settings, topology = Settings.from_environment(), platform()
    engine = Engine(ENGINE)
    launchers = partial(Launchers, engine, topology)
    lab = Lab(SITE, topology, settings, Audience(), launchers, supervisor=os.getpid())
    await supervise(lab, settings, engine)


def main() -> None:
    """Run it."""
    preflight.prepare(HOME, min_free_mb=0)
    preflight.remove_former_socket(HOME)
    secrets.make(HOME)
    asyncio.run(_run())


if __name__ == "__main__":
    main()
