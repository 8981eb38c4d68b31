"""Processes of a test that can die at any step, and the lines between them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine, event

from services.chassis.broker import Broker
from services.chassis.database import Database
from services.chassis.sqlite_queue import SqliteQueue


class Killed(Exception):
    """This process is gone. Whoever catches this can try what they like: nothing has an effect any more."""


class Life:
    """Counts what a process does to the world – changes, commits, requests sent, answers received – and ends it.

    It ends right before step `dies_at`, counted from 1; None: it does not. What is dead does nothing more.
    """

    def __init__(self, dies_at: int | None = None) -> None:
        self.dies_at = dies_at
        self.steps = 0
        self.is_over = False

    def step(self) -> None:
        """Do something, or die."""
        self.steps += 1
        if self.steps == self.dies_at:
            self.is_over = True
        if self.is_over:
            raise Killed

    def end(self) -> None:
        """Let it be dead from now on."""
        self.is_over = True

    def owns(self, database: Database) -> None:
        """Have the statements and commits on `database` be steps of this life."""
        engine: Engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def uses(self, broker: Broker) -> None:
        """Have what is said to a broker be steps of this life."""
        if isinstance(broker, SqliteQueue):
            self.owns(broker._database)
        else:
            link: Any = broker
            link._link = MortalLink(link._link, self)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # Who dies before reading or before BEGIN has done to the world what they have done by their next step.
        if not self.is_over and statement.lstrip().upper().startswith(("SELECT", "BEGIN")):
            return
        self.step()

    def _commit(self, _: Any) -> None:
        self.step()


class MortalLink:
    """The connection to RabbitMQ of a process that can die before anything that it does, and after it has sent."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner = inner
        self._life = life

    @asynccontextmanager
    async def line(self) -> AsyncIterator["MortalLine"]:
        """Lend the connection for one operation."""
        self._life.step()
        async with self._inner.line() as line:
            yield MortalLine(line, self._life)

    async def close(self) -> None:
        """Hang up, as the kernel does for the dead."""
        await self._inner.close()


class MortalLine:
    """What such a connection lends."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner = inner
        self._life = life

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, *message: Any, **how: Any) -> None:
        """Send a message; what it is sent in place of is still there."""
        await self._inner.send(*message, **how)
        self._life.step()


class Gate:
    """Holds up the one call that comes first."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._open = asyncio.Event()

    async def reached(self) -> None:
        """Wait until a call stands before the gate."""
        await asyncio.wait_for(self._reached.wait(), 30)

    def open(self) -> None:
        """Let the call go on."""
        self._open.set()

    async def passed(self) -> None:
        """Stand before the gate until it opens; whoever comes second goes around."""
        if not self._reached.is_set():
            self._reached.set()
            await self._open.wait()


@dataclass
class Weather:
    """What a line does. Cut, it refuses. Deaf, it loses every answer: the work is done and the caller never hears."""

    cut: bool = False
    deaf: bool = False
    gate: Gate | None = None


@dataclass
class Process:
    """A service that runs, as long as it lives."""

    app: FastAPI
    life: Life
    serving: int = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Serve one request."""
        self.serving += 1
        try:
            response = await httpx.ASGITransport(self.app, raise_app_exceptions=False).handle_async_request(request)
            await response.aread()
        finally:
            self.serving -= 1
        return response


class Line(httpx.AsyncBaseTransport):
    """A line from a process (`life`) to whichever process is `callee` at the time of a call; None: nobody listens."""

    def __init__(self, callee: Callable[[], Process | None], life: Life, weather: Weather) -> None:
        self._callee = callee
        self._life = life
        self._weather = weather

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request there and the answer back."""
        self._life.step()
        if self._weather.gate is not None:
            await self._weather.gate.passed()
        callee = self._callee()
        if callee is None or callee.life.is_over or self._weather.cut:
            raise httpx.ConnectError("nobody listens", request=request)
        response = await callee.answer(request)
        if callee.life.is_over:
            raise httpx.RemoteProtocolError("the other side has died", request=request)
        self._life.step()
        if self._weather.deaf:
            raise httpx.ReadError("the answer was lost", request=request)
        return response
