"""All that is looked at before anybody is suspected: measurements, alerts, health, books, traces and logs."""

from asyncio import gather
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

from advisor.calm.model import Architecture
from advisor.live.lab import Changes, Event, Firing, Harm, Health, Lab
from advisor.live.measures import of_alerts, of_changes, of_health, of_metrics, of_modes, probed
from advisor.live.probing import View
from advisor.live.promises import of_promises, of_rotation
from advisor.live.records import of_logs, of_refusals, of_traces
from advisor.live.signs import WINDOW_S, Sign, recent, strong
from observability.evidence.errors import Unavailable

REFUSED = "Rejected"
"""Ending of alerts about what is refused and does not fail: traces that fail tell nothing of it."""


@dataclass(frozen=True)
class Seen:
    """All that was looked at."""

    signs: tuple[Sign, ...]
    health: dict[str, list[Health]]
    alerts: tuple[Firing, ...]
    events: tuple[Event, ...]
    harm: Harm = field(default_factory=Harm)
    looked_s: float = WINDOW_S
    """How far back."""
    dark: tuple[str, ...] = ()
    """What of traces and logs could not be looked at, in sentences."""
    unasked: str = ""
    """Why settings could not be."""


async def look(of: Architecture, lab: Lab) -> Seen:
    """Look at everything."""
    evidence = lab.evidence
    window = await recent(evidence, await evidence.now())
    health = await lab.health([node for node in of.nodes if node.is_service])
    alerts = await lab.alerts()
    asked = any(probe.form == "invariant" for *_, probe in probed(of))
    harm = await lab.harm() if asked else Harm()
    # All at once: a store that is busy answers many questions nearly as soon as one.
    found = await gather(
        of_metrics(of, evidence, window),
        of_modes(of, View(evidence, alerts, harm, window)),
        of_promises(of, evidence, window),
        of_rotation(of, health, evidence, window),
    )
    measured = [*of_health(health, of), *of_alerts(of, alerts), *(sign for signs in found for sign in signs)]
    reasons = {sign.name for sign in measured}
    paged = [one for one in alerts if one.severity == "page"]
    refused = [one for one in paged if one.name.endswith(REFUSED)]
    refusing = bool(refused) and refused == paged
    slow = (bool(alerts) and not refusing) or "latency" in reasons
    failing = not refusing and (bool(alerts) or bool(reasons - {"latency"}))
    wanted = [of_traces(of, evidence, window, failing=failing, slow=slow), of_logs(of, evidence, window)]
    if refused:
        wanted.append(of_refusals(of, evidence, window))
    told, dark = await _as_far_as_seen(wanted)
    signs = (*measured, *told)
    # Settings differ for many a reason. Only where nothing else is wrong, that is what is left to be asked about.
    changes = Changes() if strong(signs) else await lab.changes(of)
    signs = (*signs, *of_changes(of, changes))
    events = await lab.events()
    return Seen(signs, health, tuple(alerts), tuple(events), harm, window.length_s, dark, changes.unseen)


async def _as_far_as_seen(wanted: Sequence[Awaitable[list[Sign]]]) -> tuple[list[Sign], tuple[str, ...]]:
    """Return signs, and why some could not be had: what is measured says a good deal without them."""
    signs: list[Sign] = []
    dark: dict[str, None] = {}
    for one in wanted:
        try:
            signs += await one
        except Unavailable as error:
            dark[str(error)] = None
    return signs, tuple(dark)
