"""Replicas that are programs of their own, not forks: the load generator, whose event loop cannot share ours."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from lab.child import Orders
from lab.launcher import LaunchFailed, Running, how_it_ended


class ExecLauncher:
    """Starts `python -m lab.execed`, which becomes the program that is wanted."""

    def __init__(self, environment: dict[str, str], kept: Sequence[int]) -> None:
        self._environment = environment
        self._kept = tuple(kept)
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._waiting: set[asyncio.Task[None]] = set()
        self._spare: asyncio.subprocess.Process | None = None

    async def prepare(self, preload: Sequence[str]) -> None:
        """Have a process load modules in the background, for the next `start` to use."""
        self._spare = await self._spawn(preload)

    async def start(self, orders: Orders) -> Running:
        """Start one program."""
        process, self._spare = self._spare, None
        try:
            if process is None or process.returncode is not None:
                process = await self._spawn(())
        except OSError as error:
            raise LaunchFailed(str(error)) from error
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(_attend(process, orders, ended))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

        def send(number: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

        return Running(process.pid, ended, send)

    async def close(self) -> None:
        """End a process that was prepared and never used."""
        if self._spare is not None:
            with contextlib.suppress(ProcessLookupError):
                self._spare.kill()
            await self._spare.wait()
            self._spare = None

    async def _spawn(self, preload: Sequence[str]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lab.execed",
            str(self._lifeline_read),
            *preload,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(self._lifeline_read, *self._kept),
        )


async def _attend(process: asyncio.subprocess.Process, orders: Orders, ended: "asyncio.Future[str]") -> None:
    assert process.stdin is not None  # noqa: S101 -- a pipe, see above
    with contextlib.suppress(OSError):
        process.stdin.write(json.dumps(asdict(orders)).encode() + b"\n")
        await process.stdin.drain()
    status = await process.wait()
    if not ended.done():
        ended.set_result(how_it_ended(status))
