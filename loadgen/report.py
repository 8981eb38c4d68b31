"""What the load generator says about itself."""

from itertools import islice
from typing import Any

from locust.env import Environment
from locust.stats import StatsEntry, sort_stats

from loadgen.shaped_load import ShapedLoad

MOST_ERRORS = 50


def status(environment: Environment, load: ShapedLoad) -> dict[str, Any]:
    """Return the run as JSON: rates over the last ten seconds, totals since the load was started, times in ms.

    Locust's own rates stand still at their last figure when nobody shops any more; a stopped load has none.
    """
    runner = environment.runner
    assert runner is not None  # noqa: S101 -- `run.py` makes it before anybody can ask
    total = runner.stats.total
    active = runner.shape_greenlet is not None and not load.idles
    return {
        "state": "running" if active else "stopped",
        "shape": load.shape.name,
        "users_asked": load.users,
        "users_wanted": load.wanted() if active else 0,
        "afterwards": load.afterwards,
        "users": runner.user_count,
        "requests_per_s": round(total.current_rps, 2) if active else 0.0,
        "failures_per_s": round(total.current_fail_per_sec, 2) if active else 0.0,
        "requests": total.num_requests,
        "failures": total.num_failures,
        "p50_ms": _percentile(total, 0.5, recent=active),
        "p95_ms": _percentile(total, 0.95, recent=active),
        "by_name": [_entry(entry, active=active) for entry in sort_stats(runner.stats.entries)],
        "errors": [
            {"method": error.method, "name": error.name, "error": str(error.error), "occurrences": error.occurrences}
            for error in islice(runner.errors.values(), MOST_ERRORS)
        ],
    }


def _entry(entry: StatsEntry, *, active: bool) -> dict[str, Any]:
    return {
        "method": entry.method,
        "name": entry.name,
        "requests": entry.num_requests,
        "failures": entry.num_failures,
        "requests_per_s": round(entry.current_rps, 2) if active else 0.0,
        "p50_ms": entry.get_response_time_percentile(0.5),
        "p95_ms": entry.get_response_time_percentile(0.95),
    }


def _percentile(total: StatsEntry, share: float, *, recent: bool) -> float:
    if not total.num_requests:
        return 0
    just_now = total.get_current_response_time_percentile(share) if recent else None
    return total.get_response_time_percentile(share) if just_now is None else just_now
