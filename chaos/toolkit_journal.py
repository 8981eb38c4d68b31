"""An activation in the journal format of Chaos Toolkit (`chaos run --journal-path`), for the tools that read it.

What it took to switch the fault on is the experiment's method, what took it back its rollbacks.
"""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chaos.lifecycle import State
from chaos.schemas import Biography, EventAnswer
from chaos.toolkit import experiment, places

FORMAT = "1.44.0"
"""Version of chaostoolkit-lib whose journal this is."""
WENT_WRONG = frozenset({State.REJECTED, State.RECOVERY_FAILED, State.REVERT_STUCK})
METHOD = frozenset({State.ARMING, State.ACTIVE, State.PARTIAL, State.REJECTED})
ROLLBACKS = frozenset({State.REVERTING, State.REVERTED, State.REVERT_STUCK, State.RECOVERY_FAILED})

Json = dict[str, Any]


def journal(biography: Biography) -> Json:
    """Return the journal of one activation."""
    inject, stop = _inject(biography), experiment.action(f"stop {biography.fault}", "stop", {"fault": biography.fault})
    moments = [event.wall for event in biography.events] or [biography.started_at]
    return {
        "chaoslib-version": FORMAT,
        "platform": platform.platform(),
        "node": platform.node(),
        "experiment": {
            "version": experiment.VERSION,
            "title": biography.fault,
            "description": f"{biography.fault} on {', '.join(biography.on) or 'whoever has it'}",
            "tags": [experiment.TAG],
            "configuration": experiment.configuration(places.DEFAULT_HOME),
            "controls": [experiment.CONTROL],
            "method": [inject],
            "rollbacks": [stop],
            "dry": None,
        },
        "start": _stamp(moments[0]),
        "status": _status(biography.state),
        "deviated": biography.state is State.RECOVERY_FAILED,
        "steady_states": {"before": None, "after": None, "during": []},
        "run": _runs(inject, [event for event in biography.events if event.state in METHOD]),
        "rollbacks": _runs(stop, [event for event in biography.events if event.state in ROLLBACKS]),
        "end": _stamp(moments[-1]),
        "duration": (moments[-1] - moments[0]).total_seconds(),
    }


def _inject(biography: Biography) -> Json:
    arguments = {
        "fault": biography.fault,
        "on": biography.on,
        "params": biography.params,
        "duration_s": round((biography.expires_at - biography.started_at).total_seconds(), 3),
        "percent": biography.percent,
        "baggage": biography.baggage and biography.baggage.model_dump(),
        "seed": biography.seed,
    }
    return experiment.action(f"inject {biography.fault}", "inject", arguments)


def _runs(activity: Json, events: Sequence[EventAnswer]) -> list[Json]:
    if not events:
        return []
    last = events[-1]
    run = {
        "activity": activity,
        "output": {"state": last.state, "cause": last.cause, "detail": last.detail},
        "start": _stamp(events[0].wall),
        "status": "succeeded",
        "end": _stamp(last.wall),
        "duration": (last.wall - events[0].wall).total_seconds(),
    }
    if State(last.state) in WENT_WRONG:
        run |= {
            "output": None,
            "status": "failed",
            "exception": [f"{last.state}: {last.detail or last.cause or 'no reason'}\n"],
        }
    return [run]


def _status(state: State) -> str:
    if state is State.REJECTED:
        return "aborted"
    if state in WENT_WRONG:
        return "failed"
    return "completed" if state is State.REVERTED else "interrupted"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
