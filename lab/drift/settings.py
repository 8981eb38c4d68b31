"""Settings in force, asked of every service, and all that says what they are to be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.calm.model import Architecture
from advisor.calm.pointer import below
from advisor.drift import settings
from advisor.drift.calls import service
from advisor.drift.finding import Check, Place, place
from advisor.drift.processes import names
from advisor.drift.settings import Setting, Told
from lab import control, state
from lab.drift.acts import Standing, standing
from lab.drift.guide import defaults
from lab.drift.project import compose_environment
from lab.drift.wanted import Wanted, is_contained
from lab.errors import LabError
from lab.ops.audit import Act, acts
from lab.overrides import variable
from lab.process import Process
from lab.topology import platform

LIMITS = {
    "timeout-s": "timeout_s",
    "attempts": "attempts",
    "slots": "slots",
    "breaker-failures": "breaker_failures",
    "breaker-reset-s": "breaker_reset_s",
}
"""Key of a control `circuit-breaker` → setting of a caller, for one neighbour."""
CONTROL = "circuit-breaker"
URL = "_URL"
ENVIRONMENT = "the environment that the lab was started in"


@dataclass(frozen=True)
class Sources:
    """What says what settings are to be, the strongest first: declared good, document, environment, compose, guide."""

    standing: Standing
    limits: Mapping[tuple[str, str], Told]
    """Replica, or service, and setting → what the document says."""
    compose: Mapping[str, Mapping[str, Told]]
    """Container → variable → value."""
    guide: Mapping[str, Told]

    def declared(self, process: Process, replica: str, told: Mapping[str, Any]) -> Told | None:
        """Return what one setting of a replica is to be."""
        name = told["name"]
        var = variable(process.prefix, name)
        good = self.standing.good.get(replica, {})
        if name in good and self.standing.marked is not None:
            marked = self.standing.marked
            return Told(good[name], Place(f"lab ops history, act {marked.id}"), f"{marked.by}, who marked it good")
        limit = self.limits.get((replica, name)) or self.limits.get((process.name, name))
        if limit is not None:
            return limit
        if said := told.get("environment"):
            return Told(said["value"], Place(f"lab ops settings {replica}, {said['variable']}"), ENVIRONMENT)
        found = self.compose.get(replica, {}).get(var) or self.guide.get(var)
        if found is not None or isinstance(told["default"], list):
            return found  # lists are addresses of others, which follow from where these are
        return (
            None
            if told["default"] is None
            else Told(told["default"], Place(variable(process.prefix, name)), "its default")
        )


def of_settings(wanted: Wanted) -> Check:
    """Compare settings. Raises LabError when no service can be asked."""
    found, silent = in_force(wanted)
    check = settings.compare(found)
    notes = (*check.notes, *(one.message for one in silent))
    return Check(check.name, check.compared, check.drifts, notes=notes, partial=bool(silent))


def unexplained(wanted: Wanted) -> Check:
    """Compare those settings of which nobody has told that they changed them. Raises LabError as `of_settings` does."""
    found, _ = in_force(wanted)
    return settings.compare(one for one in found if not one.causes)


def in_force(wanted: Wanted) -> tuple[list[Setting], list[LabError]]:
    """Return all settings with what they are to be, and who could not be asked. Raises LabError when nobody could."""
    running = state.running(wanted.home)
    contained = is_contained(wanted.home, running)
    sources = Sources(
        standing(acts(wanted.home), running),
        limits(wanted.of, "compose" if contained else "embedded"),
        compose_environment(wanted.root) if contained else {},
        defaults(wanted.root),
    )
    found: list[Setting] = []
    silent: list[LabError] = []
    for process in platform().processes:
        if not process.joins_channel:
            continue
        try:
            told = control.call(wanted.home, "ops.settings", name=process.name)["settings"]
        except LabError as error:
            silent.append(error)
            continue
        found += [_setting(sources, process, name, one) for name, listed in told.items() for one in listed]
    if silent and not found:
        raise silent[0]
    return found, silent


def limits(of: Architecture, deployment: str) -> dict[tuple[str, str], Told]:
    """Return what relationships say of how far callers go, by replica, and by service for replicas that are no node."""
    peers = {
        (process.name, callee): setting.removesuffix(URL).lower()
        for process in platform().processes
        for setting, callee in process.calls.items()
        if setting.endswith(URL)
    }
    found: dict[tuple[str, str], Told] = {}
    for one in of.connections:
        caller, callee = (of.node[end.node] for end in one.ends)
        peer = peers.get((service(caller), service(callee)))
        if peer is None:
            continue
        for control_ in one.controls:
            if control_.name != CONTROL:
                continue
            for config, pointer in control_.configs():
                for key, limit in LIMITS.items():
                    if key in config:
                        told = Told(config[key], place(of, below(pointer, key)), one.id)
                        found |= {(name, f"{peer}.{limit}"): told for name, *_ in names(caller, deployment)}
                        found.setdefault((service(caller), f"{peer}.{limit}"), told)
    return found


def _setting(sources: Sources, process: Process, replica: str, told: Mapping[str, Any]) -> Setting:
    name, value = told["name"], told["value"]
    act = _act(sources, process, replica, name)
    remedy = ""
    if act is not None:
        remedy = f"Take it back (lab ops undo {act.id}), or keep it: lab ops mark-good, and write it down."
    causes = tuple(_causes(act, told))
    return Setting(replica, name, value, sources.declared(process, replica, told), causes, remedy)


def _act(sources: Sources, process: Process, replica: str, name: str) -> Act | None:
    """Return the act behind a setting: a replica that was added since has taken it over from the others."""
    mine = sources.standing.last(replica, name)
    number = replica.rpartition("-")[2]
    if mine or not number.isdecimal() or int(number) <= process.replicas:
        return mine
    others = (key[0] for key in sources.standing.set if key[0].startswith(f"{process.name}-"))
    return next(filter(None, (sources.standing.last(other, name) for other in others)), None)


def _causes(act: Act | None, told: Mapping[str, Any]) -> Iterator[str]:
    if act is not None:
        name = told["name"]
        now = settings.text(next(changed[name] for changed in act.now.values() if name in changed))
        yield f"{act.by} set it to {now} at {act.at[:19]}Z (act {act.id}), and nobody wrote that down."
    if said := told.get("environment"):
        yield f"{said['variable']} was {said['value']} in {ENVIRONMENT}."
