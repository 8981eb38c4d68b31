"""The bare platform does the work that the platform does; otherwise comparing the two means nothing."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from benchmarks.bare.platform import OFFSETS, arguments
from benchmarks.laboratory import free_ports
from tests.support.customers import GOOD_CARD, SKUS
from tests.support.lab import running_lab
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until, poll_until_async

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("few-shoppers"), pytest.mark.timeout(300)]

UNTRACED = {"SELECT outbox", "DELETE outbox"}
"""What the platform does on its own, after the request: it belongs to no trace."""
DATABASES = {"order", "inventory", "payment", "billing", "provider"}
BODY = {"customer_id": "anna", "lines": [{"sku": sku, "quantity": 1} for sku in SKUS[:2]], "card_token": GOOD_CARD}

Work = Counter[tuple[str, str]]
"""How often which kind of statement went to which database."""


def kind(statement: str) -> str:
    """Return a statement's verb and table."""
    verb = statement.split(maxsplit=1)[0].upper()
    table = re.search(r"(?:INTO|UPDATE|FROM)\s+(\w+)", statement, re.IGNORECASE)
    return f"{verb} {table[1]}" if table else verb


def checked_out(base_url: str, key: str) -> httpx.Response:
    """Place one order."""
    return httpx.post(f"{base_url}/orders", json=BODY, headers={"Idempotency-Key": key}, timeout=30)


def work_of_platform(folder: Path) -> Work:
    """Return the statements of one order, from its trace."""
    with OtlpReceiver() as receiver:
        where = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        with running_lab(folder, "--no-load", env=where) as lab:
            order_id = checked_out(lab.url("edge"), "one").json()["order_id"]
            notified = poll_until(lambda: lab.records(event="customer.notified", order_id=order_id), "its end")
        spans = receiver.spans(notified[0]["trace_id"])  # all of them: a service delivers what it has when it ends
    return Counter(
        (str(span.attributes["db.namespace"]).removesuffix("-database"), kind(span.attributes["db.query.text"]))
        for span in spans
        if "db.query.text" in span.attributes
    )


@asynccontextmanager
async def bare_platform(data: Path) -> AsyncIterator[int]:
    """Run the bare services in this process, where their statements can be heard; yield the first port."""
    base = free_ports(16)
    async with AsyncExitStack() as stack:
        for name, offsets in OFFSETS.items():
            create_app = import_module(f"benchmarks.bare.{name}").create_app
            for offset in offsets:
                app = create_app(**arguments(name, base, str(data)))
                server = uvicorn.Server(uvicorn.Config(app, port=base + offset, log_config=None, lifespan="on"))
                running = asyncio.create_task(server._serve())
                stack.push_async_callback(_stopped, server, running)
                await poll_until_async(_flag(server), f"the bare {name}")
        yield base


def _flag(server: uvicorn.Server) -> Any:
    async def started() -> bool:
        return server.started

    return started


async def _stopped(server: uvicorn.Server, running: "asyncio.Task[None]") -> None:
    server.should_exit = True
    await running


async def work_of_bare(data: Path) -> Work:
    """Return the statements of one order."""
    work = Work()

    def heard(connection: Connection, _: object, statement: str, *__: object) -> None:
        work[Path(connection.engine.url.database or "").stem, kind(statement)] += 1

    async with bare_platform(data) as base, httpx.AsyncClient(base_url=f"http://127.0.0.1:{base}") as client:
        event.listen(Engine, "before_cursor_execute", heard)
        try:
            placed = await client.post("/orders", json=BODY, headers={"Idempotency-Key": "one"})
            assert placed.status_code == httpx.codes.CREATED

            async def settled() -> bool:
                return work["broker", "DELETE messages"] > 0

            await poll_until_async(settled, "the end of the order")
        finally:
            event.remove(Engine, "before_cursor_execute", heard)
    return work


async def test_both_execute_the_same_statements_for_a_checkout(tmp_path: Path) -> None:
    """Per database, verb and table; those of the queue and the outbox's relay are left out, which have no spans."""
    platform = await asyncio.to_thread(work_of_platform, tmp_path / "platform")
    bare = await work_of_bare(_made(tmp_path / "bare"))
    own = {key: number for key, number in bare.items() if key[0] in DATABASES and key[1] not in UNTRACED}
    assert sorted(own.items()) == sorted(platform.items())


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
