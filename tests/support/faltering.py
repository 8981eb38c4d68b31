"""A neighbour that falters, and what has to hold of whoever calls it: used by the proofs of all hops on a way."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import httpx

from tests.support.answering import Json, answering
from tests.support.polling import poll_until

REQUESTS, AT_ONCE = 40, 4
MOST_CALLS = 60
"""For `REQUESTS`: one for each, and half as many again."""
CROWD = 8
TIME_S = 0.3
"""What a caller has who will not wait."""
GONE_S = 3.0
"""When that caller is gone for good."""
SILENCE_S = 30.0


class Mood(Enum):
    """How calls are met."""

    FINE = 200
    REFUSES = 503
    IS_LATE = 504
    """It says itself that it has had no answer in time."""
    SILENT = 0


class Faltering:
    """Answers on a real socket. Only the calls that `counts` says are met by its mood, and counted."""

    def __init__(self, counts: Callable[[str, str], bool], says: Callable[[str, Json], Json]) -> None:
        self.counts = counts
        self.says = says
        self.calls = 0
        self.url = ""
        self._mood = Mood.FINE
        self._turned = threading.Condition()

    def turn(self, mood: Mood) -> None:
        """Meet calls like that from now on, and count them anew."""
        with self._turned:
            self._mood, self.calls = mood, 0
            self._turned.notify_all()

    def met(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        """Return status and body of an answer."""
        if not self.counts(method, path):
            return 200, self.says(path, body)
        with self._turned:
            self.calls += 1
            mood = self._mood
            if mood is Mood.SILENT:
                self._turned.wait_for(lambda: self._mood is not Mood.SILENT, SILENCE_S)
                mood = Mood.FINE
        if mood is Mood.FINE:
            return 200, self.says(path, body)
        return mood.value, {"type": "urn:problem:busy", "title": "Busy", "status": mood.value, "detail": "Not now."}


@contextmanager
def faltering(counts: Callable[[str, str], bool], says: Callable[[str, Json], Json]) -> Iterator[Faltering]:
    """Run such a neighbour on a free port; `says` returns the body of the answer to a path and a body."""
    neighbour = Faltering(counts, says)

    with answering(neighbour.met) as port:
        neighbour.url = f"http://127.0.0.1:{port}"
        try:
            yield neighbour
        finally:
            neighbour.turn(Mood.FINE)


@dataclass(frozen=True)
class Hop:
    """A service, and the neighbour behind it that falters."""

    ask: Callable[[float, float], httpx.Response]
    """Asks the service for something new: with so many seconds, and gone after so many."""
    well: Callable[[httpx.Response], bool]
    """Whether an answer says that the neighbour has been heard."""
    neighbour: Faltering

    def many(self, mood: Mood) -> int:
        """Have customers ask while the neighbour is in that mood; return how many calls it has had."""
        self.neighbour.turn(mood)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: self.ask(20.0, 60.0), range(REQUESTS)))
        return self.neighbour.calls

    def is_well(self) -> bool:
        """Ask while the neighbour is fine."""
        return self.well(self.ask(20.0, 60.0))


def refusals_are_not_multiplied(hop: Hop) -> None:
    """While the neighbour refuses, it is called about as often as customers ask, and no multiple of that."""
    assert hop.many(Mood.REFUSES) <= MOST_CALLS


def lateness_is_not_multiplied(hop: Hop) -> None:
    """While the neighbour has no answer in time, it is called about as often as customers ask."""
    assert hop.many(Mood.IS_LATE) <= MOST_CALLS


def nobody_is_kept_waiting(hop: Hop) -> None:
    """While the neighbour is silent, whoever asks is answered about when their time is over."""
    hop.neighbour.turn(Mood.SILENT)

    def kept(_: int) -> bool:
        try:
            hop.ask(TIME_S, GONE_S)
        except httpx.TimeoutException:
            return True
        return False

    with ThreadPoolExecutor(CROWD) as pool:
        assert not any(pool.map(kept, range(CROWD)))


CLAIMS = (refusals_are_not_multiplied, lateness_is_not_multiplied, nobody_is_kept_waiting)


def it_goes_on(hop: Hop) -> None:
    """When the neighbour is fine again after all that, so is the service, before long."""
    hop.many(Mood.REFUSES)
    hop.neighbour.turn(Mood.FINE)
    poll_until(hop.is_well, "the service to go on", within_s=20.0)
    assert hop.neighbour.calls > 0
