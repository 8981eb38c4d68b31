"""The card network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Header
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from benchmarks.bare.database import Bare
from benchmarks.bare.models import CardRequest, Json
from services.provider.storage import card_ledger, metadata


def create_app(database_url: str) -> FastAPI:
    """Return a card network."""
    database = Bare(database_url, metadata)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database:
            yield

    app = FastAPI(lifespan=lifespan)

    def entry(kind: str, asked: CardRequest, key: str) -> Json:
        return {
            "entry_id": uuid4().hex,
            "kind": kind,
            "reference": asked.reference,
            "amount_cents": asked.amount_cents,
            "at": datetime.now(UTC),
            "parent_id": asked.authorisation_id,
            "card_token": asked.card_token,
            "idempotency_key": key,
        }

    @app.post("/card/authorisations")
    async def authorise(asked: CardRequest, idempotency_key: Annotated[str, Header()]) -> Json:
        row = entry("authorisation", asked, idempotency_key)
        async with database.transactions.begin() as connection:
            await connection.execute(insert(card_ledger).values(row).on_conflict_do_nothing())
        return {"authorisation_id": row["entry_id"], "status": "approved"}

    @app.post("/card/captures")
    async def capture(asked: CardRequest, idempotency_key: Annotated[str, Header()]) -> Json:
        row = entry("capture", asked, idempotency_key)
        async with database.transactions.begin() as connection:
            for condition in (
                card_ledger.c.entry_id == asked.authorisation_id,
                card_ledger.c.idempotency_key == idempotency_key,
                card_ledger.c.parent_id == asked.authorisation_id,
            ):
                (await connection.execute(select(card_ledger).where(condition))).all()
            await connection.execute(insert(card_ledger).values(row).on_conflict_do_nothing())
        return {"capture_id": row["entry_id"], "status": "captured"}

    return app
