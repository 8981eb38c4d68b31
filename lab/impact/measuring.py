"""The meter, put to the databases and the evidence store of a lab."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from lab import control, state
from lab.errors import LabError, NotRunning
from lab.evidence.asking import STORE
from lab.home import Home
from observability.evidence.client import RemoteEvidence
from observability.impact.books import Books
from observability.impact.meter import Meter
from observability.impact.model import Impact
from observability.impact.reading import READERS, Told, letters

STORE_PATIENCE_S = 5.0
BROKER = "broker"
"""In containers it is no database."""
SEED = Path(__file__).resolve().parents[2] / "services" / "inventory" / "products.json"

T = TypeVar("T")
Measure = Callable[[], Awaitable[Impact]]


async def metered(home: Home, since_s: float | None, use: Callable[[Measure], Awaitable[T]]) -> T:
    """Let `use` measure the lab in `home` as often as it likes. Raises NotRunning when there is nothing to look at."""
    if not home.is_contained and not any(home.database(name).exists() for name in READERS):
        raise NotRunning(f"There are no databases in {home.root}.", hint="Start a lab with: lab up --detach")
    elsewhere = {BROKER: lambda: _given_up(home)} if home.is_contained else None
    books = Books(_urls(home), _seed(), elsewhere=elsewhere)
    present = state.last(home)
    url = present.urls.get(STORE) if present else None
    if url is None:
        return await use(lambda: Meter(books).measure(since_s))
    async with RemoteEvidence(url, patience_s=STORE_PATIENCE_S) as evidence:
        meter = Meter(books, evidence)
        return await use(lambda: meter.measure(since_s, _began_s(home)))


def _urls(home: Home) -> dict[str, str]:
    if home.is_contained:
        from lab.stack.topology import Containers  # noqa: PLC0415 -- only there

        return {name: Containers().database(home, name) for name in READERS if name != BROKER}
    return {name: f"sqlite:///{home.database(name)}" for name in READERS}


def _given_up(home: Home) -> Told:
    """Return what the queue's consumer has put aside; what waits in a queue that is no database is not looked into."""
    try:
        told = control.call(home, "ops.dead-letters")["dead_letters"]
    except LabError as error:
        raise OSError(error.message) from error
    for one in told:
        one["dead_at"] = datetime.fromisoformat(one["dead_at"]).timestamp()
        if not isinstance(one["body"], str):
            one["body"] = json.dumps(one["body"])
    return letters(told)


def _seed() -> dict[str, int]:
    return {product["sku"]: product["units"] for product in json.loads(SEED.read_bytes())}


def _began_s(home: Home) -> float:
    """Since when the databases hold what the evidence tells of: the lab's start, or its last reset."""
    present = state.last(home)
    moments = [moment for moment in (present.started_at, present.reset_at) if moment] if present else []
    return max((datetime.fromisoformat(moment).timestamp() for moment in moments), default=0.0)
