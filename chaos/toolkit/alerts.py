"""What the alerts of a lab say, for callers that wait."""

from typing import Any

from chaos.probes.evidence import NoData
from chaos.runner.errors import ControllerFailed, Refused
from chaos.toolkit import places
from chaos.toolkit.client import Client
from chaos.toolkit.places import Configuration

STORE = "evidence"


class UnknownAlert(Exception):
    """No rule has that name."""


def connect(configuration: Configuration | None) -> Client:
    """Return a client for the evidence store that an experiment means; raise `NoData` when there is none."""
    try:
        return Client(places.lab(configuration).url(STORE))
    except LookupError:
        home = (configuration or {}).get(places.HOME) or places.DEFAULT_HOME
        raise NoData(f"no lab with an evidence store runs in {home}, so nobody knows which alerts fire") from None


def firing(store: Client, alert: str | None = None, severity: str | None = None) -> list[str]:
    """Return the names of the alerts that fire, the worst first; raise `NoData` when that is not judged now."""
    told = _ask(store, "/api/alerts")
    if told["evaluated_at_s"] is None or told["problem"]:
        raise NoData(f"alert rules are not judged: {told['problem'] or 'the store has only just started'}")
    return [
        one["name"]
        for one in told["alerts"]
        if one["state"] == "firing" and alert in (None, one["name"]) and severity in (None, one["severity"])
    ]


def check(store: Client, alert: str) -> None:
    """Raise `UnknownAlert` when no rule has this name, for an alert that cannot fire is not quiet."""
    names = sorted({rule["name"] for rule in _ask(store, "/api/rules")["rules"]})
    if alert not in names:
        raise UnknownAlert(f"There is no alert {alert!r}. Write one of: {', '.join(names)}.")


def _ask(store: Client, path: str) -> dict[str, Any]:
    try:
        return store.ask("GET", path)
    except (ControllerFailed, Refused) as error:
        raise NoData(f"the evidence store does not tell which alerts fire: {error}") from error
