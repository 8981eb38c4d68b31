"""The supervisor's control socket; `control.py` is its client."""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from lab.audience import Audience
from lab.errors import LabError
from lab.eventlog import EventLog
from lab.preflight import SOCKET_PREFIX

Verb = Callable[..., Awaitable[dict[str, Any]]]
LONGEST_PATH = 90
"""A Unix socket's path may be 103 bytes long on macOS, 107 on Linux."""


class ControlServer:
    """Serves verbs on a socket that only this user can reach, for whoever it is."""

    def __init__(self, verbs: Mapping[str, Verb], audience: Audience, log: EventLog, who: str = "supervisor") -> None:
        self._who = who
        self._verbs = verbs
        self._audience = audience
        self._log = log
        self._calls: set[asyncio.Task[Any]] = set()
        self._folder = _private_folder()
        self.path = str(self._folder / "control")

    async def open(self) -> None:
        """Begin to serve."""
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        os.chmod(self.path, 0o600)  # noqa: PTH101 -- one call, not worth a Path in a coroutine

    async def close(self) -> None:
        """Finish the calls under way, serve no more and remove the socket."""
        self._server.close()
        if self._calls:
            await asyncio.wait(self._calls, timeout=2.0)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- we are one
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

        def send(message: dict[str, Any]) -> None:
            writer.write(json.dumps(message).encode() + b"\n")

        with contextlib.suppress(OSError):
            send(await self._answer(await reader.readline(), send))
            await writer.drain()
            writer.close()

    async def _answer(self, line: bytes, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        try:
            arguments = json.loads(line)
            verb = self._verbs[arguments.pop("verb")]
        except (ValueError, KeyError, AttributeError):
            return {"error": LabError(f"The {self._who} does not understand this.").as_json()}
        try:
            with self._audience.admitted(send):
                return {"result": await verb(**arguments)}
        except LabError as error:
            return {"error": error.as_json()}
        except Exception as error:  # noqa: BLE001 -- a bug in one verb must not end the lab
            self._log.error("control.failed", problem=repr(error))
            return {"error": LabError(f"The {self._who} failed: {error!r}").as_json()}


def _private_folder() -> Path:
    folder = tempfile.mkdtemp(prefix=SOCKET_PREFIX)
    if len(folder) > LONGEST_PATH:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir="/tmp")
    return Path(folder)
