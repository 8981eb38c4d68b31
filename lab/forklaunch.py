"""The supervisor's end of the fork server."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from lab.child import Orders
from lab.eventlog import EventLog
from lab.launcher import LaunchFailed, Running, how_it_ended

GONE_WITHIN_S = 12.0
"""By then every process of a fork server that died has ended by its lifeline, or is stopped and cannot."""
LOST = "loss of the fork server"


class Generation:
    """One fork server and the processes that came from it."""

    def __init__(self, log: EventLog, preload: Sequence[str], kept: Sequence[int]) -> None:
        self._log = log
        self._preload = list(preload)
        self._kept = tuple(kept)
        self._numbers = itertools.count(1)
        self._starting: dict[int, asyncio.Future[Running]] = {}
        self._ended: dict[int, asyncio.Future[str]] = {}
        self._loop = asyncio.get_running_loop()
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._alive_read, self._alive_write = os.pipe()
        self.lost = asyncio.Event()

    async def begin(self, environment: dict[str, str]) -> None:
        """Start the fork server; it takes orders at once and follows them when it has loaded everything."""
        ours, theirs = socket.socketpair()
        given = (theirs.fileno(), self._lifeline_read, self._alive_write, *self._kept)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lab.forkserver",
            *map(str, given),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=given,
            start_new_session=True,
        )
        theirs.close()
        os.close(self._lifeline_read)
        os.close(self._alive_write)
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        self._tell({"preload": self._preload})
        self._listener = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """Process id of the fork server."""
        return self._process.pid

    async def start(self, orders: Orders) -> Running:
        """Have a process forked."""
        number = next(self._numbers)
        started: asyncio.Future[Running] = self._loop.create_future()
        self._starting[number] = started
        self._tell({"start": number, **asdict(orders)})
        return await started

    async def end(self) -> None:
        """Close the lifeline and wait until the fork server and every process from it have gone."""
        gone = asyncio.Event()
        self._loop.add_reader(self._alive_read, gone.set)
        os.close(self._lifeline_write)
        self._writer.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(gone.wait(), GONE_WITHIN_S)
        self._loop.remove_reader(self._alive_read)
        os.close(self._alive_read)
        await asyncio.gather(self._process.wait(), self._listener, return_exceptions=True)

    def _tell(self, message: dict[str, Any]) -> None:
        if not self.lost.is_set():
            self._writer.write(json.dumps(message).encode() + b"\n")

    async def _listen(self) -> None:
        with contextlib.suppress(OSError):
            async for line in self._reader:
                self._hear(json.loads(line))
        self.lost.set()
        for number in list(self._starting):
            self._fail(number, LOST)
        for ended in self._ended.values():
            ended.set_result(LOST)

    def _hear(self, message: dict[str, Any]) -> None:
        if "started" in message:
            self._greet(message["pid"], self._starting.pop(message["started"]))
        elif "failed" in message:
            self._fail(message["failed"], message["reason"])
        elif "exited" in message:
            self._ended.pop(message["exited"]).set_result(how_it_ended(message["status"]))
        elif "loaded" in message:
            self._log.info("forkserver.loaded", **message["loaded"])

    def _greet(self, pid: int, started: asyncio.Future[Running]) -> None:
        ended = self._ended[pid] = self._loop.create_future()
        running = Running(pid, ended, lambda number: self._tell({"signal": pid, "number": number}))
        if started.cancelled():  # nobody wants it any more
            running.send(signal.SIGKILL)
        else:
            started.set_result(running)

    def _fail(self, number: int, reason: str) -> None:
        started = self._starting.pop(number)
        if not started.cancelled():
            started.set_exception(LaunchFailed(reason))


class ForkLauncher:
    """Keeps one generation going: when its fork server dies, all of it ends, and the next start begins another."""

    def __init__(self, environment: dict[str, str], log: EventLog, preload: Sequence[str], kept: Sequence[int]) -> None:
        self._begin: Callable[[], Generation] = lambda: Generation(log, preload, kept)
        self._environment = environment
        self._log = log
        self._generation: Generation | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Process id of the fork server, while there is one."""
        return self._generation.pid if self._generation else None

    async def start(self, orders: Orders) -> Running:
        """Have a process forked, by a new fork server if the old one is lost."""
        return await (await self.prepare()).start(orders)

    async def prepare(self) -> Generation:
        """Return the present generation; begin one if there is none."""
        async with self._one_at_a_time:
            if self._generation is not None and self._generation.lost.is_set():
                self._log.error("forkserver.lost")
                await self._generation.end()
                self._generation = None
            if self._generation is None:
                self._generation = self._begin()
                await self._generation.begin(self._environment)
            return self._generation

    async def close(self) -> None:
        """End the fork server, and with it whatever still runs."""
        if self._generation is not None:
            await self._generation.end()
            self._generation = None
