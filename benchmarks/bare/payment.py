"""Payments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from benchmarks.bare.database import Bare
from benchmarks.bare.models import Charge, Json
from services.payment.storage import metadata, payments


def create_app(database_url: str, card_network_url: str) -> FastAPI:
    """Return a payment service in front of a card network."""
    database = Bare(database_url, metadata)
    network = httpx.AsyncClient(base_url=card_network_url, timeout=10, trust_env=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database, network:
            yield

    app = FastAPI(lifespan=lifespan)

    async def begin(order_id: str, charge: Charge) -> Json:
        async with database.statements.connect() as connection:
            found = await connection.execute(select(payments).where(payments.c.order_id == order_id))
            if (known := found.mappings().one_or_none()) is not None:
                return dict(known)
        row: Json = {
            "order_id": order_id,
            "amount_cents": charge.amount_cents,
            "card_token": charge.card_token,
            "state": "pending",
            "authorisation_id": None,
            "capture_id": None,
            "version": 1,
            "updated_at": datetime.now(UTC),
        }
        async with database.statements.connect() as connection:
            await connection.execute(insert(payments).values(row).on_conflict_do_nothing())
        return row

    async def replace(row: Json, **changes: str) -> Json:
        known = payments.c.order_id == row["order_id"], payments.c.version == row["version"]
        changed = {**row, **changes, "version": row["version"] + 1, "updated_at": datetime.now(UTC)}
        async with database.statements.connect() as connection:
            values = {name: value for name, value in changed.items() if name != "order_id"}
            await connection.execute(update(payments).where(*known).values(values))
        return changed

    async def ask(path: str, body: Json, key: str) -> Json:
        answer = await network.post(path, json=body, headers={"Idempotency-Key": key})
        answer.raise_for_status()
        parsed: Json = answer.json()
        return parsed

    @app.put("/payments/{order_id}")
    async def authorise(order_id: str, charge: Charge) -> Json:
        row = await begin(order_id, charge)
        body = {"reference": order_id, "amount_cents": charge.amount_cents, "card_token": charge.card_token}
        approved = await ask("/card/authorisations", body, f"{order_id}-authorise")
        await replace(row, state="authorised", authorisation_id=approved["authorisation_id"])
        return {"order_id": order_id, "status": "authorised", "amount_cents": charge.amount_cents}

    @app.post("/payments/{order_id}/capture")
    async def capture(order_id: str, charge: Charge) -> Json:
        row = await replace(await begin(order_id, charge), state="capturing")
        body = {
            "reference": order_id,
            "authorisation_id": row["authorisation_id"],
            "amount_cents": charge.amount_cents,
        }
        captured = await ask("/card/captures", body, f"{order_id}-capture")
        await replace(row, state="captured", capture_id=captured["capture_id"])
        return {"order_id": order_id, "status": "captured", "amount_cents": charge.amount_cents}

    return app
