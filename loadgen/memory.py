"""Locust keeps a counter for every second of every request name, and a history for its charts, for ever. We do not."""

import time

import gevent
from locust.stats import RequestStats, StatsEntry

KEEP_S = 300
KEEP_HISTORY = 720
EVERY_S = 60


def forget_old(stats: RequestStats, now: float) -> None:
    """Drop what nobody looks at any more: rates are computed over the last ten seconds, charts show the last hour."""
    entries: list[StatsEntry] = [stats.total, *stats.entries.values()]
    for entry in entries:
        for per_second in (entry.num_reqs_per_sec, entry.num_fail_per_sec):
            for second in [second for second in per_second if second < now - KEEP_S]:
                del per_second[second]
    del stats.history[:-KEEP_HISTORY]


def keep_forgetting(stats: RequestStats) -> gevent.Greenlet:
    """Forget once a minute."""

    def run() -> None:
        while True:
            gevent.sleep(EVERY_S)
            forget_old(stats, time.time())

    return gevent.spawn(run)
