"""A caller with few workers who is called back: it keeps one for each call that it makes, and needs one to answer."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from tests.support.answering import Json, answering
from tests.support.polling import poll_until

WORKERS = 4
LONGEST_S = 30.0
"""When whoever is called back stops waiting for a worker, or for words."""


class FullHouse:
    """Calls the service under proof, and is what that service, or one that it calls, asks in turn."""

    def __init__(self, says: Callable[[str], tuple[int, Json]]) -> None:
        self.says = says
        """Returns status and body of the answer to a path."""
        self.url = ""
        self._workers = threading.Semaphore(WORKERS)
        self._talks = threading.Event()
        self._talks.set()
        self._counting = threading.Lock()
        self._waiting = 0

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Say nothing, whoever asks, during the block."""
        self._talks.clear()
        try:
            yield
        finally:
            self._talks.set()

    def all_ask(self, ask: Callable[[], str]) -> Sequence[str]:
        """Have all workers ask at once: when the first of them does, none is free."""
        for _ in range(WORKERS):
            assert self._workers.acquire(timeout=LONGEST_S)

        def keeping_a_worker(_: int) -> str:
            try:
                return ask()
            finally:
                self._workers.release()

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(keeping_a_worker, range(WORKERS)))

    def until_crowded(self, by: int, crowd: Sequence[Future[str]]) -> None:
        """Return when so many wait for words, or all of a crowd have what they came for without.

        Who is to be served meanwhile would otherwise slip in before the crowd when a machine is busy.
        """
        poll_until(
            lambda: self._waiting >= by or all(one.done() for one in crowd), "the crowd to be there", every_s=0.005
        )

    def _hear_out(self) -> None:
        with self._counting:
            self._waiting += 1
        self._talks.wait(LONGEST_S)
        with self._counting:
            self._waiting -= 1

    def answer(self, path: str) -> tuple[int, Json]:
        """Return what to say, when there is a worker to say it."""
        self._hear_out()
        if not self._workers.acquire(timeout=LONGEST_S):
            return 503, {"type": "urn:problem:busy", "title": "Busy", "status": 503, "detail": "No worker is free."}
        try:
            return self.says(path)
        finally:
            self._workers.release()


@contextmanager
def full_house(says: Callable[[str], tuple[int, Json]]) -> Iterator[FullHouse]:
    """Run one on a free port."""
    house = FullHouse(says)

    with answering(lambda _, path, __: house.answer(path)) as port:
        house.url = f"http://127.0.0.1:{port}"
        yield house


def before_long(wanted: Sequence[str], ask: Callable[[], Sequence[str]], tries: int = 4) -> None:
    """Ask until all are told what they want: a machine may be busy, and a breaker has to learn."""
    for _ in range(tries):
        if (told := ask()) == wanted:
            return
    raise AssertionError(f"{told}, not {wanted}")
