"""The queue in a SQLite file, as it lies before a person: dead letters and single messages."""

import time
from typing import Any

import orjson
from sqlalchemy import ColumnElement, RowMapping, delete, or_, select

from services.chassis.broker import Letter
from services.chassis.database import Database, insert_once
from services.chassis.sqlite_queue import dead_letters, messages


class SqliteDesk:
    """`services.chassis.broker.Desk` on the tables of a `SqliteQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dead_letters(self, queue: str, limit: int) -> list[Letter]:
        """Return what was put aside, latest first."""
        wanted = select(dead_letters).where(dead_letters.c.queue == queue)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(dead_letters.c.dead_at.desc()).limit(limit))
            return [_letter(row) for row in rows.mappings()]

    async def dead_letter(self, letter_id: str) -> Letter | None:
        """Return one dead letter."""
        async with self._database.read() as connection:
            found = await connection.execute(select(dead_letters).where(dead_letters.c.id == letter_id))
            row = found.mappings().one_or_none()
        return None if row is None else _letter(row)

    async def replay(self, letter_id: str) -> Letter | None:
        """Put a dead letter back into its queue, as if it had never been delivered; return it."""
        async with self._database.begin() as connection:
            taken = await connection.execute(_taking_away(letter_id))
            row = taken.mappings().one_or_none()
            if row is not None:
                await insert_once(connection, messages, _waiting(_letter(row)))
        return None if row is None else _letter(row)

    async def discard(self, letter_id: str) -> Letter | None:
        """Remove a dead letter; return it."""
        async with self._database.autocommit() as connection:
            row = (await connection.execute(_taking_away(letter_id))).mappings().one_or_none()
        return None if row is None else _letter(row)

    async def put_aside(self, letter: Letter) -> None:
        """Store a dead letter. Whatever of its id waits in the queue and is with no consumer goes."""
        row = {**_stored(letter), "deliveries": letter.deliveries, "reason": letter.reason, "dead_at": letter.dead_at}
        async with self._database.begin() as connection:
            await connection.execute(delete(messages).where(messages.c.id == letter.id, _is_free()))
            await insert_once(connection, dead_letters, row)

    async def put(self, letter: Letter) -> None:
        """Store a message in its queue."""
        async with self._database.autocommit() as connection:
            await insert_once(connection, messages, _waiting(letter))

    async def withdraw(self, message_id: str) -> bool:
        """Remove a message that is with no consumer, or was put aside; say whether there was one."""
        async with self._database.begin() as connection:
            waiting = await connection.execute(delete(messages).where(messages.c.id == message_id, _is_free()))
            aside = await connection.execute(delete(dead_letters).where(dead_letters.c.id == message_id))
        return bool(waiting.rowcount or aside.rowcount)


def _taking_away(letter_id: str) -> Any:
    return delete(dead_letters).where(dead_letters.c.id == letter_id).returning(dead_letters)


def _is_free() -> ColumnElement[bool]:
    return or_(messages.c.receipt.is_(None), messages.c.available_at <= time.time())


def _stored(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "queue": letter.queue,
        "topic": letter.topic,
        "body": letter.body,
        "headers": orjson.dumps(dict(letter.headers)).decode(),
    }


def _waiting(letter: Letter) -> dict[str, Any]:
    now = time.time()
    return {**_stored(letter), "enqueued_at": now, "available_at": now, "deliveries": 0}


def _letter(row: RowMapping) -> Letter:
    headers = _headers(row["headers"])
    return Letter(
        row["id"], row["queue"], row["topic"], row["body"], headers, row["deliveries"], row["reason"], row["dead_at"]
    )


def _headers(text: str) -> dict[str, str]:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return {str(name): str(value) for name, value in parsed.items()} if isinstance(parsed, dict) else {}
