"""What the files of the project say: dashboards, rule files, the compose file."""

from pathlib import Path

from advisor.calm.errors import BadDocument
from advisor.calm.source import shown, source
from advisor.drift import alerts, objectives, processes
from advisor.drift.finding import Check, Place, skipped
from advisor.drift.settings import Told
from lab.drift import reading
from lab.drift.wanted import Wanted, ours, outside, service_of
from observability.slo import errors
from observability.slo.presets import PRESETS

COMPOSE, RULE_FILES = "compose file", "rule files"
COMPOSE_FILE = "docker-compose.yml"
RULES = Path("observability") / "slo" / "rules"
BOARDS = Path("grafana") / "dashboards"
LABS_OWN = frozenset({"drill-room", "lab-health"})
"""Dashboards that are about the lab, and not about what the document describes."""


def of_dashboards(wanted: Wanted) -> Check:
    """Compare dashboards with the files that are provisioned."""
    files = sorted((wanted.root / BOARDS).glob("*.json"))
    if not files:
        return skipped(alerts.BOARDS, f"There is no folder {BOARDS} here.")
    there = {}
    for file in files:
        found = source(file)
        there[str(found.value.get("uid", file.stem))] = f"{shown(file)}:{found.position('/uid')[0]}"
    return alerts.dashboards(wanted.of, there, LABS_OWN)


def of_rule_files(wanted: Wanted) -> Check:
    """Compare alerts and objectives with the rule files that Prometheus loads."""
    found: list[Check] = []
    for preset in PRESETS.values():
        file = wanted.root / RULES / f"{preset.name}.yaml"
        if not file.exists():
            continue
        told = source(file)  # rule files are written as JSON, which is YAML
        name = shown(file)
        loaded = {
            (rule["labels"].get("flow") or rule["labels"].get("service", ""), rule["alert"]): (
                f"{name}:{told.position(f'/groups/{group}/rules/{number}')[0]}"
            )
            for group, one in enumerate(told.value.get("groups", ()))
            for number, rule in enumerate(one.get("rules", ()))
            if "alert" in rule
        }
        found.append(alerts.compare(wanted.of, [alerts.Loaded(file.name, loaded)]))
        try:
            judged = objectives.of_file(objectives.wanted(wanted.of, preset), name, told.read)
        except errors.BadDocument as error:
            raise BadDocument(str(error), hint="Write them again: python -m observability.slo") from error
        found.append(objectives.compare(wanted.of, [judged]))
    if not found:
        return skipped(RULE_FILES, f"There is no folder {RULES} here.")
    drifts = tuple(one for check in found for one in check.drifts)
    return Check(RULE_FILES, sum(check.compared for check in found), drifts)


def of_compose(wanted: Wanted) -> Check:
    """Compare nodes with the services of the compose file."""
    file = wanted.root / COMPOSE_FILE
    if not file.exists():
        return skipped(COMPOSE, f"There is no {COMPOSE_FILE} here.")
    try:
        ((told, where),) = reading.read(file)
    except reading.NoYaml as error:
        return skipped(COMPOSE, f"{error.message} {error.hint}")
    services = {name: one for name, one in told.get("services", {}).items() if not one.get("profiles")}
    replicas = {name: processes.Replica(service_of(name)) for name in services}
    others = {one.service for one in replicas.values()} - ours()
    seen = processes.Running(
        "compose", replicas, where("/services"), outside=others | outside(), word="container", whole=True
    )
    return processes.compare(wanted.of, seen, COMPOSE)


def compose_environment(root: Path) -> dict[str, dict[str, Told]]:
    """Return what the compose file puts into the environment of containers; nothing where it cannot be read."""
    file = root / COMPOSE_FILE
    try:
        ((told, where),) = reading.read(file)
    except BadDocument:
        return {}
    found: dict[str, dict[str, Told]] = {}
    for name, one in told.get("services", {}).items():
        environment = one.get("environment") or {}
        if not isinstance(environment, dict):
            environment = dict(each.split("=", 1) for each in environment if "=" in each)
        file_, _, line = where(f"/services/{name}/environment").rpartition(":")
        found[name] = {
            var: Told(value, Place(file_, int(line)), "the compose file") for var, value in environment.items()
        }
    return found
