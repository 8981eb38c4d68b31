"""Actions for experiments of Chaos Toolkit: switch a fault on, switch it off, hold the stop lever.

Each returns the controller's answer, which goes into the journal. What the controller refuses fails the activity with
its sentence.
"""

import time
from typing import Any

from chaos.runner.errors import Refused
from chaos.toolkit import places
from chaos.toolkit.client import Client, Json, connect
from chaos.toolkit.places import Configuration

ATTEMPTS = 4
"""At what some replica did not acknowledge in time, which a busy machine is enough for."""
AGAIN_S = 0.25
TOO_LATE = "partly-applied"
ACTOR = "chaos toolkit"


def inject(
    fault: str,
    on: list[str] | None = None,
    params: dict[str, Any] | None = None,
    duration_s: float = 600.0,
    percent: float = 100.0,
    baggage: dict[str, str] | None = None,
    seed: int | None = None,
    guards: list[Json] | None = None,
    accept_partial: bool = False,  # noqa: FBT001, FBT002 -- experiments name their arguments
    configuration: Configuration | None = None,
) -> Json:
    """Switch `fault` on for `duration_s` seconds; return `{id, state, applied_ms, replicas, …}`.

    `on`: services, replicas or edges (`payment-service->payment-provider`). `percent` of the calls, or only requests
    with `baggage` (`{key, value}`), meet it. `guards`: probes as a scenario file writes them, which stop it. With our
    control in the experiment, it goes off when `chaos run` ends, in whichever way.
    """
    order = {
        "fault": fault,
        "on": on or [],
        "params": params or {},
        "duration_s": duration_s,
        "percent": percent,
        "baggage": baggage,
        "seed": seed,
        "guards": guards or [],
        "accept_partial": accept_partial,
        "session": places.session(configuration),
        "actor": ACTOR,
    }
    with connect(configuration) as client:
        return _switch_on(client, order)


def stop(fault: str | None = None, configuration: Configuration | None = None) -> Json:
    """Switch `fault` off wherever it is on, or everything; that of what is off already changes nothing."""
    with connect(configuration) as client:
        return client.ask("POST", "/stop", None, **({} if fault is None else {"fault": fault}))


def pull_lever(reason: str = "", configuration: Configuration | None = None) -> Json:
    """Switch everything off, and have nothing switched on until the lever is released."""
    with connect(configuration) as client:
        return client.ask("POST", "/lever", {"reason": reason or ACTOR})


def release_lever(configuration: Configuration | None = None) -> Json:
    """Let faults be switched on again; what was on stays off."""
    with connect(configuration) as client:
        return client.ask("DELETE", "/lever")


def _switch_on(client: Client, order: Json) -> Json:
    for _ in range(1, ATTEMPTS):
        try:
            return client.ask("POST", "/activations", order)
        except Refused as refusal:
            if refusal.code != TOO_LATE:
                raise
        time.sleep(AGAIN_S)
    return client.ask("POST", "/activations", order)
