"""Probes for experiments of Chaos Toolkit: what metrics and alerts of the platform say, and what the controller has on.

A probe without data fails, with the reason.
"""

from time import monotonic, sleep
from typing import Any

from chaos.toolkit import alerts, places
from chaos.toolkit.client import connect
from chaos.toolkit.places import Configuration
from chaos.toolkit.watching import parsed, watch

EVERY_S = 0.2
PAGE = 200
ANY: dict[str, Any] = {"at_least": 0}
"""Every probe of a scenario compares. Here Chaos Toolkit does that, and any comparison will do."""
REQUESTS = "http_server_request_duration_seconds_count"


class NotSeen(Exception):
    """What was waited for has not come true."""


class NeverOn(Exception):
    """There was no activation of that fault."""


def measure(probe: dict[str, Any], within_s: float = 0.0, configuration: Configuration | None = None) -> float | str:
    """Return what `probe`, written with the keys of a scenario file, measures.

    It is measured again for up to `within_s` seconds, until its own comparison holds. With `does_not_grow` the value is
    the growth.
    """
    return watch(parsed(probe), places.lab(configuration), within_s)[0]


def comes_true(
    says: str, probe: dict[str, Any], within_s: float = 0.0, configuration: Configuration | None = None
) -> float | str:
    """Return the value with which the claim of `probe` has become true within `within_s` seconds; fail otherwise."""
    wanted = parsed(probe)
    value, held = watch(wanted, places.lab(configuration), within_s)
    if not held:
        raise NotSeen(f"Not so: {says}. It was {value:.4g}" if isinstance(value, float) else f"Not so: {says}. {value}")
    return value


def metric_value(
    metric: str,
    of: str | None = None,
    labels: dict[str, str] | None = None,
    aggregate: str = "sum",
    configuration: Configuration | None = None,
) -> float | str:
    """Return what `metric` stands at: the sum, `max` or `min` over the series of a service or replica (`of`)."""
    probe = {"kind": "value", "metric": metric, "of": of, "labels": labels or {}, "aggregate": aggregate, **ANY}
    return measure(probe, configuration=configuration)


def error_ratio(
    of: str, window: str = "10s", status: str = "5*", least: float = 1, configuration: Configuration | None = None
) -> float | str:
    """Return which share of the requests to `of` is answered with such a `status`, watched for the `window` to come.

    Fails when there are fewer than `least` requests.
    """
    part = {"metric": REQUESTS, "of": of, "labels": {"status": status}}
    whole = {"metric": REQUESTS, "of": of}
    probe = {"kind": "ratio", "part": part, "whole": whole, "window": window, "least": least, **ANY}
    return measure(probe, configuration=configuration)


def alerts_firing(
    alert: str | None = None, severity: str | None = None, configuration: Configuration | None = None
) -> int:
    """Return how many alerts fire now: all, those named `alert`, or those of a `severity` (`page`, `ticket`).

    Fails when the rules are not judged, or none is named `alert`.
    """
    with alerts.connect(configuration) as store:
        if alert is not None:
            alerts.check(store, alert)
        return len(alerts.firing(store, alert, severity))


def alert_fires(alert: str, within_s: float = 60.0, configuration: Configuration | None = None) -> float:
    """Return after how many seconds `alert` fired; fail when it does not within `within_s`."""
    began = monotonic()
    with alerts.connect(configuration) as store:
        alerts.check(store, alert)
        while not (seen := alerts.firing(store)).count(alert):
            if monotonic() >= began + within_s:
                others = f"These do: {', '.join(sorted(set(seen)))}." if seen else "None does."
                raise NotSeen(f"{alert} does not fire within {within_s:g} s. {others}")
            sleep(EVERY_S)
    return monotonic() - began


def nothing_is_on(within_s: float = 5.0, configuration: Configuration | None = None) -> bool:
    """Whether every fault is off, and known to be off everywhere; waits for that for up to `within_s` seconds."""
    deadline = monotonic() + within_s
    with connect(configuration) as client:
        while True:
            status = client.ask("GET", "/status")
            if not status["active"] and not status["reverting"]:
                return True
            if monotonic() >= deadline:
                return False
            sleep(EVERY_S)


def activation_state(fault: str, configuration: Configuration | None = None) -> str:
    """Return the state of the latest activation of `fault`: `active`, `reverting`, `reverted` and so on."""
    before: dict[str, int] = {}
    with connect(configuration) as client:
        while True:
            page = client.ask("GET", "/activations", None, limit=PAGE, **before)
            for activation in page["activations"]:
                if activation["fault"] == fault:
                    return str(activation["state"])
            if page["next_before"] is None:
                raise NeverOn(f"{fault} was never on.")
            before = {"before": page["next_before"]}
