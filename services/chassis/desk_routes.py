"""Dead letters and single messages of one queue, below the operator's interface of whoever consumes it."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.broker import Broker, Letter
from services.chassis.errors import Invalid, NotFound
from services.chassis.problems import problems

MOST = 1000

LetterId = Annotated[str, Path(pattern=r"^[\x21-\x7e]{1,64}$", description="id of the message")]


class UnknownLetter(NotFound):
    """No message of that id was put aside."""

    code, title = "unknown-dead-letter", "Unknown dead letter"


class UnknownQueue(Invalid):
    """This service consumes another queue."""

    code, title = "unknown-queue", "Unknown queue"


class DeadLetter(BaseModel):
    """A message that was put aside, whole: sent to `POST /-/dead-letters`, it is put aside again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[\x21-\x7e]{1,64}$")
    queue: str
    topic: str = Field(max_length=64)
    body: Any = Field(description="an object; a text when what was sent is none")
    headers: dict[str, str]
    deliveries: int = Field(ge=0)
    reason: str = Field(description="why it was put aside")
    dead_at: datetime
    trace_id: str | None = Field(None, description="of the request that caused the message")


class DeadLetters(BaseModel):
    """What was put aside, latest first."""

    dead_letters: list[DeadLetter]


class Publication(BaseModel):
    """A message to put into the queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: str
    topic: str = Field(max_length=64)
    body: Any = Field(description="an object; a text is stored as it stands, also when it is no JSON")
    headers: dict[str, str] = {}
    id: str | None = Field(None, min_length=1, max_length=64, description="null: one is made up")


class Published(BaseModel):
    """The id of the message."""

    id: str


class Withdrawn(BaseModel):
    """Whether there was such a message, waiting or put aside."""

    found: bool


def desk_router(broker: Broker, queue: str) -> APIRouter:
    """Return the routes to what lies in `queue` or was put aside."""
    router = APIRouter()
    _add_dead_letters(router, broker, queue)
    _add_messages(router, broker, queue)
    return router


def _add_dead_letters(router: APIRouter, broker: Broker, queue: str) -> None:
    absent = problems(UnknownLetter)

    @router.get("/dead-letters", summary="Messages that were put aside, latest first")
    async def listed(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> DeadLetters:
        return DeadLetters(dead_letters=[_told(one) for one in await broker.desk().dead_letters(queue, limit)])

    @router.get("/dead-letters/{letter_id}", summary="One of them", responses=absent)
    async def one(letter_id: LetterId) -> DeadLetter:
        return _found(letter_id, await broker.desk().dead_letter(letter_id))

    @router.post("/dead-letters/{letter_id}/replay", summary="Back into the queue, as if new", responses=absent)
    async def replay(letter_id: LetterId) -> DeadLetter:
        return _found(letter_id, await broker.desk().replay(letter_id))

    @router.delete("/dead-letters/{letter_id}", summary="Remove one for good", responses=absent)
    async def discard(letter_id: LetterId) -> DeadLetter:
        return _found(letter_id, await broker.desk().discard(letter_id))

    @router.post("/dead-letters", summary="Put a message aside again", responses=problems(UnknownQueue))
    async def put_aside(letter: DeadLetter) -> DeadLetter:
        _ensure_ours(letter.queue, queue)
        stored = Letter(
            letter.id,
            letter.queue,
            letter.topic,
            _text(letter.body),
            letter.headers,
            letter.deliveries,
            letter.reason,
            letter.dead_at.timestamp(),
        )
        await broker.desk().put_aside(stored)
        return letter


def _add_messages(router: APIRouter, broker: Broker, queue: str) -> None:
    @router.post("/messages", summary="Put a message into the queue", responses=problems(UnknownQueue))
    async def publish(message: Publication) -> Published:
        _ensure_ours(message.queue, queue)
        number = message.id or uuid4().hex
        await broker.desk().put(Letter(number, queue, message.topic, _text(message.body), message.headers))
        return Published(id=number)

    @router.delete("/messages/{letter_id}", summary="Take a message away, if it waits or was put aside")
    async def withdraw(letter_id: LetterId) -> Withdrawn:
        return Withdrawn(found=await broker.desk().withdraw(letter_id))


def _ensure_ours(queue: str, ours: str) -> None:
    if queue != ours:
        raise UnknownQueue(f"This service consumes {ours}, not {queue}.")


def _found(letter_id: str, letter: Letter | None) -> DeadLetter:
    if letter is None:
        raise UnknownLetter(f"No message {letter_id} was put aside.", instead="See what was: GET /-/dead-letters")
    return _told(letter)


def _told(letter: Letter) -> DeadLetter:
    return DeadLetter(
        id=letter.id,
        queue=letter.queue,
        topic=letter.topic,
        body=_parsed(letter.body),
        headers=dict(letter.headers),
        deliveries=letter.deliveries,
        reason=letter.reason,
        dead_at=datetime.fromtimestamp(letter.dead_at or time.time(), UTC),
        trace_id=_trace_id(letter.headers.get("traceparent", "")),
    )


def _trace_id(traceparent: str) -> str | None:
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else None


def _parsed(text: str) -> Any:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return parsed if isinstance(parsed, dict) else text


def _text(body: Any) -> str:
    return body if isinstance(body, str) else orjson.dumps(body).decode()
