"""The process that runs one lab: `python -m lab.supervisor OPTIONS`, started by `lab up`.

It writes what happens as JSON lines to its standard output, and ends the lab when its standard input is closed before
`DETACH` came: whoever started it is gone. The rest of the conversation goes through the control socket.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from setproctitle import setproctitle

from lab import logfiles, own_code, preflight, process
from lab.audience import Audience, pipe
from lab.control_server import ControlServer
from lab.errors import AlreadyRunning, LabError
from lab.home import Home
from lab.launchers import Processes
from lab.options import DETACH, UpOptions
from lab.ports import ensure_free, free_block
from lab.process import Topology
from lab.runtime import Lab
from lab.settings import Settings
from lab.site import SUPERVISOR_OF, Site
from lab.verbs import Verbs

BOUND_EVERY_S = 2.0
OPEN_FILES = 4096


async def supervise(lab: Lab, settings: Settings, *, load: bool) -> int:
    """Run `lab` until it is told to end; return the exit code."""
    verbs = Verbs(lab)
    _listen_for_the_end(verbs.ending.set)
    server = ControlServer(verbs.all(), lab.audience, lab.log)
    await server.open()
    try:
        return await _run(lab, verbs, settings, server.path, load=load)
    finally:
        await verbs.interrupt()
        lab.audience.tell("stopping")
        await lab.stop()
        lab.audience.tell("stopped")
        verbs.ended.set()
        await server.close()


async def _run(lab: Lab, verbs: Verbs, settings: Settings, socket: str, *, load: bool) -> int:
    async def start() -> dict[str, object]:
        await lab.start(socket, load=load)
        return lab.described()

    starting = asyncio.create_task(verbs.alone(start()))
    ending = asyncio.create_task(verbs.ending.wait())
    bounding = asyncio.create_task(bound_logs(lab, settings))
    try:
        await asyncio.wait([starting, ending], return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            return 0
        if problem := _problem(starting):
            lab.log.error("lab.failed", problem=problem.message)
            lab.audience.tell("error", error=problem.as_json())
            return problem.exit_code
        lab.audience.tell("up", **starting.result(), load=load)
        await ending
        return 0
    finally:
        await verbs.interrupt()
        bounding.cancel()
        await asyncio.gather(starting, bounding, ending, return_exceptions=True)


def _problem(task: "asyncio.Task[Any]") -> LabError | None:
    error = task.exception()
    if error is None or isinstance(error, LabError):
        return error
    return LabError(f"The supervisor failed: {error!r}", hint="This is a mistake in the lab itself.")


async def bound_logs(lab: Lab, settings: Settings) -> None:
    """Cut logs that have grown too long, until cancelled."""
    while True:
        await asyncio.sleep(BOUND_EVERY_S)
        for folder in (lab.site.home.logs, lab.site.home.run):
            for log in await asyncio.to_thread(logfiles.bound, folder, int(settings.log_mb * (1 << 20))):
                lab.log.info("log.cut", log=log.name)


def _listen_for_the_end(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def owner_spoke() -> None:
        said = os.read(0, len(DETACH))
        if said != DETACH:
            end()
        loop.remove_reader(0)

    loop.add_reader(0, owner_spoke)


def _settle(options: UpOptions, settings: Settings, audience: Audience) -> tuple[Site, Topology, int]:
    """Check everything that can be checked beforehand, and take the lock. Raises LabError; then all is as it was."""
    home = options.where()
    absent = preflight.absent(home)
    try:
        return _settled(options, settings, audience, home)
    except AlreadyRunning:
        raise  # what has appeared meanwhile belongs to the other lab
    except LabError:
        preflight.remove(absent)
        raise


def _settled(options: UpOptions, settings: Settings, audience: Audience, home: Home) -> tuple[Site, Topology, int]:
    preflight.prepare(home, min_free_mb=settings.min_free_mb)
    lock = preflight.lock(home, waiting=lambda: audience.tell("waiting"))
    topology = own_code.on(process.load(options.topology), options.services)
    base = options.port_base or free_block()
    ensure_free(topology.ports(base))
    preflight.remove_former_socket(home)
    if options.fresh:
        preflight.empty(home)
    preflight.make_key(home)
    return Site(home, base, options.users, options.shape), topology, lock


def _speak_into_log(home: Home) -> int:
    """Send what this process prints by accident to its log; return a descriptor of what was standard output."""
    speech = os.dup(1)
    os.set_blocking(speech, False)
    log = os.open(home.log("supervisor"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    return speech


def _allow_many_files() -> None:
    """Raise the bound on open files for this process and all that it starts; macOS gives 256."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> None:
    """Run a lab."""
    _allow_many_files()
    options = UpOptions.from_json(sys.argv[1])
    setproctitle(f"{SUPERVISOR_OF}{options.home}")
    audience = Audience()
    first_words = pipe(1)
    try:
        settings = Settings.from_environment()
        with audience.admitted(first_words):
            site, topology, lock = _settle(options, settings, audience)
    except LabError as error:
        first_words({"event": "error", "error": error.as_json()})
        sys.exit(error.exit_code)
    audience.admit(pipe(_speak_into_log(site.home)))
    launchers = partial(Processes, topology, site.base, lock=lock)
    lab = Lab(site, topology, settings, audience, launchers, supervisor=os.getpid())
    sys.exit(asyncio.run(supervise(lab, settings, load=options.load)))


if __name__ == "__main__":
    main()
