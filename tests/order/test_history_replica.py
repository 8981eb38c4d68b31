"""Customers see in their history what they have just done, whichever database it is read from, late or away."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.back_ends import BackEnd, using
from tests.support.platform import ORDER, Platform
from tests.support.polling import poll_until_async
from tests.support.postgres import Cluster

pytestmark = pytest.mark.stack
CAUGHT_UP, BEHIND, NO_ANSWER = ("replica", "caught_up"), ("primary", "behind"), ("primary", "no_answer")


@pytest.fixture
def following(streaming_replica: Cluster) -> Iterator[Cluster]:
    """Return the replica; whatever a test does to it, afterwards it runs and follows."""
    yield streaming_replica
    if streaming_replica.process is None:
        streaming_replica.start()
    streaming_replica.run("SELECT pg_wal_replay_resume()")


@pytest.fixture
async def shop(cluster: Cluster, following: Cluster, tmp_path: Path) -> AsyncIterator[Platform]:
    """Return a platform whose order service has been told of the replica."""
    with using(BackEnd(cluster)) as back_end, back_end.passing():
        platform = Platform(tmp_path)
        platform.replica_url = following.url(make_url(back_end.url(tmp_path, "order")).database or "")
        async with platform:
            await caught_up(cluster, following)
            yield platform


async def caught_up(cluster: Cluster, replica: Cluster) -> None:
    """Wait until the replica has replayed all there is."""
    [(there,)] = cluster.run("SELECT pg_current_wal_insert_lsn()::text")

    async def replayed() -> bool:
        return bool(replica.run(f"SELECT pg_last_wal_replay_lsn() >= '{there}'")[0][0])

    await poll_until_async(replayed, "the replica to catch up")


async def history(platform: Platform, customer: str = "ada") -> dict[str, str]:
    """Return the status of a customer's orders."""
    answer = await platform.ask("GET", f"/customers/{customer}/orders")
    assert answer.status_code == 200, answer.text
    return {order["order_id"]: order["status"] for order in answer.json()["orders"]}


async def reads(platform: Platform) -> dict[tuple[str, str], int]:
    """Return how often each database was read, and why."""
    found = {}
    for line in (await platform.ask("GET", "/metrics")).text.splitlines():
        if line.startswith("order_history_reads_total{"):
            told, number = line.removeprefix("order_history_reads_total").split()
            labels = dict(part.split("=") for part in told.strip("{}").replace('"', "").split(","))
            found[labels["server"], labels["reason"]] = int(float(number))
    return found


async def test_a_replica_that_has_the_last_write_is_read(shop: Platform, cluster: Cluster, following: Cluster) -> None:
    """Also when it is behind with what others have written since."""
    order = (await shop.place()).json()["order_id"]
    await caught_up(cluster, following)
    following.run("SELECT pg_wal_replay_pause()")
    await shop.place(by="berta")
    assert await history(shop) == {order: "confirmed"}
    assert await reads(shop) == {CAUGHT_UP: 1}


async def test_until_the_replica_has_the_last_write_the_primary_is_read(
    shop: Platform, cluster: Cluster, following: Cluster
) -> None:
    """A new order and a cancellation show at once; a service that was killed in between knows it as well."""
    first = (await shop.place()).json()["order_id"]
    await caught_up(cluster, following)
    following.run("SELECT pg_wal_replay_pause()")
    second = (await shop.place()).json()["order_id"]
    assert await history(shop) == {first: "confirmed", second: "confirmed"}
    await shop.ask("POST", f"/orders/{first}/cancel")
    assert await reads(shop) == {BEHIND: 1}
    await shop.kill(ORDER)
    await shop.start_order()
    assert await history(shop) == {first: "cancelled", second: "confirmed"}
    assert await reads(shop) == {BEHIND: 1}
    following.run("SELECT pg_wal_replay_resume()")
    await caught_up(cluster, following)
    assert await history(shop) == {first: "cancelled", second: "confirmed"}
    assert await reads(shop) == {BEHIND: 1, CAUGHT_UP: 1}


async def test_every_order_shows_at_once_however_late_the_replica_is(shop: Platform) -> None:
    """It follows as it does under load: sometimes it is there in time, sometimes it is not."""
    placed = []
    for _ in range(20):
        placed.append((await shop.place()).json()["order_id"])
        assert (await history(shop)).keys() == set(placed)
    assert sum((await reads(shop)).values()) == 20


async def test_a_replica_that_is_gone_is_done_without(shop: Platform, cluster: Cluster, following: Cluster) -> None:
    """For a while nobody asks it again; then it is read as before."""
    order = (await shop.place()).json()["order_id"]
    following.stop()
    for _ in range(3):
        assert await history(shop) == {order: "confirmed"}
    assert (await shop.ask("GET", "/ready")).status_code == 200
    assert await reads(shop) == {NO_ANSWER: 3}
    following.start()
    await caught_up(cluster, following)
    shop.app(ORDER).state.operations._history._rests_until = 0.0
    assert await history(shop) == {order: "confirmed"}
    assert CAUGHT_UP in await reads(shop)


async def test_a_replica_that_says_nothing_is_not_waited_for(
    shop: Platform, following: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has half a second, once."""
    order = (await shop.place()).json()["order_id"]
    monkeypatch.setattr("services.order.history.REPLICA_S", 0.1)
    following.signal(19)
    try:
        assert await history(shop) == {order: "confirmed"}
        assert await reads(shop) == {NO_ANSWER: 1}
    finally:
        following.signal(18)
